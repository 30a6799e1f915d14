package io.millrace.checkpoint.jdbc;

import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.spi.CheckpointSession;
import io.millrace.checkpoint.spi.ItemId;
import io.millrace.checkpoint.spi.Spent;
import io.millrace.checkpoint.spi.StoredOutcome;
import io.millrace.checkpoint.spi.StoredRow;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint in the hands of a run: a connection that writes, which only {@code commit} uses, one that reads, which only
 * {@code find} uses, and what keeps others away meanwhile.
 */
final class JdbcSession implements CheckpointSession {
  private final Object where;
  final Connection writing;
  final Connection reading;
  private final Lease lease;
  private final long firstNewRow;
  private final Spent spent;
  private final Finder finder;
  private final Writer writer;

  /** Takes over the connections and the lease. */
  JdbcSession(
      Object where, Connection writing, Connection reading, Writer writer, Meta meta, Lease lease)
      throws SQLException {
    this.where = where;
    this.writing = writing;
    this.reading = reading;
    this.lease = lease;
    firstNewRow = meta.rows();
    spent = meta.spent();
    finder = new Finder(reading);
    this.writer = writer;
  }

  @Override
  public long firstNewRow() {
    return firstNewRow;
  }

  @Override
  public Spent spent() {
    return spent;
  }

  @Override
  public int longestValue() {
    return JdbcStore.LONGEST_VALUE;
  }

  @Override
  public List<@Nullable StoredRow> find(List<ItemId> ids) {
    try {
      return finder.find(ids);
    } catch (SQLException e) {
      throw Advice.on(where, "looking items up", e);
    }
  }

  @Override
  public List<StoredRow> rows(long from, long to) {
    try {
      return finder.rows(from, to);
    } catch (SQLException e) {
      throw Advice.on(where, "reading outcomes", e);
    }
  }

  @Override
  public void commit(List<StoredOutcome> outcomes, Spent spent) {
    outcomes.forEach(this::requireKeepable);
    try {
      writer.commit(outcomes, spent);
    } catch (SQLException e) {
      throw Advice.on(where, "storing outcomes", e);
    }
    lease.requireInPlace();
  }

  private void requireKeepable(StoredOutcome outcome) {
    if (outcome.result() instanceof StoredOutcome.Value(byte[] bytes)
        && bytes != null
        && bytes.length > JdbcStore.LONGEST_VALUE) {
      throw new CheckpointException(
          "The value of the item "
              + outcome.id()
              + " has "
              + bytes.length
              + " bytes, and "
              + where
              + " keeps values of at most "
              + JdbcStore.LONGEST_VALUE
              + " bytes. Put it elsewhere in the action, and return where: a file, or the key of an object");
    }
  }

  @Override
  public void close() {
    try (reading;
        writing) {
      lease.beforeClosing(writing);
    } catch (SQLException e) {
      throw Advice.on(where, "closing it", e);
    } finally {
      lease.afterClosing();
    }
  }

  /** What keeps others away. */
  interface Lease {
    /** Throws if what was just stored is not where the next run looks for it. */
    default void requireInPlace() {}

    /** Lets the checkpoint go, if the connection is what holds it. */
    default void beforeClosing(Connection writing) {}

    /** Lets the checkpoint go, if it is held apart from the connections. */
    default void afterClosing() {}
  }
}
