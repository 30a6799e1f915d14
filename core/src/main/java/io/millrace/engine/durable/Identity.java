package io.millrace.engine.durable;

import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.spi.ItemId;
import io.millrace.engine.claim.Mark;
import java.util.List;
import java.util.RandomAccess;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The key by which a checkpoint finds an item, and the fingerprint that shows whether the item has changed.
 * Thread-safe.
 */
public final class Identity {
  private final @Nullable Function<@Nullable Object, ?> key;
  private final @Nullable Function<@Nullable Object, ?> fingerprint;

  public Identity(Checkpoint checkpoint) {
    this.key = checkpoint.key().orElse(null);
    this.fingerprint = checkpoint.fingerprint().orElse(null);
  }

  boolean hasKeys() {
    return key != null;
  }

  /**
   * Refuses items whose fingerprint cannot be told, where their first one can be had without reading the source. What the
   * code of a list or an item throws is not judged here: it costs that item, when its turn comes.
   *
   * @throws IllegalArgumentException if it cannot
   */
  void check(Iterable<?> items) {
    if (fingerprint != null
        || !(items instanceof List<?> list)
        || !(items instanceof RandomAccess)) {
      return;
    }
    UnsupportedOperationException unknown = null;
    try {
      if (!list.isEmpty()) {
        Fingerprint.of(list.get(0));
      }
    } catch (UnsupportedOperationException hasNoForm) {
      unknown = hasNoForm;
    } catch (Throwable broken) {
      return;
    }
    if (unknown != null) {
      throw new IllegalArgumentException(without(0, unknown));
    }
  }

  /** Calls the user's functions. */
  public Mark of(@Nullable Object item, long position) {
    return new Mark(id(item, position), digest(item, position));
  }

  private ItemId id(@Nullable Object item, long position) {
    if (key == null) {
      return ItemId.ofPosition(position);
    }
    Object value = key.apply(item);
    return switch (value) {
      case String text -> ItemId.of(text);
      case Long number -> ItemId.of(number);
      case Integer number -> ItemId.of(number);
      case UUID uuid -> ItemId.of(uuid);
      case byte[] bytes -> ItemId.of(bytes);
      case null, default ->
          throw new CheckpointException(
              "the key of item "
                  + position
                  + " must be a String, Long, Integer, UUID or byte[], not "
                  + (value == null ? "null" : "a " + value.getClass().getName())
                  + ": change the function given to Checkpoint.key");
    };
  }

  private byte[] digest(@Nullable Object item, long position) {
    Object part = fingerprint == null ? item : fingerprint.apply(item);
    try {
      return Fingerprint.of(part);
    } catch (UnsupportedOperationException unknown) {
      throw new CheckpointException(
          fingerprint == null
              ? without(position, unknown)
              : "the fingerprint of item "
                  + position
                  + " is or has a "
                  + unknown.getMessage()
                  + ", which has no form that stays the same: let the function given to Checkpoint.fingerprint return"
                  + " a string, a number, bytes or a record of these");
    }
  }

  private static String without(long position, UnsupportedOperationException unknown) {
    return "item "
        + position
        + " is or has a "
        + unknown.getMessage()
        + ", so the checkpoint cannot tell whether it has changed: say with Checkpoint.fingerprint(item -> ...) what its"
        + " result depends on, as a string, a number, bytes or a record of these";
  }
}
