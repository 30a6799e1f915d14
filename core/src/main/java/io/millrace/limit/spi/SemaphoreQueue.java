package io.millrace.limit.spi;

/**
 * The queue of a semaphore, for schedulers that wait for permits without a thread, as a run does: {@link
 * io.millrace.limit.WeightedSemaphore#queue}. The semaphore's own methods, which wait in the calling thread, stand in the same
 * queue; permits are released there. Thread-safe. The methods throw {@link IllegalArgumentException} for fewer than 1 permit,
 * and for more than a bounded semaphore has, before anything is taken.
 */
public interface SemaphoreQueue {
  /**
   * As {@link io.millrace.limit.WeightedSemaphore#tryAcquire(int)}, for a member of a party. It does not overtake the party's own
   * waiters either, even if they are put off.
   */
  boolean tryAcquire(int permits, Party party);

  /**
   * Enqueues a waiter for permits without blocking a thread. The waiter is offered the permits when
   * its turn has come and they are available; that may be before this method returns, in the
   * calling thread. Its callbacks run in the thread that releases or cancels.
   */
  Waiting enqueue(int permits, Waiter waiter);

  /** As {@link #enqueue(int, Waiter)}, for a waiter of a party. */
  Waiting enqueue(int permits, Waiter waiter, Party party);
}
