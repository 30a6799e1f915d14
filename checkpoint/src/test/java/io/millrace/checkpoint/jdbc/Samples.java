package io.millrace.checkpoint.jdbc;

import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.spi.ItemId;
import io.millrace.checkpoint.spi.StoredOutcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Outcomes, each a function of its number. */
final class Samples {
  static final CheckpointName NAME = CheckpointName.of("summarise", "model-7");

  private Samples() {}

  static StoredOutcome value(long number, int bytes) {
    return of(ItemId.ofPosition(number), number, new StoredOutcome.Value(bytes(number, bytes)));
  }

  static StoredOutcome failed(long number, boolean isFinal) {
    return of(
        ItemId.ofPosition(number),
        number,
        new StoredOutcome.Failed("java.io.IOException", "busy " + number, isFinal));
  }

  static StoredOutcome of(ItemId id, long position, StoredOutcome.Result result) {
    return new StoredOutcome(
        id,
        position,
        bytes(position, StoredOutcome.FINGERPRINT_BYTES),
        (int) (position % 5 + 1),
        result);
  }

  static byte[] bytes(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static List<StoredOutcome> values(int from, int to, int bytes) {
    List<StoredOutcome> outcomes = new ArrayList<>();
    for (int number = from; number < to; number++) {
      outcomes.add(value(number, bytes));
    }
    return outcomes;
  }

  static List<ItemId> ids(List<StoredOutcome> outcomes) {
    return outcomes.stream().map(StoredOutcome::id).toList();
  }

  /** Everything of an outcome, so that two can be compared. */
  static String text(StoredOutcome outcome) {
    String result =
        switch (outcome.result()) {
          case StoredOutcome.Value(byte[] bytes) ->
              bytes == null ? "null" : bytes.length + " bytes, " + Arrays.hashCode(bytes);
          case StoredOutcome.Failed failed -> failed.toString();
        };
    return outcome.id()
        + " at "
        + outcome.position()
        + ", "
        + Arrays.hashCode(outcome.fingerprint())
        + ", attempts "
        + outcome.attempts()
        + ": "
        + result;
  }
}
