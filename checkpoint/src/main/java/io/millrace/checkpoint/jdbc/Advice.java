package io.millrace.checkpoint.jdbc;

import io.millrace.base.Visible;
import io.millrace.checkpoint.CheckpointException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What to do about an error of a database. */
final class Advice {
  private static final String INTACT = ". What was stored before is intact. ";
  private static final String DAMAGED =
      ". Nothing was changed. Put a copy in its place, or delete it, with the files beside it, to do all again";

  private Advice() {}

  /** The error of a run or a caller. */
  static CheckpointException on(Object where, String doing, SQLException problem) {
    SQLException error = cause(problem);
    boolean isOfFile = error.getSQLState() == null;
    String told = String.valueOf(error.getMessage());
    String message = isOfFile ? Visible.of(told) : told; // it may quote a stranger's file
    String what =
        "Error while " + doing + ", " + where + ": " + message.replaceFirst("[.\\s]+$", "");
    return new CheckpointException(
        error instanceof DamageException
            ? damaged(where, message)
            : isOfFile
                ? ofSqlite(where, what, message, error.getErrorCode())
                : what + INTACT + ofPostgres(error.getSQLState()),
        message.equals(told) ? error : null);
  }

  /* Of a batch, PostgreSQL's driver quotes the statement with all its values, which are somebody's results, of any length. */
  private static SQLException cause(SQLException problem) {
    SQLException error = problem.getNextException();
    if (!(problem instanceof BatchUpdateException) || error == null) {
      return problem;
    }
    for (Throwable also : problem.getSuppressed()) {
      error.addSuppressed(also);
    }
    return error;
  }

  static String damaged(Object where, String detail) {
    return where + " is damaged: " + detail + DAMAGED;
  }

  /* Result codes of SQLite, without their extension. */
  private static String ofSqlite(Object where, String what, String message, int code) {
    @Nullable String advice =
        switch (code & 0xFF) {
          case 3, 14, 23 -> "Give this user access to the file and its directory";
          case 5, 6 -> "Another program has the file locked: close it, and start the run again";
          case 8 ->
              "The file, its directory or its disk cannot be written: make them writable, and start the run again";
          case 10 ->
              "The disk reports an error: see if it is full, failing or unmounted, and start the run again";
          case 13 -> "The disk is full: make room, and start the run again";
          case 1, 11, 17, 18, 20, 24, 26 -> null;
          default -> "Correct that, and start the run again";
        };
    return advice == null ? damaged(where, message) : what + INTACT + advice;
  }

  private static String ofPostgres(String state) {
    return switch (state) {
      case "53100" -> "The server's disk is full: make room, and start the run again";
      case "25006" ->
          "The server or the session is read-only: use the primary server, and start the run again";
      case "42501" ->
          "Give this user the right to use the schema and to create tables in it, and start the run again";
      case "3D000" -> "Create the database, or mend the address";
      case "42703", "42804", "42P07" ->
          "The schema has tables of these names that are not ours: use another schema";
      default ->
          switch (state.length() < 2 ? "" : state.substring(0, 2)) { // a driver may have none
            case "08", "57" ->
                "The connection is lost, or there was none: see that the server runs and can be reached, and start"
                    + " the run again";
            case "28" -> "Mend the user's name or password";
            case "53" -> "The server has no resources left: free some, and start the run again";
            case "22" -> "The database cannot keep that: use one whose encoding is UTF8";
            case "XX" -> "The server says that its data are damaged: see its log";
            default -> "Start the run again";
          };
    };
  }
}
