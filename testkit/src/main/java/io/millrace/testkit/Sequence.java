package io.millrace.testkit;

import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Forces one interleaving of several threads: steps are numbered from 0, and nobody passes a step
 * before all lower ones have been passed. Thread-safe; for one use.
 *
 * {@snippet :
 * // one thread                 // another thread
 * sequence.step(0);
 * reads();
 * sequence.step(1);             sequence.step(2);
 *                               writes();
 * sequence.step(4);             sequence.step(3);
 * uses();
 * }
 *
 * <p>What a thread did before it passed a step happens-before what others do after higher steps.
 */
public final class Sequence {
  private final Monitor monitor;

  /* Guarded by the monitor. */
  private final SortedMap<Integer, Thread> waiting = new TreeMap<>();
  private int next;
  private @Nullable String failure;

  /** Makes a sequence that is at step 0. */
  public Sequence() {
    this(Monitor.PATIENCE);
  }

  Sequence(Duration patience) {
    monitor = new Monitor(patience);
  }

  /**
   * Blocks until all lower steps have been passed, then passes this one.
   *
   * @param number from 0; each is used once
   * @throws AssertionError if a lower step has not come within 10 s of real time, or if the number
   *     was used before; that ends the sequence, and whoever is at a step or comes to one gets the
   *     same error
   * @throws InterruptedException if the thread is interrupted; the step has not been used then
   */
  public void step(int number) throws InterruptedException {
    if (number < 0) {
      throw new IllegalArgumentException("steps are numbered from 0: " + number);
    }
    monitor.lock.lockInterruptibly();
    try {
      requireIntact();
      if (number < next || waiting.containsKey(number)) {
        throw failed("step " + number + " was used twice");
      }
      waiting.put(number, Thread.currentThread());
      try {
        awaitTurn(number);
      } finally {
        waiting.remove(number);
      }
      next++;
      monitor.changed.signalAll();
    } finally {
      monitor.lock.unlock();
    }
  }

  private void awaitTurn(int number) throws InterruptedException {
    try {
      monitor.await(
          () -> next == number || failure != null,
          () -> "step " + number + " waited in vain for step " + next);
    } catch (AssertionError missing) {
      throw failed(String.valueOf(missing.getMessage()));
    }
    requireIntact();
  }

  private AssertionError failed(String problem) {
    String passed = next == 0 ? "none" : next == 1 ? "0" : "0 to " + (next - 1);
    failure = problem + "; steps passed: " + passed + ", waiting: " + waiting;
    monitor.changed.signalAll();
    return new AssertionError(failure);
  }

  private void requireIntact() {
    if (failure != null) {
      throw new AssertionError(failure);
    }
  }
}
