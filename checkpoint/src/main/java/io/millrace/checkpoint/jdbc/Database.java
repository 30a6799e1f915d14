package io.millrace.checkpoint.jdbc;

import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.spi.CheckpointSession;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * The database in which a checkpoint is kept, with what differs between databases. {@code toString} says where it is,
 * without passwords.
 */
sealed interface Database permits SqliteFile, Postgres {

  /** Takes the checkpoint, which is made if there is none. */
  CheckpointSession open(CheckpointName name, Durability durability);

  /** Tells of the checkpoint, and changes nothing. */
  CheckpointInfo info();

  /** Asks something that changes nothing, over a connection of its own. */
  <T> T read(Query<T> query);

  /** How long a caller that was interrupted waits for any of this: for a disk, but not for a server. */
  Duration grace();

  /** A copy that many have at once. */
  Database shared();

  /** A copy whose connections have this property. */
  Database with(String property, String value);

  /** Closes what was opened in vain; if that fails too, the first failure stays the one that is thrown. */
  static void closeAfter(Throwable failure, AutoCloseable opened) {
    try {
      opened.close();
    } catch (Exception again) {
      failure.addSuppressed(again);
    }
  }

  /** A question to the database. */
  @FunctionalInterface
  interface Query<T> {
    T ask(Connection connection) throws SQLException;
  }
}
