package io.millrace.checkpoint.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * The tables. There is one row of {@code millrace_checkpoint}, which every commit changes, and one of {@code millrace_outcome}
 * for each item. Outcomes are numbered from 0 without gaps, and never deleted.
 *
 * @param number the type of numbers
 * @param bytes the type of bytes
 * @param real the type of numbers with a fraction
 * @param suffix follows the columns
 */
record Schema(String number, String bytes, String real, String suffix) {
  /** What this version writes, and the only one that it reads. */
  static final int FORMAT = 1;

  /** "MILL": says to others that a SQLite file, or an advisory lock of PostgreSQL, is ours. */
  static final int APPLICATION = 0x4D494C4C;

  static final Schema SQLITE = new Schema("INTEGER", "BLOB", "REAL", " STRICT");
  static final Schema POSTGRES = new Schema("BIGINT", "BYTEA", "DOUBLE PRECISION", "");

  /** What makes the tables. */
  List<String> statements() {
    return List.of(
        """
        CREATE TABLE millrace_checkpoint (
          format %1$s NOT NULL, action TEXT NOT NULL, version TEXT NOT NULL, created %1$s NOT NULL,
          changed %1$s NOT NULL, succeeded %1$s NOT NULL, failed %1$s NOT NULL,
          failed_finally %1$s NOT NULL, ids %1$s NOT NULL, checksum %1$s NOT NULL,
          calls %1$s NOT NULL, permits %1$s NOT NULL, money %4$s NOT NULL,
          holder_pid %1$s, holder_host TEXT, holder_since %1$s)%3$s"""
            .formatted(number, bytes, suffix, real),
        """
        CREATE TABLE millrace_outcome (
          number %1$s PRIMARY KEY, id %2$s NOT NULL, state %1$s NOT NULL, outcome %2$s NOT NULL)%3$s"""
            .formatted(number, bytes, suffix),
        "CREATE UNIQUE INDEX millrace_outcome_id ON millrace_outcome (id)",
        "CREATE INDEX millrace_outcome_failed ON millrace_outcome (number) WHERE state >= "
            + Rows.FAILED);
  }

  /** Makes the tables. */
  void create(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements()) {
        statement.execute(sql);
      }
    }
  }
}
