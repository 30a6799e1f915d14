package io.millrace.retention;

import io.millrace.Parallel;
import io.millrace.limit.RateLimiter;
import io.millrace.plan.Action;
import io.millrace.plan.Backoff;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.retention.Watch.Bounds;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What goes wrong, or only goes on for long, in a run. */
enum Trouble {
  /** None at all. */
  NONE(16, 400, true),
  /** Each item fails. */
  FAILURES(16, 400, true) {
    @Override
    void work(Item item, CountDownLatch end) throws Exception {
      throw FAILURE;
    }
  },
  /** Each item fails once, and is tried again at once. */
  RETRIES(16, 400, true) {
    @Override
    Parallel prepare(Parallel parallel) {
      return parallel.retry(Retry.ofAttempts(2).backoff(Backoff.none()));
    }

    @Override
    void work(Item item, CountDownLatch end) throws Exception {
      if (item.first()) {
        throw FAILURE;
      }
    }
  },
  /** Each item fails once, and is tried again after a while. */
  BACKOFFS(200, 1_000, false) {
    @Override
    Parallel prepare(Parallel parallel) {
      return parallel.retry(Retry.ofAttempts(2).backoff(Backoff.fixed(Duration.ofMillis(1))));
    }

    @Override
    void work(Item item, CountDownLatch end) throws Exception {
      RETRIES.work(item, end);
    }
  },
  /** Each attempt takes too long, and ends when it is interrupted. */
  TIMEOUTS(500, 1_000, false) {
    @Override
    Parallel prepare(Parallel parallel) {
      return parallel.attemptTimeout(Duration.ofMillis(2));
    }

    @Override
    void work(Item item, CountDownLatch end) throws Exception {
      end.await();
    }
  },
  /** The same with a minute of grace that nobody needs. */
  TIMEOUTS_WITH_LONG_GRACE(500, 1_000, false) {
    @Override
    Parallel prepare(Parallel parallel) {
      return TIMEOUTS.prepare(parallel).grace(Duration.ofMinutes(1));
    }

    @Override
    void work(Item item, CountDownLatch end) throws Exception {
      end.await();
    }
  },
  /** One attempt of ten ignores its interrupt for a while, and has no grace. */
  ABANDONED(500, 1_000, false) {
    @Override
    Parallel prepare(Parallel parallel) {
      return parallel.attemptTimeout(Duration.ofMillis(1)).grace(Duration.ZERO);
    }

    @Override
    void work(Item item, CountDownLatch end) {
      if (item.number % 10 == 0) {
        ignoreInterrupts(Duration.ofMillis(3));
      }
    }
  },
  /** The limiter is paused again and again. */
  LIMITER_PAUSES(16, 400, true) {
    @Override
    Parallel prepare(Parallel parallel) {
      return parallel.rateLimit(limiter);
    }

    @Override
    void work(Item item, CountDownLatch end) {
      if (item.number % 5_000 == 0) {
        limiter.pause(Duration.ofMillis(1));
      }
    }
  },
  /** One item of 10,000 takes as long as the run; in an ordered one, a moment. */
  STRAGGLERS(200, 1_000, true) {
    @Override
    void work(Item item, CountDownLatch end) throws Exception {
      if (item.number % 10_000 == 0) {
        LockSupport.parkNanos(1_000_000);
        var _ = end.await(300, TimeUnit.SECONDS);
      }
    }
  },
  /** Each item has a key of its own, of which only one may run at once. */
  SLOTS_OF_MANY_KEYS(16, 400, true) {
    @Override
    Parallel prepare(Parallel parallel) {
      return parallel.<Item>concurrencyPerKey(1, item -> item.number);
    }
  },
  /** Each item has a key of its own with a rate of its own. */
  RATES_OF_MANY_KEYS(16, 400, true) {
    @Override
    Parallel prepare(Parallel parallel) {
      return parallel.rateLimit(RateLimit.perSecond(1_000).<Item>by(item -> item.number));
    }

    @Override
    Bounds bounds() {
      // A thousand idle keys are remembered, and those that still count, of three objects each.
      return super.bounds().and(20_000);
    }
  },
  /** The source pauses at times. */
  SOURCE_PAUSES(16, 400, true) {
    @Override
    Iterator<Item> items(int count) {
      return new Numbers(count) {
        @Override
        public Item next() {
          Item item = super.next();
          if (item.number % 5_000 == 0) {
            LockSupport.parkNanos(1_000_000);
          }
          return item;
        }
      };
    }
  },
  /** The consumer pauses at times. */
  CONSUMER_PAUSES(16, 400, true) {
    @Override
    Runnable consumer(Runnable taken) {
      int[] number = {0};
      return () -> {
        taken.run();
        if (++number[0] % 5_000 == 0) {
          LockSupport.parkNanos(1_000_000);
        }
      };
    }
  };

  private static final Exception FAILURE =
      new Exception("always the same", null, false, false) {
        private static final long serialVersionUID = 1L;
      };

  final int concurrency;
  final int window;

  /** Whether a million items of it take about a second. */
  final boolean quick;

  final RateLimiter limiter = RateLimiter.of(RateLimit.unlimited());

  Trouble(int concurrency, int window, boolean quick) {
    this.concurrency = concurrency;
    this.window = window;
    this.quick = quick;
  }

  /** What the call is told of it. */
  Parallel prepare(Parallel parallel) {
    return parallel;
  }

  /** What it does to an item; the latch opens when all other items are done. */
  void work(Item item, CountDownLatch end) throws Exception {}

  Iterator<Item> items(int count) {
    return new Numbers(count);
  }

  Runnable consumer(Runnable taken) {
    return taken;
  }

  Bounds bounds() {
    return Bounds.of(concurrency, window);
  }

  final Action<Item, Integer> action(CountDownLatch end) {
    return item -> {
      work(item, end);
      return 0;
    };
  }

  private static void ignoreInterrupts(Duration time) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < time.toNanos()) {
      var _ = Thread.interrupted();
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static class Numbers implements Iterator<Item> {
    private final int count;
    private int next;

    Numbers(int count) {
      this.count = count;
    }

    @Override
    public boolean hasNext() {
      return next < count;
    }

    @Override
    public Item next() {
      return new Item(next++);
    }
  }
}
