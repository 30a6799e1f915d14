package io.millrace.checkpoint.jdbc;

import io.millrace.base.Visible;
import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.spi.Spent;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Optional;

/**
 * The row of {@code millrace_checkpoint}. Times are milliseconds since 1970.
 *
 * @param ids the sum of {@link Checksum#ofEntry} of all outcomes
 */
record Meta(
    CheckpointName name,
    long created,
    long changed,
    long succeeded,
    long failed,
    long failedFinally,
    long ids,
    Spent spent) {
  private static final String SELECT =
      "SELECT format, action, version, created, changed, succeeded, failed, failed_finally, ids,"
          + " checksum, calls, permits, money FROM millrace_checkpoint";
  private static final String INSERT =
      "INSERT INTO millrace_checkpoint (format, action, version, created, changed, succeeded,"
          + " failed, failed_finally, ids, checksum, calls, permits, money) VALUES"
          + " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  static final String UPDATE =
      "UPDATE millrace_checkpoint SET changed = ?, succeeded = ?, failed = ?, failed_finally = ?,"
          + " ids = ?, checksum = ?, calls = ?, permits = ?, money = ?";

  /** Of a checkpoint without outcomes. */
  static Meta empty(CheckpointName name) {
    long now = System.currentTimeMillis();
    return new Meta(storable(name), now, now, 0, 0, 0, 0, Spent.NONE);
  }

  private static CheckpointName storable(CheckpointName name) {
    return new CheckpointName(Text.storable(name.action()), Text.storable(name.version()));
  }

  long rows() {
    return succeeded + failed + failedFinally;
  }

  private long checksum() {
    return new Checksum()
        .add(name.action())
        .add(name.version())
        .add(created)
        .add(changed)
        .add(succeeded)
        .add(failed)
        .add(failedFinally)
        .add(ids)
        .add(spent.calls())
        .add(spent.permits())
        .add(Double.doubleToLongBits(spent.money()))
        .value();
  }

  void insert(Connection connection) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      insert.setInt(1, Schema.FORMAT);
      insert.setString(2, name.action());
      insert.setString(3, name.version());
      insert.setLong(4, created);
      insert.setLong(5, changed);
      insert.setLong(6, succeeded);
      insert.setLong(7, failed);
      insert.setLong(8, failedFinally);
      insert.setLong(9, ids);
      insert.setLong(10, checksum());
      bindSpent(insert, 11);
      insert.executeUpdate();
    }
  }

  void update(PreparedStatement update) throws SQLException {
    update.setLong(1, changed);
    update.setLong(2, succeeded);
    update.setLong(3, failed);
    update.setLong(4, failedFinally);
    update.setLong(5, ids);
    update.setLong(6, checksum());
    bindSpent(update, 7);
    if (update.executeUpdate() != 1) {
      throw new DamageException("the row that describes the checkpoint is missing");
    }
  }

  private void bindSpent(PreparedStatement to, int first) throws SQLException {
    to.setLong(first, spent.calls());
    to.setLong(first + 1, spent.permits());
    to.setDouble(first + 2, spent.money());
  }

  /** Reads and checks the row. */
  static Meta read(Connection connection, Object where) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(SELECT)) {
      if (!row.next()) {
        throw new DamageException("the row that describes the checkpoint is missing");
      }
      int format = row.getInt(1);
      if (format > Schema.FORMAT) {
        throw newer(where, format);
      }
      var meta =
          new Meta(
              new CheckpointName(row.getString(2), row.getString(3)),
              row.getLong(4),
              row.getLong(5),
              row.getLong(6),
              row.getLong(7),
              row.getLong(8),
              row.getLong(9),
              new Spent(row.getLong(11), row.getLong(12), row.getDouble(13)));
      if (format != Schema.FORMAT || meta.checksum() != row.getLong(10) || row.next()) {
        throw new DamageException(
            "the row that describes the checkpoint does not have its checksum");
      }
      return meta;
    } catch (IllegalArgumentException | NullPointerException impossible) {
      throw new DamageException("the row that describes the checkpoint has impossible values");
    }
  }

  static CheckpointException newer(Object where, int format) {
    return new CheckpointException(
        where
            + " is a checkpoint of a newer Millrace: it has format "
            + format
            + ", and this version knows format "
            + Schema.FORMAT
            + ". Nothing was changed. Use that version, or another checkpoint");
  }

  /** Refuses another name. */
  void require(CheckpointName asked, Object where) {
    if (!name.equals(storable(asked))) {
      throw new CheckpointException(
          where
              + " is the checkpoint of "
              + shown(name)
              + ", and this run is of "
              + shown(asked)
              + ". Nothing was changed. Give the run the name of the checkpoint if its results are still"
              + " right for it; else use another checkpoint");
    }
  }

  /* What stands in a file is perhaps a stranger's. */
  private static String shown(CheckpointName name) {
    return Visible.of("action \"" + name.action() + "\", version \"" + name.version() + "\"");
  }

  CheckpointInfo info(long bytes, Optional<Holder> holder) {
    return new CheckpointInfo(
        name,
        succeeded,
        failed,
        failedFinally,
        spent,
        bytes,
        Instant.ofEpochMilli(created),
        Instant.ofEpochMilli(changed),
        holder);
  }
}
