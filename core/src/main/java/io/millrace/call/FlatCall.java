package io.millrace.call;

import io.millrace.plan.Action;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Call} with flat lists: instead of a collection or an array they have its elements, at any depth
 * (see {@link Shape#flat}). After that nulls and duplicates are dropped, if the call says so. Made by {@link
 * Call#flat}; everything else is as it is there. Immutable.
 *
 * @param <T> the items of the stored function
 */
public final class FlatCall<T extends @Nullable Object> {
  private final Call<T, ?> call;
  private final Shape output;

  FlatCall(Call<T, ?> call, Shape output) {
    this.call = call;
    this.output = output;
  }

  /** Sets, entries and triples as well are replaced by what is in them. */
  public FlatCall<T> withSets() {
    return new FlatCall<>(call, output.flatWithSets());
  }

  /** See {@link Call#list(Iterable)}. */
  public List<@Nullable Object> list(Iterable<? extends T> items) {
    return call.<@Nullable Object>storedValues(output).list(items, call.stored(items));
  }

  /** See {@link Call#list(Iterable, Action)}. */
  public <U extends @Nullable Object> List<@Nullable Object> list(
      Iterable<? extends U> items, Action<? super U, ?> function) {
    return call.<@Nullable Object>givenValues(output).list(items, function);
  }

  /** See {@link Call#batches(Iterable, int)}. */
  public Stream<List<@Nullable Object>> batches(Iterable<? extends T> items, int size) {
    return call.<@Nullable Object>storedValues(output).batches(items, size, call.stored(items));
  }

  /** See {@link Call#batches(Iterable)}. */
  public Stream<List<@Nullable Object>> batches(Iterable<? extends T> items) {
    return batches(items, call.storedSize(items));
  }

  /** See {@link Call#batches(Iterable, Action)}. */
  public <U extends @Nullable Object> Stream<List<@Nullable Object>> batches(
      Iterable<? extends U> items, Action<? super U, ?> function) {
    return batches(items, call.storedSize(items), function);
  }

  /** See {@link Call#batches(Iterable, int, Action)}. */
  public <U extends @Nullable Object> Stream<List<@Nullable Object>> batches(
      Iterable<? extends U> items, int size, Action<? super U, ?> function) {
    return call.<@Nullable Object>givenValues(output).batches(items, size, function);
  }

  @Override
  public String toString() {
    return "FlatCall[" + call + ", " + output + "]";
  }
}
