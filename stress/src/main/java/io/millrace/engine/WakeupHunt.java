package io.millrace.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.stress.Delay;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * The interleaving: the consumer asks, finds nothing and is about to park, while a worker enqueues an
 * outcome and looks for somebody to wake. A wake-up is lost if the consumer is parked after the only
 * signal, and still announced: a signal takes the announcement back before it wakes.
 */
public final class WakeupHunt {
  /* Parking and waking takes about as long. */
  private static final int LONGEST_DELAY = 100;

  private WakeupHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "woken, or did not have to wait")
  @Outcome(expect = FORBIDDEN, desc = "a wake-up is lost")
  public static class Sound {
    private static final VarHandle WAITING = waiting();
    private final Wakeup wakeup = new Wakeup();
    private volatile boolean ready;
    private volatile boolean awake;

    private static VarHandle waiting() {
      try {
        return MethodHandles.privateLookupIn(Wakeup.class, MethodHandles.lookup())
            .findVarHandle(Wakeup.class, "waiting", Thread.class);
      } catch (ReflectiveOperationException renamed) {
        throw new ExceptionInInitializerError(renamed);
      }
    }

    @Actor
    public void consumer(ZZ_Result result) {
      try {
        wakeup.await(() -> ready);
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
      while (!awake) {
        Thread waits = (Thread) WAITING.getVolatile(wakeup);
        if (waits != null && LockSupport.getBlocker(waits) == wakeup) {
          result.r2 = true;
          LockSupport.unpark(waits);
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
