package io.millrace.testkit;

import io.millrace.plan.Action;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What each call for each item is to do. Written by one thread, then read by any. */
final class Script<T extends @Nullable Object, R extends @Nullable Object> {
  private final Map<T, List<Turn<T, R>>> own = new HashMap<>();
  private final List<Turn<T, R>> common = new ArrayList<>();
  private List<Turn<T, R>> current = common;
  private List<Wait> waits = new ArrayList<>();

  void at(T item) {
    requireAnswered();
    current = own.computeIfAbsent(item, none -> new ArrayList<>());
  }

  void atAnyItem() {
    requireAnswered();
    current = common;
  }

  void add(Wait wait) {
    waits.add(wait);
  }

  void add(Action<? super T, ? extends R> answer, int times) {
    current.add(new Turn<>(List.copyOf(waits), answer, times));
    waits = new ArrayList<>();
  }

  /** The item's own turns, then the common ones, then the last one again and again. */
  Turn<T, R> turn(T item, int attempt) {
    requireAnswered();
    List<Turn<T, R>> turns = new ArrayList<>(own.getOrDefault(item, List.of()));
    turns.addAll(common);
    if (turns.isEmpty()) {
      throw new AssertionError("the script has nothing for item " + item);
    }
    long before = 0;
    for (Turn<T, R> turn : turns) {
      before += turn.times;
      if (attempt <= before) {
        return turn;
      }
    }
    return turns.getLast();
  }

  private void requireAnswered() {
    if (!waits.isEmpty()) {
      throw new IllegalStateException(
          "the script ends with " + waits + ": add returns, fails or computes");
    }
  }

  /**
   * What one call does, or several in a row.
   *
   * @param waits comes first
   * @param answer comes then
   * @param times for how many calls
   */
  record Turn<T extends @Nullable Object, R extends @Nullable Object>(
      List<Wait> waits, Action<? super T, ? extends R> answer, int times) {}

  /** What a call waits for. */
  sealed interface Wait {
    /** Time on the clock. */
    record Sleep(Duration duration) implements Wait {}

    /** A release by the test. */
    record Release(boolean ignoresInterrupts) implements Wait {}
  }
}
