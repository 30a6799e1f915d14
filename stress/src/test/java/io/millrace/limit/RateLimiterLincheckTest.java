package io.millrace.limit;

import io.millrace.limit.spi.Waiting;
import io.millrace.plan.RateLimit;
import io.millrace.stress.Linearizability;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Test;

/**
 * Hunts the interleavings of takers, of those who queue up and leave the queue again, and of pauses. The
 * time is what takers bring along. Each thread has one place in the queue at a time.
 */
class RateLimiterLincheckTest {
  private static final int THREADS = 4;
  private static final int GAP = 10;

  @Test
  void takersWaitersAndPausesActAsIfOneAfterTheOther() {
    Linearizability.holds(Sound.class, Racy.class);
  }

  @Test
  void theSameWithoutALockIsFoundOut() {
    Linearizability.isRefuted(Racy.class);
  }

  @Param(name = "thread", gen = ThreadIdGen.class)
  @Param(name = "nanos", gen = IntGen.class, conf = "0:30")
  public static class Sound {
    private final RateLimiter limiter =
        RateLimiter.of(RateLimit.spacing(Duration.ofNanos(GAP)), new StoppedClock());
    private final Waiting[] places = new Waiting[THREADS];
    private final Caller[] callers = new Caller[THREADS];

    @Operation
    public boolean tryTake(@Param(name = "nanos") int now) {
      return limiter.queue().tryTake(limiter.queue().demand(null), now);
    }

    @Operation
    public void enqueue(@Param(name = "thread") int thread) {
      if (places[thread] == null) {
        Caller caller = new Caller();
        callers[thread] = caller;
        places[thread] = limiter.queue().enqueue(limiter.queue().demand(null), caller);
      }
    }

    @Operation
    public boolean cancel(@Param(name = "thread") int thread) {
      Waiting place = places[thread];
      if (place == null || !place.cancel()) {
        return false;
      }
      places[thread] = null;
      return true;
    }

    /** Whether the thread was granted a permit since it queued up; it may queue up again then. */
    @Operation
    public boolean granted(@Param(name = "thread") int thread) {
      if (places[thread] == null || !callers[thread].granted) {
        return false;
      }
      places[thread] = null;
      return true;
    }

    @Operation
    public void pause(@Param(name = "nanos") int nanos) {
      limiter.pause(Duration.ofNanos(nanos));
    }
  }

  /** What the operations mean, one after the other; the control uses it in several threads. */
  @Param(name = "thread", gen = ThreadIdGen.class)
  @Param(name = "nanos", gen = IntGen.class, conf = "0:30")
  public static class Racy {
    private final boolean[] placed = new boolean[THREADS];
    private final boolean[] granted = new boolean[THREADS];
    private final Queue<Integer> queue = new ArrayDeque<>();
    private long latest;
    private long nextAt;

    @Operation
    public boolean tryTake(@Param(name = "nanos") int now) {
      latest = Math.max(latest, now);
      if (!queue.isEmpty() || nextAt > latest) {
        return false;
      }
      nextAt = latest + GAP;
      return true;
    }

    @Operation
    public void enqueue(@Param(name = "thread") int thread) {
      if (!placed[thread]) {
        placed[thread] = true;
        granted[thread] = false;
        queue.add(thread);
        serve();
      }
    }

    @Operation
    public boolean cancel(@Param(name = "thread") int thread) {
      if (!placed[thread] || !queue.remove(thread)) {
        return false;
      }
      placed[thread] = false;
      serve();
      return true;
    }

    @Operation
    public boolean granted(@Param(name = "thread") int thread) {
      if (!placed[thread] || !granted[thread]) {
        return false;
      }
      placed[thread] = false;
      return true;
    }

    @Operation
    public void pause(@Param(name = "nanos") int nanos) {
      if (nanos > 0) {
        nextAt = Math.max(nextAt, latest + nanos);
        serve();
      }
    }

    private void serve() {
      while (!queue.isEmpty() && nextAt <= latest) {
        granted[queue.remove()] = true;
        nextAt = latest + GAP;
      }
    }
  }
}
