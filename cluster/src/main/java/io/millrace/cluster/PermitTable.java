package io.millrace.cluster;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The table of shared limits: a row for each. All that was reserved has come when it is {@code due}: so as many permits are there as the
 * limit makes between that time and now, and at most the burst. Times are in nanoseconds since 1970. They are those of the database's
 * clock, and by the {@code shift} ahead of it if it was set back: the limit's time never runs backwards.
 */
final class PermitTable {
  private static final String CLOCK =
      "(extract(epoch FROM clock_timestamp()) * 1000000000)::bigint";

  static final String ROW =
      "SELECT permits, period_nanos, burst, latest, shift, paused_until, pauses, "
          + CLOCK
          + " AS now FROM millrace_rate_limit WHERE name = ?";

  /* The clock is read after the row was waited for, if another one has changed it; and once, as what locks or is volatile is no part of another query. */
  private static final String KEPT =
      """
      WITH kept AS (
        SELECT *, period_nanos / nullif(permits, 0)::numeric AS gap, %s AS clock
        FROM millrace_rate_limit WHERE name = ? FOR UPDATE),
      given AS (
        SELECT kept.*, ?::bigint AS amount,
          CASE WHEN latest - (clock + shift) > 1000000000 THEN latest - clock ELSE shift END AS new_shift FROM kept),
      it AS (SELECT *, greatest(latest, clock + new_shift) AS time FROM given)
      UPDATE millrace_rate_limit AS changed SET latest = it.time, shift = it.new_shift,"""
          .formatted(CLOCK);

  /* Of at most 100 years. */
  private static final String OURS =
      """

      FROM it WHERE changed.name = it.name AND it.permits = ? AND it.period_nanos = ? AND it.burst = ?
      RETURNING changed.pauses, greatest(0, changed.paused_until - changed.latest),
        ceil(greatest(0, least(changed.due - changed.latest, 3153600000000000000)))::bigint, changed.reservations""";

  /* Changes have a name, an amount, and the form. They answer with nothing if there is no such row. During a pause nothing is taken or given. */
  static final String RESERVE =
      KEPT
          + """
          due = CASE WHEN it.time < it.paused_until THEN it.due
            ELSE greatest(it.due, it.time - it.burst * it.gap) + it.amount * it.gap END,
          reservations = it.reservations + CASE WHEN it.time < it.paused_until THEN 0 ELSE 1 END"""
          + OURS;

  static final String GIVE_BACK =
      KEPT
          + """
          due = CASE WHEN it.time < it.paused_until THEN it.due
            ELSE greatest(it.due - it.amount * it.gap, it.time - it.burst * it.gap) END"""
          + OURS;

  /* As much of it as is there. */
  static final String DEBIT =
      KEPT
          + """
          due = CASE WHEN it.time < it.paused_until THEN it.due
            ELSE greatest(it.due, least(it.time, greatest(it.due, it.time - it.burst * it.gap) + it.amount * it.gap)) END"""
          + OURS;

  /* After it one may start, and the others follow at the pace of the limit: what was reserved before counts no more. */
  static final String PAUSE =
      KEPT
          + """
          due = CASE WHEN it.time + it.amount > it.paused_until THEN it.time + it.amount - it.gap ELSE it.due END,
          pauses = it.pauses + CASE WHEN it.time + it.amount > it.paused_until THEN 1 ELSE 0 END,
          paused_until = greatest(it.paused_until, it.time + it.amount)"""
          + OURS;

  /* What is written has a name and a form. */
  private static final String WRITTEN =
      """
      WITH made AS (
        SELECT ?::text AS name, ?::double precision AS permits, ?::bigint AS period_nanos, ?::bigint AS burst, %s AS time)
      """
          .formatted(CLOCK);

  private static final String ALL = "made.burst * (made.period_nanos / made.permits::numeric)";

  /* Pauses are counted from the time, so that none has the number of one that the database has lost. */
  static final String INSERT_EMPTY =
      WRITTEN
          + """
          INSERT INTO millrace_rate_limit
            (name, permits, period_nanos, burst, due, latest, shift, paused_until, pauses, reservations)
          SELECT name, permits, period_nanos, burst, time, time, 0, time, time, 0 FROM made
          ON CONFLICT (name) DO NOTHING""";

  static final String INSERT_FULL =
      INSERT_EMPTY.replace(
          "burst, time, time, 0, time", "burst, time - " + ALL + ", time, 0, time");

  /* For a row that nobody has changed since it was seen. */
  static final String REPLACE =
      WRITTEN
          + "UPDATE millrace_rate_limit AS changed SET permits = made.permits, period_nanos = made.period_nanos, burst = made.burst,"
          + " due = made.time - "
          + ALL
          + ", latest = made.time, paused_until = made.time, shift = 0 FROM made WHERE changed.name = made.name"
          + " AND changed.latest = ?";

  /* Changes nothing and waits for nobody; but whoever has no right to change the table, or has a server that can only be read, is refused. */
  static final String TRY_CHANGE = "UPDATE millrace_rate_limit SET latest = latest WHERE false";

  /* "MILLRATE": only one JVM at a time makes the table. Both are sent at once, so it has the lock for no round trip. */
  private static final long LOCK = 0x4D494C4C52415445L;
  private static final String CREATE =
      "SELECT pg_advisory_xact_lock("
          + LOCK
          + ");"
          + """
      CREATE TABLE IF NOT EXISTS millrace_rate_limit (
        name TEXT PRIMARY KEY, permits DOUBLE PRECISION NOT NULL, period_nanos BIGINT NOT NULL, burst BIGINT NOT NULL,
        due NUMERIC NOT NULL, latest BIGINT NOT NULL, shift BIGINT NOT NULL, paused_until BIGINT NOT NULL,
        pauses BIGINT NOT NULL, reservations BIGINT NOT NULL)""";
  private static final String COLUMNS =
      """
      SELECT column_name, data_type FROM information_schema.columns
      WHERE table_schema = current_schema() AND table_name = 'millrace_rate_limit' ORDER BY column_name COLLATE "C\"""";
  private static final String FORM =
      "burst bigint, due numeric, latest bigint, name text, paused_until bigint, pauses bigint, period_nanos bigint,"
          + " permits double precision, reservations bigint, shift bigint";

  private PermitTable() {}

  static void require(Connection connection, PostgresPermits store) throws SQLException {
    if (text(connection, "SELECT current_schema()").isEmpty()) {
      throw new PermitStoreException(
          store + " cannot be used: the schema is not there. Create it: CREATE SCHEMA ...", null);
    }
    String form = columns(connection);
    if (form.isEmpty()) {
      try (Statement statement = connection.createStatement()) {
        statement.execute(CREATE);
      }
      form = columns(connection);
    }
    if (form.isEmpty()) { // it is there, and whoever has no right to it sees no columns
      throw new PermitStoreException(
          store
              + " cannot be used: the user has no right to its table millrace_rate_limit. Give the user that:"
              + " GRANT SELECT, INSERT, UPDATE ON millrace_rate_limit TO ...",
          null);
    }
    if (!form.equals(FORM)) {
      throw new PermitStoreException(
          store
              + " cannot be used: its table millrace_rate_limit has another form. It has "
              + form
              + ", and not "
              + FORM
              + ". Choose another schema, or drop the table while nobody uses it",
          null);
    }
  }

  private static String columns(Connection connection) throws SQLException {
    StringJoiner all = new StringJoiner(", ");
    try (Statement statement = connection.createStatement();
        ResultSet column = statement.executeQuery(COLUMNS)) {
      while (column.next()) {
        all.add(column.getString(1) + " " + column.getString(2));
      }
    }
    return all.toString();
  }

  private static String text(Connection connection, String question) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(question)) {
      String answer = row.next() ? row.getString(1) : null;
      return answer == null ? "" : answer;
    }
  }

  /** What to do about an error. */
  static String advice(@Nullable String sqlState) {
    if (sqlState == null) {
      return "";
    }
    return switch (sqlState) {
      case "28P01", "28000" -> ". Mend the user or the password";
      case "3D000" -> ". Create the database, or mend the address";
      case "42501" ->
          ". Give the user the right to create the table, or to read and change millrace_rate_limit";
      case "25006" ->
          ". It can only be read: use the address of the primary server, and see that the database and the user may write";
      case "53300" -> ". Each JVM needs one connection: let the server accept more";
      case "08001", "08006", "08004" -> ". See if the server runs, and if the address is right";
      default -> "";
    };
  }
}
