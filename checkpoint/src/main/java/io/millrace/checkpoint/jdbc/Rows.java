package io.millrace.checkpoint.jdbc;

import io.millrace.checkpoint.ItemId;
import io.millrace.checkpoint.StoredOutcome;
import io.millrace.checkpoint.StoredRow;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
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

  static final String INSERT =
      "INSERT INTO millrace_outcome (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

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

  /** Gives {@link #INSERT} or {@link #UPDATE} its parameters. */
  static void bind(PreparedStatement to, StoredOutcome outcome, byte[] id, long number)
      throws SQLException {
    int state = state(outcome.result());
    byte[] value = null;
    String error = null;
    String message = null;
    switch (outcome.result()) {
      case StoredOutcome.Value stored -> value = stored.bytes();
      case StoredOutcome.Failed failed -> {
        error = Text.storable(failed.error());
        message = Text.storable(failed.message());
      }
    }
    to.setBytes(1, id);
    to.setLong(2, outcome.position());
    to.setBytes(3, outcome.fingerprint());
    to.setInt(4, outcome.attempts());
    to.setInt(5, state);
    if (value == null) {
      to.setNull(6, Types.BINARY);
    } else {
      to.setBytes(6, value);
    }
    setText(to, 7, error);
    setText(to, 8, message);
    to.setLong(
        9,
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
    to.setLong(10, number);
  }

  private static void setText(PreparedStatement to, int index, @Nullable String text)
      throws SQLException {
    if (text == null) {
      to.setNull(index, Types.VARCHAR);
    } else {
      to.setString(index, text);
    }
  }

  /** The outcome of a row, once its checksum was found to be right. */
  static StoredRow read(ResultSet row) throws SQLException {
    byte[] id = row.getBytes(1);
    long position = row.getLong(2);
    byte[] fingerprint = row.getBytes(3);
    int attempts = row.getInt(4);
    int state = row.getInt(5);
    byte[] value = state == VALUE ? row.getBytes(6) : null;
    if (state == VALUE && value == null) {
      value = NO_BYTES; // as SQLite's driver has it
    }
    String error = state >= FAILED ? row.getString(7) : null;
    String message = state >= FAILED ? row.getString(8) : null;
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

  private static StoredOutcome.Result result(
      int state, byte @Nullable [] value, @Nullable String error, @Nullable String message) {
    return error != null && message != null
        ? new StoredOutcome.Failed(error, message, state == FINAL)
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
      @Nullable String error,
      @Nullable String message) {
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
