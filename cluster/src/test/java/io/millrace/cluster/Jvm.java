package io.millrace.cluster;

import io.millrace.testkit.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What stands for a JVM in tests: a shared limiter, threads that take permits as fast as they get them, and when they did. */
final class Jvm implements AutoCloseable {
  private final ManualClock clock;
  private final SharedRateLimiter shared;
  private final List<Long> startedAt = new CopyOnWriteArrayList<>();
  private final List<StoreChange> changes = new CopyOnWriteArrayList<>();
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private volatile boolean isDead;

  Jvm(ManualClock clock, PermitStore store, SharedLimit limit) {
    this.clock = clock;
    this.shared = SharedRateLimiter.open(store, limit.onChange(changes::add), clock);
  }

  SharedRateLimiter shared() {
    return shared;
  }

  List<StoreChange> changes() {
    return changes;
  }

  /** Starts threads that take permits until a time, and use each for so long. */
  Jvm work(int count, Duration use, Duration until) {
    for (int i = 0; i < count; i++) {
      threads.add(Thread.ofVirtual().start(clock.announced(() -> take(use, until))));
    }
    return this;
  }

  private void take(Duration use, Duration until) {
    try {
      while (!isDead && clock.elapsed().compareTo(until) < 0) {
        shared.limiter().acquire();
        if (!isDead) {
          startedAt.add(clock.elapsed().toNanos());
        }
        clock.sleep(use);
      }
    } catch (InterruptedException | IllegalStateException ended) {
      // the test is over
    }
  }

  /** From now on nothing starts here, and nothing is given back. */
  void die() {
    isDead = true;
  }

  long startsBetween(Duration from, Duration to) {
    return startedAt.stream().filter(at -> at >= from.toNanos() && at < to.toNanos()).count();
  }

  void join() {
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  List<Long> startedAt() {
    return startedAt;
  }

  @Override
  public void close() {
    shared.close();
    threads.forEach(Thread::interrupt);
    join();
  }
}
