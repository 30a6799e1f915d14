package io.millrace.checkpoint.jdbc;

import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.spi.Spent;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What is known of a checkpoint. Reading it changes nothing, and is possible while a run writes. Counts are kept by
 * every commit, so that this takes the same time for any number of items.
 *
 * @param name what the checkpoint is of
 * @param succeeded items whose value is stored
 * @param failed items whose failure is stored, and that will run again
 * @param failedFinally items whose failure is stored as final
 * @param spent what all its runs have spent
 * @param bytes what the checkpoint takes on the disk
 * @param created when the checkpoint was made
 * @param changed when outcomes were last stored; {@code created} if none were
 * @param holder the run that has the checkpoint now
 */
public record CheckpointInfo(
    CheckpointName name,
    long succeeded,
    long failed,
    long failedFinally,
    Spent spent,
    long bytes,
    Instant created,
    Instant changed,
    Optional<Holder> holder) {
  /** Checks the arguments. */
  public CheckpointInfo {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(spent, "spent");
    Objects.requireNonNull(created, "created");
    Objects.requireNonNull(changed, "changed");
    Objects.requireNonNull(holder, "holder");
  }

  /**
   * Reads a SQLite file. Nothing is written, created, repaired or decoded.
   *
   * @throws CheckpointException if there is no such file, or if it is no checkpoint, damaged, or newer than this version
   * @throws java.util.concurrent.CancellationException as from {@link JdbcStore#info}
   */
  public static CheckpointInfo read(Path file) {
    return JdbcStore.file(file).info();
  }

  /**
   * Reads what lies at an address, as {@link JdbcStore#url} takes it. Nothing is written, created or decoded.
   *
   * @throws CheckpointException if nothing can be read there, or if it is no checkpoint, damaged, or newer than this version
   * @throws java.util.concurrent.CancellationException as from {@link JdbcStore#info}
   */
  public static CheckpointInfo read(String url) {
    return JdbcStore.url(url).info();
  }
}
