package io.millrace.checkpoint.jdbc;

import io.millrace.checkpoint.spi.ItemId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A query for the rows of several items. It is prepared for 1, 2, 4 and so on of them. For one thread at a time. */
final class ByIds {
  private static final int MOST = 11;

  private final Connection connection;
  private final String select;
  private final @Nullable PreparedStatement[] prepared = new @Nullable PreparedStatement[MOST];

  /**
   * Prepares nothing yet.
   *
   * @param select up to the condition
   */
  ByIds(Connection connection, String select) {
    this.connection = connection;
    this.select = select;
  }

  /** Asks for at most 1,024 items. */
  ResultSet ask(List<ItemId> ids) throws SQLException {
    int power = Integer.SIZE - Integer.numberOfLeadingZeros(ids.size() - 1);
    PreparedStatement statement = prepared(power);
    byte[] id = {};
    for (int index = 0; index < 1 << power; index++) {
      if (index < ids.size()) {
        id = Rows.bytes(ids.get(index));
      }
      statement.setBytes(index + 1, id);
    }
    return statement.executeQuery();
  }

  private PreparedStatement prepared(int power) throws SQLException {
    PreparedStatement statement = prepared[power];
    if (statement == null) {
      String marks = String.join(", ", Collections.nCopies(1 << power, "?"));
      statement = connection.prepareStatement(select + "WHERE id IN (" + marks + ")");
      prepared[power] = statement;
    }
    return statement;
  }
}
