package io.millrace.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What the consumer of a run writes for each outcome. It has its cache lines for itself: if workers read
 * something in them, both would wait for the other one's processor at each item.
 */
final class Deliveries {
  private static final VarHandle DELIVERED;
  private static final VarHandle DONE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      DELIVERED = lookup.findVarHandle(Deliveries.class, "delivered", long.class);
      DONE = lookup.findVarHandle(Deliveries.class, "done", long.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  /* 128 bytes on either side: processors fetch lines in pairs. The JVM keeps the order of longs. */
  @SuppressWarnings("unused")
  private long a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15;

  /* Written by the consumer, read by workers to see the room in the window. */
  private volatile long delivered;

  /* Written by the consumer, read by whoever asks for the progress. */
  private long done;

  /** The consumer's own: the cell of the claim at hand to look at next. */
  long cell;

  @SuppressWarnings("unused")
  private long b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15;

  /** Outcomes that were handed out; for any thread. */
  long delivered() {
    return delivered;
  }

  /** The same, for the consumer. */
  long deliveredSoFar() {
    return (long) DELIVERED.get(this);
  }

  /** One more was handed out. */
  void deliver() {
    DELIVERED.setRelease(this, deliveredSoFar() + 1);
  }

  /** Outcomes of items that ran, told to the listeners or about to be; for any thread. */
  long done() {
    return (long) DONE.getOpaque(this);
  }

  /** One more item ran. */
  void ran() {
    DONE.setOpaque(this, done + 1);
  }
}
