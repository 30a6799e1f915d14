package io.millrace.engine;

import io.millrace.engine.claim.Ticket;
import io.millrace.engine.feed.PushFeed;
import io.millrace.engine.out.Outlet;
import io.millrace.engine.out.Wakeup;
import io.millrace.engine.terms.Config;
import io.millrace.engine.terms.Terms;
import io.millrace.limit.RateLimiter;
import io.millrace.time.TimeSource;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Parts of a run in which nothing happens: they stand in where a hunt needs them to be there. */
final class Idle {
  /** Nothing of what a turn at the lock finds is done. */
  static class NoEffects implements Effects {
    @Override
    public void startWorker(int generation) {}

    @Override
    public void giveBack(List<Ticket> unusable) {}

    @Override
    public void news() {}

    @Override
    public void readAheadSoon() {}

    @Override
    public void resumeOffers() {}

    @Override
    public void stalled() {}

    @Override
    public void windUp() {}

    @Override
    public void over() {}

    @Override
    public void joined() {}
  }

  /** Of a run whose workers the hunt runs: who is wanted, and how often the run has ended. */
  static final class Noted extends NoEffects {
    private final Queue<Integer> wanted = new ConcurrentLinkedQueue<>();
    private final AtomicInteger ends = new AtomicInteger();

    @Override
    public void startWorker(int generation) {
      wanted.add(generation);
    }

    @Override
    public void joined() {
      ends.incrementAndGet();
    }

    /** The next worker that is wanted; null if none is. */
    Worker nextWorker(Schedule schedule, Terms terms) {
      Integer generation = wanted.poll();
      return generation == null ? null : new Worker(schedule, null, terms, generation);
    }

    int ends() {
      return ends.get();
    }
  }

  private static final Terms TERMS = new Terms(new Config(), false);
  private static final Failures FAILURES = new Failures(TERMS.config);
  private static final Schedule SCHEDULE =
      new Schedule(
          TERMS,
          new PushFeed(),
          new Outlet(new Wakeup(TimeSource.system())),
          new NoEffects(),
          RateLimiter.party(),
          null);

  private Idle() {}

  /** One that has nothing to do. */
  static Worker worker() {
    return new Worker(SCHEDULE, null, TERMS, 0);
  }

  /** A consumer of what is handed to the outlet, and of nothing else. */
  static Taker taker(Outlet outlet) {
    return taker(SCHEDULE, new Wakeup(TimeSource.system()), outlet);
  }

  /** A consumer of a run in which nothing happens but what the hunt does. */
  static Taker taker(Schedule schedule, Wakeup wakeup, Outlet outlet) {
    Listeners listeners = new Listeners(TERMS.config, schedule, FAILURES, () -> 0);
    Refill refill = new Refill(schedule);
    Staff staff = new Staff(TERMS, schedule, null, null, () -> {});
    return new Taker(TERMS, schedule, staff, wakeup, refill, listeners, null, outlet);
  }
}
