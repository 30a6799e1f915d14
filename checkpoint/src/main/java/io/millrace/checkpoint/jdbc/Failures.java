package io.millrace.checkpoint.jdbc;

import io.millrace.checkpoint.spi.StoredOutcome;
import io.millrace.checkpoint.spi.StoredRow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Reads failed items, a page at a time. */
final class Failures {
  private static final int PAGE = 500;

  /* Once rows may have so many bytes in all, the rest is left for the next page. */
  private static final long ENOUGH = 32L << 20;
  private static final String SELECT =
      Rows.SELECT
          + "WHERE state >= "
          + Rows.FAILED
          + " AND number > ? ORDER BY number LIMIT "
          + PAGE;

  private Failures() {}

  static Stream<FailedItem> of(Database database) {
    return Stream.iterate(
            page(database, -1),
            page -> !page.isEmpty(),
            page -> page(database, page.getLast().row()))
        .flatMap(List::stream)
        .map(Failures::item);
  }

  private static List<StoredRow> page(Database database, long after) {
    return OwnThread.call(
        database.grace(), () -> database.read(connection -> page(connection, after)));
  }

  private static List<StoredRow> page(Connection connection, long after) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(SELECT)) {
      select.setLong(1, after);
      try (ResultSet rows = select.executeQuery()) {
        List<StoredRow> page = new ArrayList<>();
        long last = after;
        for (long bytes = 0; bytes < ENOUGH && rows.next(); bytes += size(page.getLast())) {
          StoredRow row = Objects.requireNonNull(Rows.read(rows));
          // an index may be damaged as well
          if (row.row() <= last || !(row.outcome().result() instanceof StoredOutcome.Failed)) {
            throw new DamageException("its index of failed items is not in order");
          }
          page.add(row);
          last = row.row();
        }
        return page;
      }
    }
  }

  private static long size(StoredRow row) {
    var failed = (StoredOutcome.Failed) row.outcome().result();
    return (long) failed.error().length() + failed.message().length();
  }

  private static FailedItem item(StoredRow row) {
    StoredOutcome outcome = row.outcome();
    return new FailedItem(
        outcome.id(),
        outcome.position(),
        outcome.attempts(),
        (StoredOutcome.Failed) outcome.result());
  }
}
