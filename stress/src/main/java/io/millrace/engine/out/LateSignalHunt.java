package io.millrace.engine.out;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.stress.Delay;
import io.millrace.time.TimeSource;
import java.util.function.BooleanSupplier;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * The interleaving: a signal that the consumer did not need any more comes so late that the consumer has
 * announced its next wait. That announcement has to stay, or the next signal finds nobody.
 */
public final class LateSignalHunt {
  /* Far more than a thread that was woken needs to run. */
  private static final long OVERDUE_NANOS = 5_000_000_000L;

  private LateSignalHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "woken, or did not have to wait")
  @Outcome(expect = FORBIDDEN, desc = "a wake-up is lost")
  public static class Sound {
    private final Wakeup wakeup = new Wakeup(TimeSource.system());
    private volatile boolean first;
    private volatile boolean second;
    private volatile boolean awake;
    private volatile Thread consumer;

    @Actor
    public void consumer(ZZ_Result result) {
      consumer = Thread.currentThread();
      try {
        wakeup.await(() -> first);
        wakeup.await(() -> second);
        result.r1 = second;
      } catch (InterruptedException overdue) {
        result.r1 = false;
      }
      awake = true;
    }

    @Actor
    public void worker(ZZ_Result result) {
      first = true;
      wakeup.signal();
      Delay.holdOpen();
      second = true;
      wakeup.signal();
      long deadline = System.nanoTime() + OVERDUE_NANOS;
      while (!awake) {
        if (System.nanoTime() - deadline > 0) {
          result.r2 = true;
          consumer.interrupt();
          break;
        }
        Thread.onSpinWait();
      }
    }
  }

  /** Takes back whatever is announced when it has looked. */
  @JCStressTest
  @State
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "woken, or did not have to wait")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "a wake-up is lost")
  public static class Racy {
    private volatile TimeSource.Wait waiting;
    private volatile TimeSource.Wait parked;
    private volatile boolean first;
    private volatile boolean second;
    private volatile boolean awake;

    private void await(BooleanSupplier ready) throws InterruptedException {
      for (; ; ) {
        TimeSource.Wait wait = TimeSource.system().newWait();
        waiting = wait;
        if (ready.getAsBoolean()) {
          break;
        }
        parked = wait;
        wait.await();
        parked = null;
      }
      waiting = null;
    }

    private TimeSource.Wait signal() {
      TimeSource.Wait wait = waiting;
      if (wait != null) {
        Delay.holdOpen();
        waiting = null;
        wait.end();
      }
      return wait;
    }

    @Actor
    public void consumer(ZZ_Result result) {
      try {
        await(() -> first);
        await(() -> second);
        result.r1 = second;
      } catch (InterruptedException stray) {
        result.r1 = false;
      }
      awake = true;
    }

    @Actor
    public void worker(ZZ_Result result) {
      first = true;
      TimeSource.Wait early = signal();
      second = true;
      TimeSource.Wait late = signal();
      while (!awake) {
        TimeSource.Wait wait = parked;
        if (wait != null && wait != early && wait != late) {
          result.r2 = true; // it asked before, and nobody will signal any more
          wait.end();
        }
        Thread.onSpinWait();
      }
    }
  }
}
