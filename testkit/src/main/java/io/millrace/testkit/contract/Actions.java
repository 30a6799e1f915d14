package io.millrace.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.ScriptedAction;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** What the tests of the suite share. */
final class Actions {
  /** Far above what anything here may take, far below what it would take if it went wrong. */
  static final Duration AT_ONCE = Duration.ofSeconds(3);

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int YIELDS = 2_000;

  private Actions() {}

  /** Every call blocks until it is released or interrupted, and returns its item. */
  static ScriptedAction<Integer, Integer> blocking() {
    return ScriptedAction.<Integer, Integer>on(TimeSource.system())
        .anyItem()
        .blocks()
        .computes(item -> item);
  }

  /** Calls for this item block until it is released or interrupted; others return at once. */
  static ScriptedAction<Integer, Integer> blockingAt(int index) {
    return ScriptedAction.<Integer, Integer>on(TimeSource.system())
        .item(index)
        .blocks()
        .computes(item -> item)
        .anyItem()
        .computes(item -> item);
  }

  /** Throws what it is given, as it is. */
  static void raise(Throwable error) {
    Actions.<RuntimeException>raiseUnchecked(error);
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void raiseUnchecked(Throwable error) throws E {
    throw (E) error;
  }

  /** Lets other threads go on with what they might do; nothing is asserted on their having done it. */
  @SuppressWarnings("ThreadPriorityCheck")
  static void letOthersRun() {
    for (int i = 0; i < YIELDS; i++) {
      Thread.yield();
    }
  }

  /** For ends that an entry point does not wait for. */
  static void eventually(String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - start < PATIENCE.toNanos(), what);
      LockSupport.parkNanos(100_000);
    }
  }
}
