package io.millrace.checkpoint.spi;

import io.millrace.base.Require;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of an item, as a checkpoint keeps it. The arrays are shared, not copied: nobody may change them.
 *
 * @param id how the item is found
 * @param position where the item stood in its source, from 0, in the run that stored this
 * @param fingerprint says whether the item is still the same; {@link #FINGERPRINT_BYTES} bytes
 * @param attempts calls of the action that were started; 0 for an item that failed before its first one
 * @param result the value, or the failure
 */
@SuppressWarnings("ArrayRecordComponent") // stores and runs read them; nobody compares outcomes
public record StoredOutcome(
    ItemId id, long position, byte[] fingerprint, int attempts, Result result) {
  /** The length of a fingerprint. */
  public static final int FINGERPRINT_BYTES = 32;

  /** Checks the arguments. */
  public StoredOutcome {
    Objects.requireNonNull(id, "id");
    if (position < 0) {
      throw new IllegalArgumentException("position must be at least 0, not " + position);
    }
    if (fingerprint.length != FINGERPRINT_BYTES) {
      throw new IllegalArgumentException(
          "fingerprint must have " + FINGERPRINT_BYTES + " bytes, not " + fingerprint.length);
    }
    Require.atLeast("attempts", attempts, 0);
    Objects.requireNonNull(result, "result");
  }

  /** What came of the item. */
  public sealed interface Result {}

  /**
   * The action returned a value.
   *
   * @param bytes the encoded value; null for the value null, which is not the same as no bytes
   */
  @SuppressWarnings("ArrayRecordComponent") // as above
  public record Value(byte @Nullable [] bytes) implements Result {}

  /**
   * The item failed.
   *
   * @param error name of the class of the last error
   * @param message its message, cut at {@link #LONGEST_MESSAGE} characters; empty if it had none
   * @param isFinal whether the item is not to be run again
   */
  public record Failed(String error, String message, boolean isFinal) implements Result {
    /** A message has at most this many characters. */
    public static final int LONGEST_MESSAGE = 2_000;

    /** Checks the arguments, and cuts the message. */
    public Failed {
      Objects.requireNonNull(error, "error");
      if (message.length() > LONGEST_MESSAGE) {
        message = message.substring(0, LONGEST_MESSAGE);
      }
    }
  }
}
