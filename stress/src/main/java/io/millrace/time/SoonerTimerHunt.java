package io.millrace.time;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.stress.Delay;
import io.millrace.stress.Meeting;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * The interleaving: a timer is set that is due sooner than all others, just when the thread of the timers begins, and goes to wait for
 * another one. It is woken for the sooner one.
 */
public final class SoonerTimerHunt {
  /* Longer than a thread is kept from a processor, as a rule; if it was for longer, that is seen. */
  private static final long FAR_NANOS = 200_000_000;

  private SoonerTimerHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "sooner", expect = ACCEPTABLE, desc = "the one that is due sooner rings first")
  @Outcome(id = "late", expect = ACCEPTABLE, desc = "the other one was due before it was set")
  @Outcome(expect = FORBIDDEN, desc = "nobody was woken for it")
  public static class Sound {
    private final Meeting meeting = new Meeting();
    private final Queue<Runnable> started = new ConcurrentLinkedQueue<>();
    private final Timers timers = new Timers(started::add, 0);
    private final long farNanos = System.nanoTime() + FAR_NANOS;
    private final TimeSource.Timer far = timers.schedule(farNanos, () -> ring("farther"));
    private @Nullable String first;
    private volatile boolean isLate;

    private void ring(String which) {
      first = first == null ? which : first;
      far.cancel();
    }

    @Actor
    public void serve() {
      meeting.await();
      started.remove().run();
    }

    @Actor
    public void set() {
      meeting.await();
      timers.schedule(System.nanoTime(), () -> ring("sooner"));
      isLate = System.nanoTime() - farNanos >= 0;
    }

    @Arbiter
    public void arbiter(L_Result result) {
      result.r1 = isLate ? "late" : first;
    }
  }

  /** Says who is to be woken only after it has looked. */
  @JCStressTest
  @State
  @Outcome(id = "sooner", expect = ACCEPTABLE, desc = "the one that is due sooner rings first")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "nobody was woken for it")
  public static class Racy {
    private static final long FAR_NANOS = 1_000_000;

    private final Meeting meeting = new Meeting();
    private volatile boolean isSooner;
    private volatile @Nullable Thread thread;

    @Actor
    public void serve(L_Result result) {
      meeting.await();
      boolean seen = isSooner;
      Delay.holdOpen();
      thread = Thread.currentThread();
      long begun = System.nanoTime();
      if (!seen) {
        LockSupport.parkNanos(FAR_NANOS);
      }
      result.r1 = System.nanoTime() - begun < FAR_NANOS ? "sooner" : "farther";
    }

    @Actor
    public void set() {
      meeting.await();
      isSooner = true;
      LockSupport.unpark(thread);
    }
  }
}
