package io.millrace.testkit.contract;

import io.millrace.Parallel;
import io.millrace.plan.Action;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What one test runs over.
 *
 * @param entry how it runs
 * @param concurrency how much at once
 */
public record Way(EntryPoint entry, int concurrency) {

  <T extends @Nullable Object, R extends @Nullable Object> Trial<T, R> over(
      Iterable<? extends T> items, Action<? super T, ? extends R> action) {
    return new Trial<>(entry, entry.prepare(Parallel.of(concurrency)), items, action);
  }

  /** Whether the entry point has this trait. */
  public boolean is(Trait trait) {
    return entry.traits().contains(trait);
  }

  /** The options that make it deliver in completion order, where it can. */
  Parallel unordered(Parallel parallel) {
    return is(Trait.COLLECTS) ? parallel : parallel.unordered();
  }

  /** A sized source. */
  static List<Integer> numbers(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  @Override
  public String toString() {
    return entry.name() + " at " + concurrency;
  }
}
