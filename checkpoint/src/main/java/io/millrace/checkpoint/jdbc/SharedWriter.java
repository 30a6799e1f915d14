package io.millrace.checkpoint.jdbc;

import io.millrace.checkpoint.spi.Spent;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Stores outcomes beside others who do so: each transaction has the row about the checkpoint locked. */
final class SharedWriter extends Writer {
  private final Connection connection;
  private final Object where;
  private Spent told;

  SharedWriter(Connection connection, Meta meta, Object where) throws SQLException {
    super(connection, meta);
    this.connection = connection;
    this.where = where;
    this.told = meta.spent();
  }

  @Override
  Meta current(Meta known) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT 1 FROM millrace_checkpoint FOR UPDATE");
    }
    return Meta.read(connection, where);
  }

  @Override
  Spent allSpent(Meta current, Spent spent) {
    Spent before = current.spent();
    return new Spent(
        before.calls() + spent.calls() - told.calls(),
        before.permits() + spent.permits() - told.permits(),
        Math.max(0, before.money() + spent.money() - told.money()));
  }

  /* Of two that have called the same item, the one that failed may come last. */
  @Override
  boolean replaces(int old, int state) {
    return old >= Rows.FAILED || state < Rows.FAILED;
  }

  @Override
  void committed(Spent spent) {
    told = spent;
  }
}
