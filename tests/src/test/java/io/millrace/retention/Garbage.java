package io.millrace.retention;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.Callable;

/** Tells whether something is collected once nobody wants it any more. */
final class Garbage {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private Garbage() {}

  /** Makes something and forgets it; fails unless it is collected soon. */
  static void assertCollected(Callable<?> making) throws Exception {
    ReferenceQueue<Object> collected = new ReferenceQueue<>();
    WeakReference<Object> reference = new WeakReference<>(making.call(), collected);
    long start = System.nanoTime();
    while (collected.remove(20) == null) {
      if (System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new AssertionError("still reachable: " + reference.get());
      }
      System.gc();
    }
    Reference.reachabilityFence(reference);
  }

  /** Fails unless what this refers to is collected soon. */
  static void assertCollected(WeakReference<?> reference) {
    long start = System.nanoTime();
    while (reference.get() != null) {
      if (System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new AssertionError("still reachable: " + reference.get());
      }
      System.gc();
    }
  }
}
