package io.millrace.cluster;

import io.millrace.plan.RateLimit.TokenBucket;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** A limit in PostgreSQL. Each change reads the row under its lock, and the database's time with it. */
final class PostgresSession extends ServerSession<Connection> {
  private static final String ROW =
      """
      SELECT permits, period_nanos, burst, state, latest, shift, paused_until, pauses, reservations,
        (extract(epoch FROM clock_timestamp()) * 1000000000)::bigint AS now
      FROM millrace_rate_limit WHERE name = ?""";
  private static final String LOCKED_ROW = ROW + " FOR UPDATE";
  /* Sent together, so that the row, which all JVMs wait for, is locked for one round trip and not for two. */
  private static final String CHANGE_AND_COMMIT =
      "UPDATE millrace_rate_limit SET state = ?, latest = ?, shift = ?, paused_until = ?, pauses = ?, reservations = ? WHERE name = ?"
          + "; COMMIT";

  private final PostgresPermits database;
  /* The row could not be read: a database that was restored, or set up anew, has lost it. Whoever uses the connection has it. */
  private boolean mayBeMissing;

  PostgresSession(PostgresPermits database, SharedLimit limit) {
    super(database, limit);
    this.database = database;
  }

  /** Connects, and makes what is missing. */
  void open() {
    attempt(
        c -> {
          requireForm(c);
          return true;
        });
  }

  @Override
  public PermitStore.Reservation reserve(long permits) {
    return attempt(c -> change(c, (bucket, now) -> bucket.reserve(permits, now)));
  }

  @Override
  public PermitStore.Standing giveBack(long permits) {
    return attempt(c -> change(c, (bucket, now) -> bucket.giveBack(permits, now)));
  }

  @Override
  public PermitStore.Standing pause(Duration duration) {
    return attempt(c -> change(c, (bucket, now) -> bucket.pause(duration, now)));
  }

  @Override
  public PermitStore.Standing look() {
    return attempt(
        c -> {
          PermitRow row = row(c, ROW);
          c.commit();
          if (!isOurs(row)) {
            requireUnused(row);
          }
          return bucket(row).standing(row.time());
        });
  }

  private <T> T change(Connection c, BiFunction<SharedBucket, Long, T> change) throws SQLException {
    PermitRow row = ourRow(c);
    SharedBucket bucket = bucket(row);
    T answer = change.apply(bucket, row.time());
    writeAndCommit(c, bucket, row);
    return answer;
  }

  private SharedBucket bucket(PermitRow row) {
    try {
      return row.bucket(limit);
    } catch (RuntimeException broken) {
      throw unusable(
          "its row in millrace_rate_limit is damaged, or of another version: "
              + said(broken)
              + ". Delete the row while nobody uses the limit, or choose another name",
          broken);
    }
  }

  private void writeAndCommit(Connection c, SharedBucket bucket, PermitRow row)
      throws SQLException {
    try (PreparedStatement update = c.prepareStatement(CHANGE_AND_COMMIT)) {
      update.setBytes(1, bucket.written());
      update.setLong(2, row.time());
      update.setLong(3, row.newShift());
      update.setLong(4, bucket.pausedUntil());
      update.setLong(5, bucket.pauses());
      update.setLong(6, bucket.reservations());
      update.setString(7, limit.name());
      update.executeUpdate();
    }
  }

  private boolean isOurs(PermitRow row) {
    return row.form().equals(LimitForm.of(limit));
  }

  private void requireUnused(PermitRow row) {
    if (row.isInUse()) {
      throw LimitForm.refusal(store, limit, row.form());
    }
  }

  /* Locked. If it is that of another limit that nobody uses any more, ours takes its place. */
  private PermitRow ourRow(Connection c) throws SQLException {
    PermitRow row = row(c, LOCKED_ROW);
    if (isOurs(row)) {
      return row;
    }
    requireUnused(row);
    write(c, PermitTable.REPLACE, SharedBucket::full);
    return row(c, LOCKED_ROW);
  }

  private PermitRow row(Connection c, String question) throws SQLException {
    mayBeMissing = true;
    PermitRow row = rowOrNull(c, question);
    if (row == null) {
      throw new SQLException("the limit's row was deleted", "02000");
    }
    mayBeMissing = false;
    return row;
  }

  private @Nullable PermitRow rowOrNull(Connection c, String question) throws SQLException {
    try (PreparedStatement select = c.prepareStatement(question)) {
      select.setString(1, limit.name());
      try (ResultSet found = select.executeQuery()) {
        return found.next() ? PermitRow.of(found) : null;
      }
    }
  }

  /** Makes the table and the row if they are missing, and checks their form. Waits for nobody who has the row locked, unless it is made. */
  private void requireForm(Connection c) throws SQLException {
    PermitTable.require(c, database);
    PermitRow row = rowOrNull(c, ROW);
    if (row == null) {
      write(c, PermitTable.INSERT, SharedBucket::full);
    }
    bucket(row == null || !isOurs(row) ? ourRow(c) : row);
    c.commit();
  }

  /* A database that was restored, or set up anew, has lost the limit: it begins again, without the burst. */
  private void requireRow(Connection c) throws SQLException {
    PermitTable.require(c, database);
    if (rowOrNull(c, ROW) == null) {
      write(c, PermitTable.INSERT, SharedBucket::empty);
    }
    c.commit();
  }

  /*
   * A new bucket, in a new row or in that of a limit that nobody uses any more. If another JVM makes the row just now, that
   * one's counts.
   */
  private void write(
      Connection c, String statement, BiFunction<TokenBucket, Long, SharedBucket> bucket)
      throws SQLException {
    LimitForm form = LimitForm.of(limit);
    try (PreparedStatement insert = c.prepareStatement(statement)) {
      insert.setDouble(1, form.permits());
      insert.setLong(2, form.periodNanos());
      insert.setLong(3, form.burst());
      long now = PermitTable.now(c);
      insert.setBytes(4, bucket.apply(limit.rate(), now).written());
      insert.setLong(5, now);
      insert.setLong(6, now);
      insert.setString(7, limit.name());
      insert.executeUpdate();
    }
  }

  @Override
  Connection connect() throws SQLException {
    return database.connect();
  }

  @Override
  void prepare(Connection made) throws SQLException {
    try (Statement statement = made.createStatement()) {
      // Whoever is frozen with the row locked holds up the others no longer than that.
      statement.execute(
          "SET idle_in_transaction_session_timeout = 2000; SET lock_timeout = 900;"
              + " SET synchronous_commit = off; SET tcp_keepalives_idle = 10;"
              // With another one, whoever waited for the row would get an error, not the row.
              + " SET default_transaction_isolation = 'read committed'");
    }
    made.setAutoCommit(false);
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
