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
 * Hunts the interleavings of takers on the short way past the limiter's lock, which is one compare-and-set, with those
 * who close it because they ask, give back, queue up, leave the queue, pause, or change the rate. The time is
 * what takers bring along. Each thread has one place in the queue at a time, and gives back what it took last.
 */
class ShortWayLincheckTest {
  private static final int THREADS = 4;
  private static final int GAP = 10;
  private static final int BURST = 3;

  @Test
  void takersOnTheShortWayAndThoseWithTheLockActAsIfOneAfterTheOther() {
    Linearizability.holds(Sound.class, Racy.class);
  }

  @Test
  void theSameWithoutALockIsFoundOut() {
    Linearizability.isRefuted(Racy.class);
  }

  @Param(name = "thread", gen = ThreadIdGen.class)
  @Param(name = "nanos", gen = IntGen.class, conf = "0:30")
  @Param(name = "cost", gen = IntGen.class, conf = "1:3")
  @Param(name = "gap", gen = IntGen.class, conf = "9:11")
  public static class Sound {
    private final Turnstile turnstile;
    private Leaves leaves = leaves(GAP);
    private final Waiting[] places = new Waiting[THREADS];
    private final Caller[] callers = new Caller[THREADS];
    private final RateDemand[] demands = new RateDemand[THREADS];

    public Sound() {
      turnstile = new Turnstile(new StoppedClock(), 0, self -> new OneGate(leaves.gate(self, 0)));
    }

    private static Leaves leaves(int gap) {
      return new Leaves(RateLimit.per(1, Duration.ofNanos(gap)).burst(BURST));
    }

    private static RateDemand demand(int cost) {
      return new RateDemand(null, new long[] {cost});
    }

    /** When it was taken; -1 if it was not. */
    @Operation
    public long tryTake(
        @Param(name = "thread") int thread,
        @Param(name = "cost") int cost,
        @Param(name = "nanos") int now) {
      RateDemand demand = demand(cost);
      if (!turnstile.tryTake(demand, now, null)) {
        return -1;
      }
      demands[thread] = demand;
      return demand.takenAt();
    }

    @Operation
    public boolean giveBack(@Param(name = "thread") int thread) {
      RateDemand demand = demands[thread];
      demands[thread] = null;
      return demand != null && turnstile.giveBack(demand);
    }

    @Operation
    public long earliest(@Param(name = "cost") int cost) {
      return turnstile.earliest(demand(cost));
    }

    @Operation
    public void enqueue(@Param(name = "thread") int thread, @Param(name = "cost") int cost) {
      if (places[thread] == null) {
        callers[thread] = new Caller();
        places[thread] = turnstile.enqueue(demand(cost), callers[thread], null);
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

    /** Whether the thread was granted its permits since it queued up; it may queue up again then. */
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
      if (nanos > 0) {
        turnstile.pauseAll(nanos);
      }
    }

    @Operation
    public void change(@Param(name = "gap") int gap) {
      turnstile.change(() -> leaves, () -> leaves = leaves(gap));
    }
  }

  /** What the operations mean, one after the other; the control uses it in several threads. */
  @Param(name = "thread", gen = ThreadIdGen.class)
  @Param(name = "nanos", gen = IntGen.class, conf = "0:30")
  @Param(name = "cost", gen = IntGen.class, conf = "1:3")
  @Param(name = "gap", gen = IntGen.class, conf = "9:11")
  public static class Racy {
    private final LevelBucket bucket = new LevelBucket(GAP, BURST, 0);
    private final int[] asked = new int[THREADS];
    private final boolean[] granted = new boolean[THREADS];
    private final long[] takenAt = new long[THREADS];
    private final int[] taken = new int[THREADS];
    private final Queue<Integer> queue = new ArrayDeque<>();
    private long latest;
    private long heldUntil;
    /* For the head of the queue, while somebody waits. */
    private long alarmAt;
    private boolean hasAlarm;

    @Operation
    public long tryTake(
        @Param(name = "thread") int thread,
        @Param(name = "cost") int cost,
        @Param(name = "nanos") int now) {
      latest = Math.max(latest, now);
      if (!queue.isEmpty() || bucket.availableAt(cost) > latest) {
        return -1;
      }
      bucket.take(latest, cost, latest);
      takenAt[thread] = latest;
      taken[thread] = cost;
      return latest;
    }

    @Operation
    public boolean giveBack(@Param(name = "thread") int thread) {
      int cost = taken[thread];
      taken[thread] = 0;
      if (cost > 0) {
        bucket.giveBack(latest, takenAt[thread], cost);
        serve();
      }
      return cost > 0;
    }

    @Operation
    public long earliest(@Param(name = "cost") int cost) {
      return Math.max(latest, bucket.availableAt(cost));
    }

    @Operation
    public void enqueue(@Param(name = "thread") int thread, @Param(name = "cost") int cost) {
      if (asked[thread] == 0) {
        asked[thread] = cost;
        granted[thread] = false;
        queue.add(thread);
        serve();
      }
    }

    @Operation
    public boolean cancel(@Param(name = "thread") int thread) {
      if (asked[thread] == 0 || !queue.remove(thread)) {
        return false;
      }
      asked[thread] = 0;
      serve();
      return true;
    }

    @Operation
    public boolean granted(@Param(name = "thread") int thread) {
      if (asked[thread] == 0 || !granted[thread]) {
        return false;
      }
      asked[thread] = 0;
      return true;
    }

    @Operation
    public void pause(@Param(name = "nanos") int nanos) {
      if (nanos > 0 && latest + nanos > heldUntil) {
        heldUntil = latest + nanos;
        bucket.holdUntil(heldUntil);
        serve();
      }
    }

    @Operation
    public void change(@Param(name = "gap") int gap) {
      serve();
      bucket.change(latest, gap, BURST);
      serve();
    }

    private void serve() {
      long dueAt = hasAlarm ? Math.min(alarmAt, latest) : latest;
      while (!queue.isEmpty() && bucket.availableAt(asked[queue.element()]) <= latest) {
        int thread = queue.remove();
        granted[thread] = true;
        bucket.take(latest, asked[thread], dueAt);
      }
      hasAlarm = !queue.isEmpty();
      if (hasAlarm) {
        alarmAt = bucket.availableAt(asked[queue.element()]);
      }
    }
  }
}
