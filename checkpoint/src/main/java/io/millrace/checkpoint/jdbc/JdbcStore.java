package io.millrace.checkpoint.jdbc;

import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.CheckpointStore;
import io.millrace.checkpoint.spi.CheckpointSession;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Keeps one checkpoint in a SQLite file, or in a schema of a PostgreSQL database. Immutable and thread-safe.
 *
 * <p>A value has at most {@link #LONGEST_VALUE} bytes once it is encoded. One run at a time has the checkpoint, unless it is
 * {@link #shared}; a second one is refused at once. A run that was killed holds nothing any longer.
 *
 * <p>An interrupt does not reach what opens or reads the checkpoint: its flag stays set, and the run that begins is cancelled by
 * it. If that takes long, as with a server that does not answer, the call ends with a {@code CancellationException}.
 *
 * <p><b>Files.</b> Beside the file {@code x} there are {@code x-wal} and {@code x-shm} while a run has it, and after a run
 * that was killed: they belong to the checkpoint. {@code x.lock} stays; it says who has the checkpoint. New files can be read and
 * written by their owner only; files that exist keep their modes. The file has to lie on a local disk, and to have one name, without
 * hard links. If it or its log is deleted, moved or replaced under a run, that ends with an error.
 */
public final class JdbcStore implements CheckpointStore {
  /** A value has at most this many bytes once it is encoded: 16 MiB. */
  public static final int LONGEST_VALUE = 16 << 20;

  private final Database database;
  private final Durability durability;

  private JdbcStore(Database database, Durability durability) {
    this.database = database;
    this.durability = durability;
  }

  /**
   * In a SQLite file, which is made if there is none. Its directory has to exist, and only those whom you trust may
   * be able to write to it.
   */
  public static JdbcStore file(Path file) {
    return new JdbcStore(SqliteFile.at(file), Durability.POWER_LOSS);
  }

  /**
   * At an address: {@code jdbc:sqlite:} and a path, or {@code jdbc:postgresql://host/database?currentSchema=nightly}. A
   * PostgreSQL schema has one checkpoint; its tables are made if there are none. The program has to have PostgreSQL's
   * driver, {@code org.postgresql:postgresql}.
   *
   * <p>A connection pooler between the run and the server has to be in session mode.
   *
   * <p>A password in the options of the URL is taken for a {@link #property}; one before the host is refused. Prefer
   * the property. No message and no cause contains the password.
   *
   * @throws IllegalArgumentException if it is of neither form
   */
  public static JdbcStore url(String url) {
    Objects.requireNonNull(url, "url");
    return new JdbcStore(
        url.startsWith(SqliteFile.URL) ? SqliteFile.at(url) : Postgres.at(url),
        Durability.POWER_LOSS);
  }

  /**
   * A copy whose connections have a property of PostgreSQL's driver, for example {@code password}. Without others, {@code
   * connectTimeout} is 10 s, {@code socketTimeout} 60 s, and {@code tcpKeepAlive} true.
   *
   * @throws IllegalArgumentException if this is a file
   */
  public JdbcStore property(String name, String value) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(value, "value");
    return new JdbcStore(database.with(name, value), durability);
  }

  /** A copy whose outcomes survive this. {@link Durability#POWER_LOSS} by default. */
  public JdbcStore durability(Durability durability) {
    return new JdbcStore(database, Objects.requireNonNull(durability, "durability"));
  }

  /**
   * A copy that the tasks of a cluster have all at once, in PostgreSQL: see {@link #isShared}. Nobody else can have the
   * checkpoint meanwhile. Each task has two connections.
   *
   * @throws IllegalArgumentException if this is a file
   */
  public JdbcStore shared() {
    return new JdbcStore(database.shared(), durability);
  }

  @Override
  public boolean isShared() {
    return database instanceof Postgres postgres && postgres.isShared();
  }

  @Override
  public CheckpointSession open(CheckpointName name) {
    Objects.requireNonNull(name, "name");
    return OwnThread.call(
        database.grace(), () -> database.open(name, durability), CheckpointSession::close);
  }

  /**
   * What is known of the checkpoint. Nothing is written, created or decoded.
   *
   * @throws CheckpointException if there is no checkpoint, or if it cannot be read
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted, and this takes long; the flag is
   *     set then
   */
  public CheckpointInfo info() {
    return OwnThread.call(database.grace(), database::info);
  }

  /**
   * The items whose failure is stored, with their last error, in the order in which they were first stored. They are read
   * as the stream goes on, some hundred at a time; nothing has to be closed. Nothing is written. An item that succeeds
   * meanwhile may be missing.
   *
   * @throws CheckpointException here or from the stream if there is no checkpoint, or if it cannot be read
   * @throws java.util.concurrent.CancellationException as from {@link #info}
   */
  public Stream<FailedItem> failures() {
    return Failures.of(database);
  }

  /** Where it is, without passwords, and what was chosen. */
  @Override
  public String toString() {
    return "JdbcStore["
        + database
        + (isShared() ? ", shared" : "")
        + (durability == Durability.POWER_LOSS ? "" : ", durability=" + durability)
        + "]";
  }
}
