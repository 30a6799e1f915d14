package io.millrace.limit;

import io.millrace.limit.spi.Waiting;
import io.millrace.stress.Linearizability;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Test;

/**
 * Hunts the interleavings of the short way of takers and releasers, which is one compare-and-set, with
 * those who close it because they queue up, leave the queue, or release to somebody who waits. Each
 * thread has one place in the queue at a time.
 */
class SemaphoreLincheckTest {
  private static final int THREADS = 4;
  private static final int MOST = 3;

  @Test
  void takersWaitersAndReleasersActAsIfOneAfterTheOther() {
    Linearizability.holds(Sound.class, Racy.class);
  }

  @Test
  void theSameWithoutALockIsFoundOut() {
    Linearizability.isRefuted(Racy.class);
  }

  @Param(name = "thread", gen = ThreadIdGen.class)
  @Param(name = "permits", gen = IntGen.class, conf = "1:3")
  public static class Sound {
    private final WeightedSemaphore semaphore = WeightedSemaphore.bounded(MOST);
    private final Waiting[] places = new Waiting[THREADS];
    private final Caller[] callers = new Caller[THREADS];

    @Operation
    public boolean tryAcquire(@Param(name = "permits") int permits) {
      return semaphore.tryAcquire(permits);
    }

    /** Whether that many could be released. */
    @Operation
    public boolean release(@Param(name = "permits") int permits) {
      try {
        semaphore.release(permits);
        return true;
      } catch (IllegalStateException tooMany) {
        return false;
      }
    }

    @Operation
    public void enqueue(@Param(name = "thread") int thread, @Param(name = "permits") int permits) {
      if (places[thread] == null) {
        Caller caller = new Caller();
        callers[thread] = caller;
        places[thread] = semaphore.queue().enqueue(permits, caller);
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
  }

  /** What the operations mean, one after the other; the control uses it in several threads. */
  @Param(name = "thread", gen = ThreadIdGen.class)
  @Param(name = "permits", gen = IntGen.class, conf = "1:3")
  public static class Racy {
    private final int[] asked = new int[THREADS];
    private final boolean[] granted = new boolean[THREADS];
    private final Queue<Integer> queue = new ArrayDeque<>();
    private int there = MOST;

    @Operation
    public boolean tryAcquire(@Param(name = "permits") int permits) {
      if (!queue.isEmpty() || there < permits) {
        return false;
      }
      there -= permits;
      return true;
    }

    @Operation
    public boolean release(@Param(name = "permits") int permits) {
      if (there + permits > MOST) {
        return false;
      }
      there += permits;
      serve();
      return true;
    }

    @Operation
    public void enqueue(@Param(name = "thread") int thread, @Param(name = "permits") int permits) {
      if (asked[thread] == 0) {
        asked[thread] = permits;
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

    private void serve() {
      while (!queue.isEmpty() && there >= asked[queue.element()]) {
        int head = queue.remove();
        there -= asked[head];
        granted[head] = true;
      }
    }
  }
}
