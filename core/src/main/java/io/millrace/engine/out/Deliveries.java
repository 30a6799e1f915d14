package io.millrace.engine.out;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What the consumer of a run counts. It has cache lines of its own: if they held something that workers read, both
 * sides would wait for the other's processor at each item (false sharing).
 */
public final class Deliveries {
  /* 128 bytes on either side: processors fetch lines in pairs. */
  private static final int PADDING = 16;

  /* Written by the consumer, read by workers to see the room in the window. */
  private static final int DELIVERED = PADDING;

  /* Written by the consumer, read by whoever asks for the progress. */
  private static final int DONE = PADDING + 1;
  private static final int FAILED = PADDING + 2;

  private final AtomicLongArray counts = new AtomicLongArray(2 * PADDING + 3);

  /** Outcomes that were handed out; for any thread. */
  long delivered() {
    return counts.get(DELIVERED);
  }

  /** The same, for the consumer. */
  public long deliveredSoFar() {
    return counts.getPlain(DELIVERED);
  }

  /** One more was handed out. A volatile write: the consumer then looks whether workers starve, so one of the two sides sees the other. */
  public void deliver() {
    counts.set(DELIVERED, deliveredSoFar() + 1);
  }

  /** Outcomes of items that ran, told to the listeners or about to be; for any thread. */
  public long done() {
    return counts.getOpaque(DONE);
  }

  /** How many of them are failures: to be asked before {@link #done}, and never more than that. */
  public long failed() {
    return counts.getAcquire(FAILED);
  }

  /** One more item ran. */
  public void ran(boolean failed) {
    counts.setOpaque(DONE, counts.getPlain(DONE) + 1);
    if (failed) {
      counts.setRelease(FAILED, counts.getPlain(FAILED) + 1);
    }
  }
}
