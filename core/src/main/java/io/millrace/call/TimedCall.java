package io.millrace.call;

import io.millrace.plan.Action;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Call} whose lists have each value with its time, default values as well. Made by {@link
 * Call#timed}; everything else is as it is there.
 *
 * @param <T> the items of the stored function
 * @param <R> its values
 */
public final class TimedCall<T extends @Nullable Object, R extends @Nullable Object> {
  private final Call<T, R> call;

  TimedCall(Call<T, R> call) {
    this.call = call;
  }

  /** See {@link Call#list(Iterable)}. */
  public List<Timed<R>> list(Iterable<? extends T> items) {
    return call.storedTiming().list(items, call.stored(items));
  }

  /** See {@link Call#list(Iterable, Action)}. */
  public <U extends @Nullable Object, V extends @Nullable Object> List<Timed<V>> list(
      Iterable<? extends U> items, Action<? super U, ? extends V> function) {
    return call.<V>givenTiming().list(items, function);
  }

  /** See {@link Call#batches(Iterable, int)}. */
  public Stream<List<Timed<R>>> batches(Iterable<? extends T> items, int size) {
    return call.storedTiming().batches(items, size, call.stored(items));
  }

  /** See {@link Call#batches(Iterable)}. */
  public Stream<List<Timed<R>>> batches(Iterable<? extends T> items) {
    return batches(items, call.storedSize(items));
  }

  /** See {@link Call#batches(Iterable, Action)}. */
  public <U extends @Nullable Object, V extends @Nullable Object> Stream<List<Timed<V>>> batches(
      Iterable<? extends U> items, Action<? super U, ? extends V> function) {
    return batches(items, call.storedSize(items), function);
  }

  /** See {@link Call#batches(Iterable, int, Action)}. */
  public <U extends @Nullable Object, V extends @Nullable Object> Stream<List<Timed<V>>> batches(
      Iterable<? extends U> items, int size, Action<? super U, ? extends V> function) {
    return call.<V>givenTiming().batches(items, size, function);
  }

  @Override
  public String toString() {
    return "TimedCall[" + call + "]";
  }
}
