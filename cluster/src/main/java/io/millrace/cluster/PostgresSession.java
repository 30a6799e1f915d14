package io.millrace.cluster;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A limit in PostgreSQL. Each change is one statement, which does the arithmetic, and so is all that makes or replaces a limit: so
 * nothing for which other JVMs wait is locked for a round trip, however far away they are.
 */
final class PostgresSession extends ServerSession<Connection> {
  /* A pause of more than 100 years is one of 100 years. */
  private static final Duration LONGEST = Duration.ofDays(36_500);
  private static final long MOST_NANOS = TimeUnit.DAYS.toNanos(36_500);

  private final PostgresPermits database;
  private final LimitForm form;
  /* The row could not be read: a database that was restored, or set up anew, has lost it. Whoever uses the connection has it. */
  private boolean mayBeMissing;

  PostgresSession(PostgresPermits database, SharedLimit limit) {
    super(database, limit);
    this.database = database;
    this.form = LimitForm.of(limit);
  }

  /** Connects, and makes what is missing. */
  void open() {
    attempt(
        c -> {
          PermitTable.require(c, database);
          if (rowOrNull(c) == null) {
            write(c, PermitTable.INSERT_FULL);
          }
          requireOurs(c);
          try (Statement statement = c.createStatement()) {
            statement.execute(PermitTable.TRY_CHANGE);
          }
          return true;
        });
  }

  @Override
  public PermitStore.Reservation reserve(long permits) {
    return attempt(c -> change(c, PermitTable.RESERVE, permits));
  }

  @Override
  public PermitStore.Standing giveBack(long permits) {
    return attempt(c -> change(c, PermitTable.GIVE_BACK, permits)).standing();
  }

  @Override
  public PermitStore.Standing debit(long permits) {
    return attempt(c -> change(c, PermitTable.DEBIT, permits)).standing();
  }

  @Override
  public PermitStore.Standing pause(Duration duration) {
    long nanos = duration.compareTo(LONGEST) > 0 ? MOST_NANOS : duration.toNanos();
    return attempt(c -> change(c, PermitTable.PAUSE, nanos)).standing();
  }

  @Override
  public PermitStore.Standing look() {
    return attempt(
        c -> {
          PermitRow row = row(c);
          if (!isOurs(row)) {
            requireUnused(row);
          }
          return row.standing();
        });
  }

  private PermitStore.Reservation change(Connection c, String change, long amount)
      throws SQLException {
    PermitStore.Reservation answer = changeOrNull(c, change, amount);
    if (answer == null) {
      requireOurs(c);
      answer = changeOrNull(c, change, amount);
    }
    if (answer == null) {
      throw new SQLException("the limit's row was deleted", "02000");
    }
    return answer;
  }

  /* Null if there is no such row, or one of another limit. */
  private PermitStore.@Nullable Reservation changeOrNull(Connection c, String change, long amount)
      throws SQLException {
    mayBeMissing = true;
    try (PreparedStatement update = c.prepareStatement(change)) {
      update.setString(1, limit.name());
      update.setLong(2, amount);
      update.setDouble(3, form.permits());
      update.setLong(4, form.periodNanos());
      update.setLong(5, form.burst());
      try (ResultSet changed = update.executeQuery()) {
        if (!changed.next()) {
          return null;
        }
        mayBeMissing = false;
        Duration pausedFor = Duration.ofNanos(changed.getLong(2));
        Duration lastIn = pausedFor.isZero() ? Duration.ofNanos(changed.getLong(3)) : Duration.ZERO;
        return new PermitStore.Reservation(
            lastIn, changed.getLong(4), new PermitStore.Standing(changed.getLong(1), pausedFor));
      }
    }
  }

  private boolean isOurs(PermitRow row) {
    return row.form().equals(form);
  }

  private void requireUnused(PermitRow row) {
    if (row.isInUse()) {
      throw LimitForm.refusal(store, limit, row.form());
    }
  }

  /* If the row is that of another limit that nobody uses any more, ours takes its place, unless somebody was faster. */
  private void requireOurs(Connection c) throws SQLException {
    for (PermitRow row = row(c); !isOurs(row); row = row(c)) {
      requireUnused(row);
      replace(c, row);
    }
  }

  private PermitRow row(Connection c) throws SQLException {
    mayBeMissing = true;
    PermitRow row = rowOrNull(c);
    if (row == null) {
      throw new SQLException("the limit's row was deleted", "02000");
    }
    mayBeMissing = false;
    return row;
  }

  private @Nullable PermitRow rowOrNull(Connection c) throws SQLException {
    try (PreparedStatement select = c.prepareStatement(PermitTable.ROW)) {
      select.setString(1, limit.name());
      try (ResultSet found = select.executeQuery()) {
        return found.next() ? PermitRow.of(found) : null;
      }
    }
  }

  /* A database that was restored, or set up anew, has lost the limit: it begins again, without the burst. */
  private void requireRow(Connection c) throws SQLException {
    PermitTable.require(c, database);
    if (rowOrNull(c) == null) {
      write(c, PermitTable.INSERT_EMPTY);
    }
  }

  /* If another JVM makes the row just now, that one's counts. */
  private void write(Connection c, String statement) throws SQLException {
    try (PreparedStatement insert = c.prepareStatement(statement)) {
      describe(insert);
      insert.executeUpdate();
    }
  }

  private void replace(Connection c, PermitRow seen) throws SQLException {
    try (PreparedStatement update = c.prepareStatement(PermitTable.REPLACE)) {
      describe(update);
      update.setLong(5, seen.latest());
      update.executeUpdate();
    }
  }

  private void describe(PreparedStatement writing) throws SQLException {
    writing.setString(1, limit.name());
    writing.setDouble(2, form.permits());
    writing.setLong(3, form.periodNanos());
    writing.setLong(4, form.burst());
  }

  @Override
  Connection connect() throws SQLException {
    return database.connect();
  }

  @Override
  void prepare(Connection made) throws SQLException {
    try (Statement statement = made.createStatement()) {
      statement.execute(
          "SET lock_timeout = 900; SET synchronous_commit = off; SET tcp_keepalives_idle = 10;"
              // With another one, whoever waited for the row would get an error, not the row.
              + " SET default_transaction_isolation = 'read committed'");
    }
    if (mayBeMissing) {
      requireRow(made);
    }
  }

  @Override
  void end(Connection known) throws SQLException {
    known.abort(Runnable::run);
  }

  @Override
  String text(Exception failure) {
    return failure instanceof SQLException refused
        ? said(refused) + PermitTable.advice(refused.getSQLState())
        : said(failure);
  }
}
