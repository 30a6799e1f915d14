package io.millrace.engine.durable;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Outcomes that wait for their commit, and whether they are so many that no further item should begin. An outcome waits
 * for those before it, at some microseconds each: so this is what bounds how long it is held back where items cost
 * less than their commit. Slow items never come near. Thread-safe.
 */
public final class Backpressure {
  /** Two transactions: the one at hand, and the next one. Fewer would make these small. */
  static final int MOST = 400;

  /* A worker adds before it queues an outcome; the thread that commits takes off before it hands outcomes on. */
  private final AtomicInteger waiting = new AtomicInteger();

  /** Of a run that has just begun. */
  public Backpressure() {}

  /** An outcome is about to wait. */
  void add() {
    waiting.getAndIncrement();
  }

  /** This many outcomes are durable, or never will be. The caller then makes the run look again. */
  void remove(int outcomes) {
    waiting.getAndAdd(-outcomes);
  }

  /** Whether no further item should begin. Perhaps a little behind: as many more may begin as there are slots. */
  public boolean isHigh() {
    return waiting.get() >= MOST;
  }
}
