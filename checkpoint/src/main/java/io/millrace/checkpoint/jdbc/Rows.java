package io.millrace.checkpoint.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.checkpoint.ItemId;
import io.millrace.checkpoint.StoredOutcome;
import io.millrace.checkpoint.StoredRow;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/** How an outcome becomes a row of {@code millrace_outcome}, and an outcome again. */
final class Rows {
  /** States: there is a value, the value is null, the item failed, the item failed for good. */
  static final int VALUE = 0;

  static final int NULL = 1;
  static final int FAILED = 2;
  static final int FINAL = 3;

  private static final String COLUMNS =
      "id, position, fingerprint, attempts, state, value, error, message, checksum, number";

  /** How many parameters a row has. */
  static final int PARAMETERS = 10;

  static final String UPDATE =
      "UPDATE millrace_outcome SET id = ?, position = ?, fingerprint = ?, attempts = ?, state = ?,"
          + " value = ?, error = ?, message = ?, checksum = ? WHERE number = ?";

  static final String SELECT = select("value");

  /** As {@link #SELECT}, but values over {@link #LARGE} bytes are left out; {@code size} is how many they have. */
  static final String SELECT_SMALL =
      select("CASE WHEN length(value) <= " + Rows.LARGE + " THEN value END AS value")
          .replace(" FROM ", ", length(value) AS size FROM ");

  /** Values with more bytes are fetched one by one. */
  static final int LARGE = 32 << 10;

  private static final byte[] NO_BYTES = {};

  private Rows() {}

  /** A statement that inserts so many rows at once. */
  static String insert(int rows) {
    String row = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    return "INSERT INTO millrace_outcome ("
        + COLUMNS
        + ") VALUES "
        + String.join(", ", Collections.nCopies(rows, row));
  }

  private static String select(String value) {
    return "SELECT " + COLUMNS.replace("value", value) + " FROM millrace_outcome ";
  }

  static int state(StoredOutcome.Result result) {
    return switch (result) {
      case StoredOutcome.Value value -> value.bytes() == null ? NULL : VALUE;
      case StoredOutcome.Failed failed -> failed.isFinal() ? FINAL : FAILED;
    };
  }

  /** The kind's code, and then the bytes. */
  static byte[] bytes(ItemId id) {
    byte[] key = id.bytes();
    byte[] bytes = new byte[key.length + 1];
    bytes[0] = (byte) id.kind().code();
    System.arraycopy(key, 0, bytes, 1, key.length);
    return bytes;
  }

  private static ItemId id(byte @Nullable [] bytes) throws Damage {
    try {
      if (bytes != null && bytes.length > 0) {
        byte[] key = new byte[bytes.length - 1];
        System.arraycopy(bytes, 1, key, 0, key.length);
        return ItemId.of(ItemId.Kind.of((char) bytes[0]), key);
      }
    } catch (IllegalArgumentException unknown) {
      // as if there was none
    }
    throw new Damage("the id of an item is none");
  }

  static ItemId id(ResultSet row) throws SQLException {
    return id(row.getBytes("id"));
  }

  /** Gives {@link #UPDATE}, or a row of {@link #insert}, its parameters; {@code before} is how many come before them. */
  static void bind(PreparedStatement to, int before, StoredOutcome outcome, byte[] id, long number)
      throws SQLException {
    int state = state(outcome.result());
    byte[] value = null;
    byte[] error = null;
    byte[] message = null;
    switch (outcome.result()) {
      case StoredOutcome.Value stored -> value = stored.bytes();
      case StoredOutcome.Failed failed -> {
        error = failed.error().getBytes(UTF_8);
        message = failed.message().getBytes(UTF_8);
      }
    }
    to.setBytes(before + 1, id);
    to.setLong(before + 2, outcome.position());
    to.setBytes(before + 3, outcome.fingerprint());
    to.setInt(before + 4, outcome.attempts());
    to.setInt(before + 5, state);
    setBytes(to, before + 6, value);
    setBytes(to, before + 7, error);
    setBytes(to, before + 8, message);
    to.setLong(
        before + 9,
        checksum(
            number,
            id,
            outcome.position(),
            outcome.fingerprint(),
            outcome.attempts(),
            state,
            value,
            error,
            message));
    to.setLong(before + 10, number);
  }

  private static void setBytes(PreparedStatement to, int index, byte @Nullable [] bytes)
      throws SQLException {
    if (bytes == null) {
      to.setNull(index, Types.BINARY);
    } else {
      to.setBytes(index, bytes);
    }
  }

  /** The outcome of a row, once its checksum was found to be right. */
  static StoredRow read(ResultSet row) throws SQLException {
    byte[] id = row.getBytes(1);
    long position = row.getLong(2);
    byte[] fingerprint = row.getBytes(3);
    int attempts = row.getInt(4);
    int state = row.getInt(5);
    byte[] value = state == VALUE ? bytes(row, 6) : null;
    byte[] error = state >= FAILED ? bytes(row, 7) : null;
    byte[] message = state >= FAILED ? bytes(row, 8) : null;
    long number = row.getLong(10);
    long checksum =
        checksum(number, id, position, fingerprint, attempts, state, value, error, message);
    if (checksum != row.getLong(9)) {
      throw new Damage("row " + number + " does not have its checksum");
    }
    try {
      var outcome =
          new StoredOutcome(
              id(id), position, fingerprint, attempts, result(state, value, error, message));
      return new StoredRow(number, outcome);
    } catch (RuntimeException e) {
      throw new Damage("row " + number + " is none of ours: " + e.getMessage());
    }
  }

  /* SQLite's driver has null for no bytes. */
  private static byte[] bytes(ResultSet row, int column) throws SQLException {
    byte[] bytes = row.getBytes(column);
    return bytes == null ? NO_BYTES : bytes;
  }

  private static StoredOutcome.Result result(
      int state, byte @Nullable [] value, byte @Nullable [] error, byte @Nullable [] message) {
    return error != null && message != null
        ? new StoredOutcome.Failed(
            new String(error, UTF_8), new String(message, UTF_8), state == FINAL)
        : new StoredOutcome.Value(value);
  }

  private static long checksum(
      long number,
      byte[] id,
      long position,
      byte[] fingerprint,
      int attempts,
      int state,
      byte @Nullable [] value,
      byte @Nullable [] error,
      byte @Nullable [] message) {
    return new Checksum()
        .add(number)
        .add(id)
        .add(position)
        .add(fingerprint)
        .add(((long) attempts << 8) | state)
        .add(value)
        .add(error)
        .add(message)
        .value();
  }
}
