package io.millrace.checkpoint.jdbc;

import static io.millrace.checkpoint.spi.StoredOutcome.FINGERPRINT_BYTES;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.checkpoint.spi.ItemId;
import io.millrace.checkpoint.spi.StoredOutcome;
import io.millrace.checkpoint.spi.StoredRow;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * How an outcome becomes a row of {@code millrace_outcome}, and an outcome again. Everything that only outcomes have
 * is in one column, {@code outcome}, because each column of a row costs a call of the driver: a checksum of the rest
 * of the row, the position, the attempts, the fingerprint, and the value; or of a failure the length of the error's
 * name, the name, and the message.
 */
final class Rows {
  /** States: there is a value, the value is null, the item failed, the item failed for good. */
  static final int VALUE = 0;

  static final int NULL = 1;
  static final int FAILED = 2;
  static final int FINAL = 3;

  private static final String COLUMNS = "id, state, outcome, number";

  /** How many parameters a row has. */
  static final int PARAMETERS = 4;

  static final String UPDATE =
      "UPDATE millrace_outcome SET id = ?, state = ?, outcome = ? WHERE number = ?";

  static final String SELECT = "SELECT " + COLUMNS + " FROM millrace_outcome ";

  /** Outcomes with more bytes are fetched one by one. */
  static final int LARGE = 32 << 10;

  /** As {@link #SELECT}, but outcomes over {@link #LARGE} bytes are left out. */
  static final String SELECT_SMALL =
      SELECT.replace("outcome,", "CASE WHEN length(outcome) <= " + LARGE + " THEN outcome END,");

  /** Outcomes with more bytes are not read ahead: 1,024 of them are in memory. */
  private static final int LONG = 4 << 10;

  /** As {@link #SELECT}, the rows from one number to before another, without long outcomes. */
  static final String SELECT_SHORT =
      SELECT + "WHERE number >= ? AND number < ? AND length(outcome) <= " + LONG;

  private static final int CHECKSUM = Integer.BYTES;
  private static final int HEAD = CHECKSUM + Long.BYTES + Integer.BYTES + FINGERPRINT_BYTES;

  private Rows() {}

  /** A statement that inserts so many rows at once. */
  static String insert(int rows) {
    return "INSERT INTO millrace_outcome ("
        + COLUMNS
        + ") VALUES "
        + String.join(", ", Collections.nCopies(rows, "(?, ?, ?, ?)"));
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

  private static ItemId id(byte @Nullable [] bytes) throws DamageException {
    try {
      if (bytes != null && bytes.length > 0) {
        byte[] key = new byte[bytes.length - 1];
        System.arraycopy(bytes, 1, key, 0, key.length);
        return ItemId.of(ItemId.Kind.of((char) bytes[0]), key);
      }
    } catch (IllegalArgumentException unknown) {
      // as if there was none
    }
    throw new DamageException("the id of an item cannot be read");
  }

  static ItemId id(ResultSet row) throws SQLException {
    return id(row.getBytes(1));
  }

  /** Gives {@link #UPDATE}, or a row of {@link #insert}, its parameters; {@code before} is how many come before them. */
  static void bind(PreparedStatement to, int before, StoredOutcome outcome, byte[] id, long number)
      throws SQLException {
    int state = state(outcome.result());
    byte[] packed = packed(outcome);
    ByteBuffer.wrap(packed).putInt(0, checksum(number, id, state, packed));
    to.setBytes(before + 1, id);
    to.setInt(before + 2, state);
    to.setBytes(before + 3, packed);
    to.setLong(before + 4, number);
  }

  /* Without the checksum, for which there is room. */
  private static byte[] packed(StoredOutcome outcome) {
    return switch (outcome.result()) {
      case StoredOutcome.Value(byte[] value) ->
          value == null ? head(outcome, 0).array() : head(outcome, value.length).put(value).array();
      case StoredOutcome.Failed failed -> {
        byte[] error = failed.error().getBytes(UTF_8);
        byte[] message = failed.message().getBytes(UTF_8);
        yield head(outcome, Integer.BYTES + error.length + message.length)
            .putInt(error.length)
            .put(error)
            .put(message)
            .array();
      }
    };
  }

  private static ByteBuffer head(StoredOutcome outcome, int rest) {
    return ByteBuffer.allocate(HEAD + rest)
        .putInt(0)
        .putLong(outcome.position())
        .putInt(outcome.attempts())
        .put(outcome.fingerprint());
  }

  /**
   * The outcome of a row, once its checksum was found to be right.
   *
   * @return null if it is left out, because it is large
   */
  static @Nullable StoredRow read(ResultSet row) throws SQLException {
    byte[] packed = row.getBytes(3);
    if (packed == null) {
      return null;
    }
    byte[] id = row.getBytes(1);
    int state = row.getInt(2);
    long number = row.getLong(4);
    ByteBuffer rest = ByteBuffer.wrap(packed);
    try {
      if (rest.getInt() != checksum(number, id, state, packed)) {
        throw new DamageException("row " + number + " does not have its checksum");
      }
      long position = rest.getLong();
      int attempts = rest.getInt();
      byte[] fingerprint = take(rest, FINGERPRINT_BYTES);
      return new StoredRow(
          number, new StoredOutcome(id(id), position, fingerprint, attempts, result(state, rest)));
    } catch (BufferUnderflowException | IllegalArgumentException | NegativeArraySizeException e) {
      throw new DamageException(
          "row " + number + " does not have the form of an outcome: " + e.getMessage());
    }
  }

  private static StoredOutcome.Result result(int state, ByteBuffer rest) {
    return switch (state) {
      case VALUE -> new StoredOutcome.Value(take(rest, rest.remaining()));
      case NULL -> new StoredOutcome.Value(null);
      case FAILED, FINAL -> {
        String error = new String(take(rest, rest.getInt()), UTF_8);
        String message = new String(take(rest, rest.remaining()), UTF_8);
        yield new StoredOutcome.Failed(error, message, state == FINAL);
      }
      default -> throw new IllegalArgumentException("its state is " + state);
    };
  }

  private static byte[] take(ByteBuffer from, int bytes) {
    byte[] taken = new byte[Math.min(bytes, from.remaining() + 1)];
    from.get(taken);
    return taken;
  }

  private static int checksum(long number, byte @Nullable [] id, int state, byte[] packed) {
    ByteBuffer rest = ByteBuffer.allocate(2 * Long.BYTES);
    rest.putLong(number).putInt(state).putInt(id == null ? -1 : id.length);
    CRC32C crc = new CRC32C();
    crc.update(rest.flip());
    if (id != null) {
      crc.update(id);
    }
    crc.update(packed, Math.min(CHECKSUM, packed.length), Math.max(0, packed.length - CHECKSUM));
    return (int) crc.getValue();
  }
}
