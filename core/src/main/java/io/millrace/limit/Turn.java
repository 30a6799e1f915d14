package io.millrace.limit;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One thread's turn to change a limiter: it has the lock until {@link #close}, which does what can only
 * be done without it. Alarms are set first, so that nobody's wake-up waits for another one's callback;
 * then the waiters are told, in the order of the queue.
 */
final class Turn implements AutoCloseable {
  private static final System.Logger LOGGER = System.getLogger(RateLimiter.class.getName());

  private final Turnstile turnstile;
  private final long now;
  private final Deque<Runnable> tasks = new ArrayDeque<>();

  Turn(Turnstile turnstile, long now) {
    this.turnstile = turnstile;
    this.now = now;
  }

  long now() {
    return now;
  }

  void start(Alarm alarm) {
    tasks.addFirst(() -> alarm.start(turnstile));
  }

  void stop(Alarm alarm) {
    tasks.addFirst(alarm::stop);
  }

  void granted(Waiter waiter) {
    tasks.addLast(waiter::granted);
  }

  void declined(Waiter waiter) {
    tasks.addLast(waiter::declined);
  }

  @Override
  public void close() {
    turnstile.unlock();
    tasks.forEach(Turn::runQuietly);
  }

  static void runQuietly(Runnable task) {
    try {
      task.run();
    } catch (Throwable broken) {
      LOGGER.log(System.Logger.Level.WARNING, "a waiter or the clock of a limit failed", broken);
    }
  }
}
