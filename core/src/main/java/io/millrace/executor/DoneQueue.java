package io.millrace.executor;

import io.millrace.time.Clock;
import java.util.Collection;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What is done, on its way to the one thread that waits for it; a virtual clock knows of that wait. */
final class DoneQueue<F> {
  /* Null in real time. */
  private final @Nullable Clock clock;
  private final BlockingQueue<F> done = new LinkedBlockingQueue<>();

  /* Written by the thread that waits, before it looks once more; read by whoever adds, afterwards. */
  private volatile Clock.@Nullable Wait waiting;

  DoneQueue(@Nullable Clock clock) {
    this.clock = clock;
  }

  /** The virtual clock that futures go by; null if they go by the real time, or nobody knows. */
  static @Nullable Clock clockOf(Collection<?> futures) {
    for (Object each : futures) {
      Clock clock = each instanceof ExecutorFuture<?> future ? future.virtualClock() : null;
      if (clock != null) {
        return clock;
      }
    }
    return null;
  }

  void add(F one) {
    done.add(one);
    Clock.Wait wait = waiting;
    if (wait != null) {
      wait.end();
    }
  }

  /** The next one; null if the time is up, which goes by real time. */
  @Nullable F poll(long startNanos, long timeoutNanos) throws InterruptedException {
    if (clock == null || timeoutNanos != Long.MAX_VALUE) {
      long left = timeoutNanos - (System.nanoTime() - startNanos);
      return done.poll(Math.max(left, 0), TimeUnit.NANOSECONDS);
    }
    F next = done.poll();
    while (next == null) {
      Clock.Wait wait = clock.newWait();
      waiting = wait;
      next = done.poll();
      if (next == null) {
        wait.await();
        next = done.poll();
      }
    }
    return next;
  }
}
