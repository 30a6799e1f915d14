package io.millrace.checkpoint.jdbc;

import io.millrace.checkpoint.spi.ItemId;
import io.millrace.checkpoint.spi.StoredOutcome;
import io.millrace.checkpoint.spi.StoredRow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Looks items up: with one query, and one more for each large value. For one thread at a time. */
final class Finder {
  /** Once values have so many bytes in all, the rest is left for another call. */
  private static final int ENOUGH = 32 << 20;

  private final ByIds byIds;
  private final PreparedStatement byNumber;
  private final PreparedStatement byNumbers;

  Finder(Connection connection) throws SQLException {
    byIds = new ByIds(connection, Rows.SELECT_SMALL);
    byNumber = connection.prepareStatement(Rows.SELECT + "WHERE number = ?");
    byNumbers = connection.prepareStatement(Rows.SELECT_SHORT);
  }

  /** The rows with these numbers, but for long ones. It takes half the time of a query by ids, whatever their order. */
  List<StoredRow> rows(long from, long to) throws SQLException {
    byNumbers.setLong(1, from);
    byNumbers.setLong(2, to);
    List<StoredRow> result = new ArrayList<>((int) Math.max(0, to - from));
    try (ResultSet rows = byNumbers.executeQuery()) {
      while (rows.next()) {
        StoredRow row = Rows.read(rows);
        if (row != null) {
          result.add(row);
        }
      }
    }
    return result;
  }

  List<@Nullable StoredRow> find(List<ItemId> ids) throws SQLException {
    Map<ItemId, Found> found = new HashMap<>(ids.size() * 2);
    try (ResultSet rows = byIds.ask(ids)) {
      while (rows.next()) {
        StoredRow row = Rows.read(rows);
        if (row == null) {
          found.put(Rows.id(rows), new Large(rows.getLong(4)));
        } else {
          found.put(row.outcome().id(), new Small(row));
        }
      }
    }
    List<@Nullable StoredRow> result = new ArrayList<>(ids.size());
    long bytes = 0;
    for (ItemId id : ids) {
      StoredRow row =
          switch (found.get(id)) {
            case null -> null;
            case Small(StoredRow small) -> small;
            case Large(long number) -> fetch(number, id);
          };
      result.add(row);
      bytes += row == null ? 0 : size(row.outcome().result());
      if (bytes >= ENOUGH) {
        break;
      }
    }
    return result;
  }

  private StoredRow fetch(long number, ItemId id) throws SQLException {
    byNumber.setLong(1, number);
    try (ResultSet rows = byNumber.executeQuery()) {
      if (rows.next()) {
        StoredRow row = Rows.read(rows);
        if (row != null && row.outcome().id().equals(id)) {
          return row;
        }
      }
      throw new DamageException("row " + number + " is not that of the item " + id);
    }
  }

  /** How many bytes a value has; 0 of what is none. */
  static long size(StoredOutcome.Result result) {
    return result instanceof StoredOutcome.Value(byte[] bytes) && bytes != null ? bytes.length : 0;
  }

  private sealed interface Found {}

  private record Small(StoredRow row) implements Found {}

  private record Large(long number) implements Found {}
}
