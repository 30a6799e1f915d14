package io.millrace.checkpoint.jdbc;

import io.millrace.checkpoint.spi.ItemId;
import io.millrace.checkpoint.spi.Spent;
import io.millrace.checkpoint.spi.StoredOutcome;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Stores outcomes, one transaction a call. For one thread at a time. */
class Writer {
  /** So many rows an insert has, as long as there are so many: a third less time a row than one by one. */
  private static final int MANY = 32;

  /** Where values have more bytes in all, so many are handed over at a time: statements keep a copy of what they are given. */
  private static final int ENOUGH = 8 << 20;

  private final Connection connection;
  private final ByIds byIds;
  private final PreparedStatement insertOne;
  private final PreparedStatement insertMany;
  private final PreparedStatement update;
  private final PreparedStatement updateMeta;
  private Meta meta;

  /** Takes over a connection that commits by itself no longer. */
  Writer(Connection connection, Meta meta) throws SQLException {
    this.connection = connection;
    this.meta = meta;
    byIds = new ByIds(connection, "SELECT id, number, state FROM millrace_outcome ");
    insertOne = connection.prepareStatement(Rows.insert(1));
    insertMany = connection.prepareStatement(Rows.insert(MANY));
    update = connection.prepareStatement(Rows.UPDATE);
    updateMeta = connection.prepareStatement(Meta.UPDATE);
    connection.setAutoCommit(false);
  }

  final void commit(List<StoredOutcome> outcomes, Spent spent) throws SQLException {
    try {
      meta = current(meta);
      Meta changed = write(outcomes, allSpent(meta, spent));
      connection.commit();
      meta = changed;
      committed(spent);
    } catch (SQLException | RuntimeException e) {
      rollBack(e);
      throw e;
    }
  }

  /** What the checkpoint has now, if nobody else changes it before the transaction ends. */
  Meta current(Meta known) throws SQLException {
    return known;
  }

  /** What was spent in all, after the transaction. */
  Spent allSpent(Meta current, Spent told) {
    return told;
  }

  /** Whether a row of this state is replaced by one of another. */
  boolean replaces(int old, int state) {
    return true;
  }

  /** The transaction has ended. */
  void committed(Spent told) {}

  private Meta write(List<StoredOutcome> outcomes, Spent spent) throws SQLException {
    Map<ItemId, Old> old = old(outcomes);
    Changes changes = new Changes(meta);
    int inserts = outcomes.size() - old.size();
    int many = bytes(outcomes) > ENOUGH ? 0 : inserts - inserts % MANY;
    int inserted = 0;
    long given = 0;
    for (StoredOutcome outcome : outcomes) {
      int state = Rows.state(outcome.result());
      byte[] id = Rows.bytes(outcome.id());
      Old replaced = old.isEmpty() ? null : old.get(outcome.id());
      if (replaced == null) {
        insert(outcome, id, changes.add(id, state), inserted++, many);
      } else if (replaces(replaced.state(), state)) {
        Rows.bind(update, 0, outcome, id, replaced.number());
        update.addBatch();
        changes.replace(replaced.state(), state);
      }
      given += Finder.size(outcome.result());
      if (given > ENOUGH) {
        executeBatches();
        given = 0;
      }
    }
    executeBatches();
    Meta changed = changes.meta(spent);
    changed.update(updateMeta);
    return changed;
  }

  private void executeBatches() throws SQLException {
    insertOne.executeBatch();
    if (Arrays.stream(update.executeBatch()).anyMatch(rows -> rows != 1)) {
      throw new DamageException("a row that the index leads to is missing");
    }
  }

  private static long bytes(List<StoredOutcome> outcomes) {
    return outcomes.stream().mapToLong(outcome -> Finder.size(outcome.result())).sum();
  }

  /* The first ones together, the rest one by one. */
  private void insert(StoredOutcome outcome, byte[] id, long number, int index, int many)
      throws SQLException {
    if (index >= many) {
      Rows.bind(insertOne, 0, outcome, id, number);
      insertOne.addBatch();
      return;
    }
    int row = index % MANY;
    Rows.bind(insertMany, row * Rows.PARAMETERS, outcome, id, number);
    if (row == MANY - 1) {
      insertMany.executeUpdate();
    }
  }

  private Map<ItemId, Old> old(List<StoredOutcome> outcomes) throws SQLException {
    Map<ItemId, Old> old = new HashMap<>();
    if (outcomes.isEmpty()) {
      return old;
    }
    try (ResultSet rows = byIds.ask(outcomes.stream().map(StoredOutcome::id).toList())) {
      while (rows.next()) {
        int state = rows.getInt(3);
        if (state < 0 || state > Rows.FINAL) {
          throw new DamageException("row " + rows.getLong(2) + " has the state " + state);
        }
        old.put(Rows.id(rows), new Old(rows.getLong(2), state));
      }
    }
    return old;
  }

  private void rollBack(Exception cause) {
    try {
      insertOne.clearBatch();
      update.clearBatch();
      connection.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  private record Old(long number, int state) {}
}
