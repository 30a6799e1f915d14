package io.millrace.engine.out;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.stress.Delay;
import io.millrace.time.TimeSource;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * The interleaving: the consumer asks, finds nothing and is about to park, while a worker enqueues an
 * outcome and looks for somebody to wake. A wake-up is lost if the consumer stays parked after the only
 * signal. To ask may mean to park for a lock, which uses up a signal that comes meanwhile.
 */
public final class WakeupHunt {
  /* Parking and waking takes about as long. */
  private static final int LONGEST_DELAY = 100;

  /* Far more than a thread that was woken needs to run. */
  private static final long OVERDUE_NANOS = 5_000_000_000L;

  private WakeupHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "woken, or did not have to wait")
  @Outcome(expect = FORBIDDEN, desc = "a wake-up is lost")
  public static class Sound {
    private final Wakeup wakeup = new Wakeup(TimeSource.system());
    private volatile boolean ready;
    private volatile boolean awake;
    private volatile Thread consumer;

    private boolean ask() {
      boolean seen = ready;
      LockSupport.parkNanos(1);
      return seen;
    }

    @Actor
    public void consumer(ZZ_Result result) {
      consumer = Thread.currentThread();
      try {
        wakeup.await(this::ask);
        result.r1 = ready;
      } catch (InterruptedException stray) {
        result.r1 = false;
      }
      awake = true;
    }

    @Actor
    public void worker(ZZ_Result result) {
      Delay.upTo(LONGEST_DELAY);
      ready = true;
      wakeup.signal();
      long deadline = System.nanoTime() + OVERDUE_NANOS;
      while (!awake) {
        if (System.nanoTime() - deadline > 0) {
          result.r2 = true;
          LockSupport.unpark(consumer);
        }
        Thread.onSpinWait();
      }
    }
  }

  /** Asks before it announces itself, and not again. */
  @JCStressTest
  @State
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "woken, or did not have to wait")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "a wake-up is lost")
  public static class Racy {
    private volatile Thread waiting;
    private volatile boolean ready;
    private volatile boolean awake;

    private void await(BooleanSupplier isReady) {
      while (!isReady.getAsBoolean()) {
        waiting = Thread.currentThread();
        LockSupport.park(this);
      }
      waiting = null;
    }

    @Actor
    public void consumer(ZZ_Result result) {
      Delay.upTo(LONGEST_DELAY);
      await(() -> ready);
      awake = true;
      result.r1 = ready;
    }

    @Actor
    public void worker(ZZ_Result result) {
      Delay.upTo(LONGEST_DELAY);
      ready = true;
      Thread sleeps = waiting;
      if (sleeps != null) {
        waiting = null;
        LockSupport.unpark(sleeps);
      }
      while (!awake) {
        Thread waits = waiting;
        if (waits != null && LockSupport.getBlocker(waits) == this) {
          result.r2 = true;
          LockSupport.unpark(waits);
        }
        Thread.onSpinWait();
      }
    }
  }
}
