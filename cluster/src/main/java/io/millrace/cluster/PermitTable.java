package io.millrace.cluster;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** The table of shared limits: a row for each. */
final class PermitTable {
  /* Pauses are counted from the time, so that none has the number of one that the database has lost. */
  static final String INSERT =
      """
      INSERT INTO millrace_rate_limit
        (permits, period_nanos, burst, state, latest, paused_until, name, shift, pauses, reservations)
      VALUES (?, ?, ?, ?, ?, ?, ?, 0, (extract(epoch FROM clock_timestamp()) * 1000000000)::bigint, 0)
      ON CONFLICT (name) DO NOTHING""";

  /* For a row that is locked. It has the parameters of INSERT. */
  static final String REPLACE =
      """
      UPDATE millrace_rate_limit SET permits = ?, period_nanos = ?, burst = ?, state = ?, latest = ?, paused_until = ?,
        shift = 0 WHERE name = ?""";

  /* "MILLRATE": only one JVM at a time makes the table. */
  private static final long LOCK = 0x4D494C4C52415445L;
  private static final String CREATE =
      """
      CREATE TABLE IF NOT EXISTS millrace_rate_limit (
        name TEXT PRIMARY KEY, permits DOUBLE PRECISION NOT NULL, period_nanos BIGINT NOT NULL, burst BIGINT NOT NULL,
        state BYTEA NOT NULL, latest BIGINT NOT NULL, shift BIGINT NOT NULL, paused_until BIGINT NOT NULL,
        pauses BIGINT NOT NULL, reservations BIGINT NOT NULL)""";
  private static final String COLUMNS =
      """
      SELECT column_name, data_type FROM information_schema.columns
      WHERE table_schema = current_schema() AND table_name = 'millrace_rate_limit' ORDER BY column_name COLLATE "C\"""";
  private static final String FORM =
      "burst bigint, latest bigint, name text, paused_until bigint, pauses bigint, period_nanos bigint,"
          + " permits double precision, reservations bigint, shift bigint, state bytea";

  private PermitTable() {}

  static void require(Connection connection, PostgresPermits store) throws SQLException {
    if (text(connection, "SELECT current_schema()").isEmpty()) {
      throw new PermitStoreException(
          store + " cannot be used: the schema is not there. Create it: CREATE SCHEMA ...", null);
    }
    String form = columns(connection);
    if (form.isEmpty()) {
      text(connection, "SELECT pg_advisory_xact_lock(" + LOCK + ")");
      try (Statement statement = connection.createStatement()) {
        statement.execute(CREATE);
      }
      form = columns(connection);
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

  /** What the database's clock says, in nanoseconds since 1970. */
  static long now(Connection connection) throws SQLException {
    return Long.parseLong(
        text(connection, "SELECT (extract(epoch FROM clock_timestamp()) * 1000000000)::bigint"));
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
      case "53300" -> ". Each JVM needs one connection: let the server accept more";
      case "08001", "08006", "08004" -> ". See if the server runs, and if the address is right";
      default -> "";
    };
  }
}
