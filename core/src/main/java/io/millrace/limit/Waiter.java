package io.millrace.limit;

/**
 * Who waits for permits without blocking a thread: see {@link RateLimiter#enqueue} and {@link
 * Semaphore#enqueue}. It is offered
 * the permit at most once, by one call of {@link #claim} and then one of {@link #granted} or {@link
 * #declined}, unless {@link Waiting#cancel} comes first. The calls come from any thread that
 * uses the limit, or from the clock's timers, so they must be quick and not block; what {@code
 * granted} or {@code declined} throws is logged.
 */
public interface Waiter {

  /**
   * A permit is there: take it or not? Called under the limit's lock, so it must not call the
   * limit and must not throw.
   *
   * @return true to take the permit; false to leave the queue without it, so that the next one is
   *     offered it at once
   */
  boolean claim();

  /** The permit was taken. Called outside the lock. */
  void granted();

  /** The offer was declined. Called outside the lock. */
  void declined();
}
