package io.millrace.engine.thread;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.stress.Delay;
import io.millrace.time.TimeSource;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * The interleaving: a thread asks, finds nothing and is about to wait, while what it waits for comes true and
 * wakes everybody. The wake-up is lost if it stays there.
 */
public final class KnownWaitHunt {
  private static final int LONGEST_DELAY = 100;

  /* Far more than a thread that was woken needs to run. */
  private static final long OVERDUE_NANOS = 5_000_000_000L;

  private KnownWaitHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "woken, or did not have to wait")
  @Outcome(expect = FORBIDDEN, desc = "a wake-up is lost")
  public static class Sound {
    private final KnownWaits waits = new KnownWaits(TimeSource.system());
    private volatile boolean ready;
    private volatile boolean awake;

    @Actor
    public void waiter(ZZ_Result result) {
      Delay.upTo(LONGEST_DELAY);
      try {
        waits.await(() -> ready);
        result.r1 = ready;
      } catch (InterruptedException stray) {
        result.r1 = false;
      }
      awake = true;
    }

    @Actor
    public void waker(ZZ_Result result) {
      Delay.upTo(LONGEST_DELAY);
      ready = true;
      waits.wake();
      long deadline = System.nanoTime() + OVERDUE_NANOS;
      while (!awake) {
        if (System.nanoTime() - deadline > 0) {
          result.r2 = true;
          waits.wake();
        }
        Thread.onSpinWait();
      }
    }
  }

  /** Asks before it adds its wait, and not again. */
  @JCStressTest
  @State
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "woken, or did not have to wait")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "a wake-up is lost")
  public static class Racy {
    private final Queue<TimeSource.Wait> waits = new ConcurrentLinkedQueue<>();
    private volatile boolean ready;
    private volatile boolean added;
    private volatile boolean awake;

    @Actor
    public void waiter(ZZ_Result result) {
      Delay.upTo(LONGEST_DELAY);
      try {
        if (!ready) {
          TimeSource.Wait wait = TimeSource.system().newWait();
          Delay.holdOpen();
          waits.add(wait);
          added = true;
          wait.await();
        }
        result.r1 = ready;
      } catch (InterruptedException stray) {
        result.r1 = false;
      }
      awake = true;
    }

    @Actor
    public void waker(ZZ_Result result) {
      Delay.upTo(LONGEST_DELAY);
      ready = true;
      wake();
      while (!awake) {
        if (added && wake()) {
          result.r2 = true;
        }
        Thread.onSpinWait();
      }
    }

    private boolean wake() {
      TimeSource.Wait wait = waits.poll();
      if (wait != null) {
        wait.end();
      }
      return wait != null;
    }
  }
}
