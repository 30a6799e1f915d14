package io.millrace.limit;

import io.millrace.limit.spi.Party;
import io.millrace.limit.spi.Waiter;
import io.millrace.limit.spi.Waiting;
import io.millrace.plan.RateLimit;
import io.millrace.stress.Linearizability;
import java.time.Duration;
import java.util.LinkedList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Test;

/**
 * Hunts the interleavings of waiters of two parties that are put off, leave, and are resumed because a
 * slot becomes free. Each thread has one place in the queue at a time; the parties take turns among the
 * threads.
 */
class PartyLincheckTest {
  private static final int THREADS = 4;
  private static final int PARTIES = 2;
  private static final int GAP = 10;

  @Test
  void partiesActAsIfOneAfterTheOther() {
    Linearizability.holds(Sound.class, Racy.class);
  }

  @Test
  void theSameWithoutALockIsFoundOut() {
    Linearizability.isRefuted(Racy.class);
  }

  @Param(name = "thread", gen = ThreadIdGen.class)
  @Param(name = "party", gen = IntGen.class, conf = "0:1")
  @Param(name = "nanos", gen = IntGen.class, conf = "0:30")
  public static class Sound {
    private final RateLimiter limiter =
        RateLimiter.of(RateLimit.spacing(Duration.ofNanos(GAP)), new StoppedClock());
    private final Waiting[] places = new Waiting[THREADS];
    private final Caller[] callers = new Caller[THREADS];
    private final Party[] parties = {RateLimiter.party(), RateLimiter.party()};
    private final AtomicInteger[] slots = {new AtomicInteger(), new AtomicInteger(1)};

    @Operation
    public boolean tryTake(@Param(name = "nanos") int now, @Param(name = "party") int party) {
      return limiter.queue().tryTake(limiter.queue().demand(null), now, parties[party]);
    }

    @Operation
    public void enqueue(@Param(name = "thread") int thread) {
      if (places[thread] == null) {
        Caller caller = new Caller(slots[thread % PARTIES]);
        callers[thread] = caller;
        places[thread] =
            limiter
                .queue()
                .enqueue(limiter.queue().demand(null), caller, parties[thread % PARTIES]);
      }
    }

    @Operation
    public void free(@Param(name = "party") int party) {
      slots[party].incrementAndGet();
      if (parties[party].hasHeld()) {
        parties[party].resume();
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
  }

  private static final class Caller implements Waiter {
    private final AtomicInteger slots;
    volatile boolean granted;

    Caller(AtomicInteger slots) {
      this.slots = slots;
    }

    /* Only under the limiter's lock is a slot taken. */
    @Override
    public Answer claim() {
      if (slots.get() == 0) {
        return Answer.HOLD;
      }
      slots.decrementAndGet();
      granted = true;
      return Answer.TAKE;
    }

    @Override
    public void granted() {}

    @Override
    public void declined() {}
  }

  /** What the operations mean, one after the other; the control uses it in several threads. */
  @Param(name = "thread", gen = ThreadIdGen.class)
  @Param(name = "party", gen = IntGen.class, conf = "0:1")
  @Param(name = "nanos", gen = IntGen.class, conf = "0:30")
  public static class Racy {
    private final boolean[] placed = new boolean[THREADS];
    private final boolean[] granted = new boolean[THREADS];

    /* Without an array: Lincheck looks at its cells before the check of an index that a race makes wrong. */
    private final List<Integer> queue = new LinkedList<>();

    private final boolean[] held = new boolean[PARTIES];
    private final int[] slots = {0, 1};
    private long latest;
    private long nextAt;

    @Operation
    public boolean tryTake(@Param(name = "nanos") int now, @Param(name = "party") int party) {
      latest = Math.max(latest, now);
      boolean behind = queue.stream().anyMatch(each -> of(each) == party || !held[of(each)]);
      if (behind || nextAt > latest) {
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
    public void free(@Param(name = "party") int party) {
      slots[party]++;
      if (held[party]) {
        held[party] = false;
        serve();
      }
    }

    @Operation
    public boolean cancel(@Param(name = "thread") int thread) {
      if (!placed[thread] || !queue.remove((Object) thread)) {
        return false;
      }
      placed[thread] = false;
      held[of(thread)] &= queue.stream().anyMatch(each -> of(each) == of(thread));
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

    private void serve() {
      for (int i = 0; i < queue.size() && nextAt <= latest; ) {
        int thread = queue.get(i);
        int party = of(thread);
        if (!held[party] && slots[party] > 0) {
          slots[party]--;
          granted[thread] = true;
          nextAt = latest + GAP;
          queue.remove(i);
        } else {
          held[party] = true;
          i++;
        }
      }
    }

    private static int of(int thread) {
      return thread % PARTIES;
    }
  }
}
