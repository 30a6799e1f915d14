package io.millrace.checkpoint.jdbc;

import io.millrace.checkpoint.ItemId;
import io.millrace.checkpoint.StoredOutcome;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Stores outcomes, one transaction a call. For one thread at a time. */
final class Writer {
  private final Connection connection;
  private final ByIds byIds;
  private final PreparedStatement insert;
  private final PreparedStatement update;
  private final PreparedStatement updateMeta;
  private Meta meta;

  /** Takes over a connection that commits by itself no longer. */
  Writer(Connection connection, Meta meta) throws SQLException {
    this.connection = connection;
    this.meta = meta;
    byIds = new ByIds(connection, "SELECT id, number, state FROM millrace_outcome ");
    insert = connection.prepareStatement(Rows.INSERT);
    update = connection.prepareStatement(Rows.UPDATE);
    updateMeta = connection.prepareStatement(Meta.UPDATE);
    connection.setAutoCommit(false);
  }

  void commit(List<StoredOutcome> outcomes) throws SQLException {
    try {
      Meta changed = write(outcomes);
      connection.commit();
      meta = changed;
    } catch (SQLException | RuntimeException e) {
      rollBack(e);
      throw e;
    }
  }

  private Meta write(List<StoredOutcome> outcomes) throws SQLException {
    Map<ItemId, Old> old = old(outcomes);
    Changes changes = new Changes(meta);
    for (StoredOutcome outcome : outcomes) {
      int state = Rows.state(outcome.result());
      byte[] id = Rows.bytes(outcome.id());
      Old replaced = old.get(outcome.id());
      if (replaced == null) {
        Rows.bind(insert, outcome, id, changes.add(id, state));
        insert.addBatch();
      } else {
        Rows.bind(update, outcome, id, replaced.number());
        update.addBatch();
        changes.replace(replaced.state(), state);
      }
    }
    if (old.size() < outcomes.size()) {
      insert.executeBatch();
    }
    if (!old.isEmpty() && Arrays.stream(update.executeBatch()).anyMatch(rows -> rows != 1)) {
      throw new Damage("a row that the index leads to is not there");
    }
    Meta changed = changes.meta();
    changed.update(updateMeta);
    return changed;
  }

  private Map<ItemId, Old> old(List<StoredOutcome> outcomes) throws SQLException {
    Map<ItemId, Old> old = new HashMap<>();
    try (ResultSet rows = byIds.ask(outcomes.stream().map(StoredOutcome::id).toList())) {
      while (rows.next()) {
        int state = rows.getInt(3);
        if (state < 0 || state > Rows.FINAL) {
          throw new Damage("row " + rows.getLong(2) + " has the state " + state);
        }
        old.put(Rows.id(rows), new Old(rows.getLong(2), state));
      }
    }
    return old;
  }

  private void rollBack(Exception cause) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  private record Old(long number, int state) {}
}
