package io.millrace.bench.work;

import io.millrace.bench.peer.Task;

/** What the items are put through. */
public final class Tasks {
  private static final int STEPS = 300;

  private Tasks() {}

  public static Task named(String name) {
    return switch (name) {
      case "noop" -> item -> item;
      case "sleep" -> Tasks::sleep;
      case "cpu" -> Tasks::compute;
      default -> throw new IllegalArgumentException("no task is named " + name);
    };
  }

  /** Waits 1 ms. */
  static Integer sleep(Integer item) throws InterruptedException {
    Thread.sleep(1);
    return item;
  }

  /**
   * Computes for some 600 ns: each step needs the one before. The result is the item, but the
   * compiler cannot know.
   */
  static Integer compute(Integer item) {
    long state = item + 1;
    for (int i = 0; i < STEPS; i++) {
      state ^= state << 13;
      state ^= state >>> 7;
      state ^= state << 17;
    }
    return state == 0 ? Integer.valueOf(-1) : item;
  }
}
