package io.millrace.checkpoint.jdbc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import org.sqlite.JDBC;

/** Makes connections to a SQLite file, and checks whether the database is whole. */
final class Sqlite {
  /*
   * For other programs that have the file open. The connection that writes is always in a transaction that may write,
   * because the driver begins the next one when it ends one: so no other program can write meanwhile.
   */
  private static final int BUSY_MILLIS = 2_000;
  /*
   * Pages that the log has when it is moved to the main file: 64 MiB. The commit that does so takes long, so it should be
   * less than one in a hundred; and a page that was written often is moved once.
   */
  private static final int LOG_PAGES = 16_384;
  /* Of pages in memory, so that the index of some hundred thousand keys stays there. */
  private static final int CACHE_KILOBYTES = 32 << 10;

  /* Of a value and of a row. A file from somewhere else may have longer ones, or say so. */
  private static final int MOST_BYTES = 2 * JdbcStore.LONGEST_VALUE;

  /* Text with the same bytes would stand elsewhere in the index. */
  private static final String IDS =
      "SELECT CASE WHEN typeof(id) = 'blob' THEN id END, number"
          + " FROM millrace_outcome INDEXED BY millrace_outcome_id ORDER BY millrace_outcome.id";
  private static final String PLAIN =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-_.";

  private Sqlite() {}

  static Connection connect(Path file, String options) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("busy_timeout", Integer.toString(BUSY_MILLIS));
    properties.setProperty("transaction_mode", "IMMEDIATE");
    properties.setProperty("limit_length", Integer.toString(MOST_BYTES));
    try {
      return JDBC.createConnection(
          SqliteFile.URL + "file:" + escaped(file) + "?" + options, properties);
    } catch (SQLException e) {
      throw e.getErrorCode() == 0 && e.getCause() != null ? noLibrary(e.getCause()) : e;
    } catch (LinkageError e) {
      throw noLibrary(e);
    }
  }

  private static SQLException noLibrary(Throwable why) {
    return new SQLException(
        "SQLite's native library cannot be loaded ("
            + why
            + "); it is unpacked into the directory for temporary files, or that of -Dorg.sqlite.tmpdir, which must have"
            + " 2 MB of room and allow programs to run",
        why);
  }

  private static String escaped(Path file) {
    StringBuilder escaped = new StringBuilder();
    for (byte b : file.toString().getBytes(StandardCharsets.UTF_8)) {
      escaped.append(PLAIN.indexOf(b) >= 0 ? String.valueOf((char) b) : "%%%02X".formatted(b));
    }
    return escaped.toString();
  }

  /** For whoever has the lease. */
  static Connection writing(Path file, Durability durability) throws SQLException {
    Connection connection = connect(file, "mode=rw");
    try {
      pragma(connection, "trusted_schema = OFF");
      pragma(connection, "cache_size = " + -CACHE_KILOBYTES);
      pragma(connection, "cell_size_check = ON");
      pragma(connection, "wal_autocheckpoint = " + LOG_PAGES);
      pragma(connection, "journal_size_limit = " + (long) LOG_PAGES * SqliteCreation.PAGE_SIZE);
      // On macOS a plain flush leaves what was written in the disk's own memory.
      pragma(connection, "fullfsync = " + (durability == Durability.POWER_LOSS ? "ON" : "OFF"));
      pragma(connection, "checkpoint_fullfsync = ON");
      pragma(
          connection, "synchronous = " + (durability == Durability.POWER_LOSS ? "FULL" : "NORMAL"));
      return connection;
    } catch (SQLException e) {
      Database.closeAfter(e, connection);
      throw e;
    }
  }

  /** For whoever has the lease, and a connection that writes. */
  static Connection readingBeside(Path file) throws SQLException {
    Connection connection = connect(file, "mode=rw");
    try {
      pragma(connection, "trusted_schema = OFF");
      pragma(connection, "cache_size = " + -CACHE_KILOBYTES);
      pragma(connection, "cell_size_check = ON");
      pragma(connection, "query_only = ON");
      return connection;
    } catch (SQLException e) {
      Database.closeAfter(e, connection);
      throw e;
    }
  }

  /** For those who change nothing, not even files beside it. */
  static Connection looking(SqliteFiles files, boolean isHeld) throws SQLException, IOException {
    return isHeld ? readingBesideARun(files) : readingAlone(files);
  }

  /*
   * Asks only once whether there is a log: it may come at any moment, and who takes no locks would delete one that has no
   * whole transaction yet.
   */
  private static Connection readingBesideARun(SqliteFiles files) throws SQLException, IOException {
    return connect(files.main(), files.hasLog() ? "mode=ro&readonly_shm=1" : "mode=ro&immutable=1");
  }

  /** For whoever reads a file that nobody writes: takes no locks, and needs no file beside it. */
  static Connection readingAlone(SqliteFiles files) throws SQLException, IOException {
    if (!files.hasTransaction()) {
      return connect(files.main(), "mode=ro&immutable=1");
    }
    Connection connection = connect(files.main(), "mode=ro&vfs=unix-none");
    try {
      pragma(connection, "locking_mode = EXCLUSIVE"); // keeps the index of the log in memory
      return connection;
    } catch (SQLException e) {
      Database.closeAfter(e, connection);
      throw e;
    }
  }

  static void pragma(Connection connection, String pragma) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA " + pragma);
    }
  }

  /** Refuses tables, triggers, views and the like that are not as we make them. It comes before all other queries. */
  static void requireSchema(Connection connection) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT sql FROM sqlite_schema ORDER BY rowid")) {
      while (rows.next() && found.size() <= Schema.SQLITE.statements().size()) {
        found.add(rows.getString(1));
      }
    }
    if (!found.equals(Schema.SQLITE.statements())) {
      throw new DamageException("its tables are not those of a checkpoint");
    }
  }

  /**
   * Refuses an index that lacks an item or has one that was not stored: SQLite would not notice, and the item would run
   * again. What the rows hold is checked when they are read.
   */
  static void requireIds(Connection connection, Meta meta) throws SQLException {
    long sum = 0;
    long count = 0;
    byte[] before = null;
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(IDS)) {
      while (rows.next()) {
        byte[] id = rows.getBytes(1);
        if (id == null || (before != null && Arrays.compareUnsigned(before, id) >= 0)) {
          throw new DamageException("its index is not in order");
        }
        sum += Checksum.ofEntry(id, rows.getLong(2));
        count++;
        before = id;
      }
    }
    if (count != meta.rows() || sum != meta.ids()) {
      throw new DamageException("its index is not that of its " + meta.rows() + " rows");
    }
  }
}
