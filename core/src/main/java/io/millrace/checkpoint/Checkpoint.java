package io.millrace.checkpoint;

import io.millrace.base.Shown;
import io.millrace.checkpoint.spi.ItemId;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lets a run survive: what it has done is kept in a store, and a later run of the same action does not do it again.
 * Immutable.
 *
 * <p><b>Identity.</b> An item is found by its {@linkplain #key(Function) key}, or without a key function by its position. What
 * is found counts only if the item has the same fingerprint as before: a changed item runs again.
 *
 * @param store where the checkpoint is kept
 * @param name what the checkpoint is of
 * @param codec how values are kept
 * @param key gives the key of an item: a {@code String}, {@code Long}, {@code Integer}, {@code UUID} or {@code byte[]};
 *     empty to find items by their position
 * @param fingerprint gives what the action depends on; empty for the item itself
 * @param finalFailures which errors are final for their item
 */
public record Checkpoint(
    CheckpointStore store,
    CheckpointName name,
    Codec<Object> codec,
    Optional<Function<@Nullable Object, ?>> key,
    Optional<Function<@Nullable Object, ?>> fingerprint,
    Predicate<Throwable> finalFailures) {
  private static final Predicate<Throwable> NONE = error -> false;

  /** Checks the arguments. */
  public Checkpoint {
    Objects.requireNonNull(store, "store");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(codec, "codec");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(fingerprint, "fingerprint");
    Objects.requireNonNull(finalFailures, "finalFailures");
  }

  /** A checkpoint that finds items by their position. Failed items run again. */
  @SuppressWarnings("unchecked")
  public static Checkpoint of(CheckpointStore store, CheckpointName name, Codec<?> codec) {
    return new Checkpoint(
        store, name, (Codec<Object>) codec, Optional.empty(), Optional.empty(), NONE);
  }

  /**
   * A copy that finds items by their keys, so that items can be put before others, left out, or come in another order.
   *
   * @param key the key of an item: a {@code String}, {@code Long}, {@code Integer}, {@code UUID} or {@code byte[]}, of at
   *     most {@link ItemId#LONGEST} bytes; two items with the same key end the run
   */
  @SuppressWarnings("unchecked")
  public <T extends @Nullable Object> Checkpoint key(Function<? super T, ?> key) {
    Objects.requireNonNull(key, "key");
    return new Checkpoint(
        store,
        name,
        codec,
        Optional.of((Function<@Nullable Object, ?>) key),
        fingerprint,
        finalFailures);
  }

  /**
   * A copy that runs an item again if what this function says of it has changed. Without it, the whole item counts, which
   * must then itself be of one of these kinds.
   *
   * @param fingerprint what the action depends on: null, a string, a number, a boolean, a character, an enum constant, a
   *     {@code UUID}, a {@code URI}, a byte array, or a record, an entry or a list of these
   */
  @SuppressWarnings("unchecked")
  public <T extends @Nullable Object> Checkpoint fingerprint(Function<? super T, ?> fingerprint) {
    Objects.requireNonNull(fingerprint, "fingerprint");
    return new Checkpoint(
        store,
        name,
        codec,
        key,
        Optional.of((Function<@Nullable Object, ?>) fingerprint),
        finalFailures);
  }

  /**
   * A copy in which an item that failed with such an error does not run again: a later run delivers the failure as it was
   * stored. By default, every failed item runs again.
   *
   * @param finalFailures is given the last error of an item; what it throws is suppressed in that, and the item runs again
   */
  @SuppressWarnings("unchecked")
  public Checkpoint finalFailures(Predicate<? super Throwable> finalFailures) {
    return new Checkpoint(
        store, name, codec, key, fingerprint, (Predicate<Throwable>) finalFailures);
  }

  /** The name, and what was chosen. */
  @Override
  public String toString() {
    return new Shown("Checkpoint")
        .part(name.action())
        .option("version", name.version(), null)
        .given("key", key.isPresent())
        .given("fingerprint", fingerprint.isPresent())
        .given("finalFailures", finalFailures != NONE)
        .toString();
  }
}
