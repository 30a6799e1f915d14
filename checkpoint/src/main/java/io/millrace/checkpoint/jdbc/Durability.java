package io.millrace.checkpoint.jdbc;

/** What a stored outcome survives. A process that crashes or is killed loses nothing with either. */
public enum Durability {
  /**
   * The crash of the machine and a loss of power, too. SQLite: each commit is flushed to the disk ({@code synchronous=FULL}).
   * PostgreSQL: each commit waits for the server's disk ({@code synchronous_commit=on}); a server that runs with {@code
   * fsync=off} is refused.
   */
  POWER_LOSS,

  /**
   * Only the crash of the process. SQLite: the file is flushed now and then ({@code synchronous=NORMAL}); if the machine
   * crashes, the last commits may be missing, and the file is intact. PostgreSQL: commits do not wait for the server's disk
   * ({@code synchronous_commit=off}); if the server crashes, the last commits may be missing.
   */
  PROCESS_CRASH
}
