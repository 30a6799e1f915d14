package io.millrace.cluster;

import io.millrace.limit.RateLimiter;
import io.millrace.plan.RateLimit;
import io.millrace.plan.RateLimit.Leased;
import io.millrace.time.TimeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * One JVM's part of a rate limit that several JVMs share. {@link #limiter} is an ordinary limiter, for runs, threads and
 * wrapped functions. It has its permits from a store: this leases blocks of them, in a thread of its own. Thread-safe.
 *
 * <p>In any time {@code t}, all JVMs together start at most {@code burst + rate * t} attempts and what they had leased and not used at its
 * beginning: at most two blocks each, where a block is between {@code rate / 200} and {@code rate / 20}, or more if the store takes longer than 17
 * ms to answer. What is not used for a second goes back.
 *
 * <p>{@link RateLimiter#pause} pauses all JVMs: the others within a second. If the store fails or does not answer for a second, this JVM goes
 * on with what it used in the last 10 seconds, or in the time in which the limit makes its burst, or 1.5 times that for which it waits for its
 * turn, if that is longer, but at most at the limit's rate. It says so, and returns when the store does. If only this JVM has lost the store, the others take its share meanwhile, and all together exceed the limit by that share.
 */
public final class SharedRateLimiter implements AutoCloseable {
  private static final long GIVE_BACK_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long ABORT_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final SharedLimit limit;
  private final PermitStore store;
  private final PermitStore.Session session;
  private final TimeSource clock;
  private final Leaser leaser;
  private final RateLimiter limiter;
  private final List<TimeSource.Wait> closers = new CopyOnWriteArrayList<>();
  private volatile boolean hasEnded;
  private final Thread thread;

  private SharedRateLimiter(
      PermitStore store, SharedLimit limit, PermitStore.Session session, TimeSource clock) {
    this.limit = limit;
    this.store = store;
    this.session = session;
    this.clock = clock;
    this.leaser =
        new Leaser(
            limit, session, clock, new StoreNews(limit.name(), store, limit.listener(), clock));
    this.limiter = RateLimiter.of(specification(limit, leaser), clock);
    this.thread =
        Thread.ofPlatform()
            .daemon()
            .name("millrace-shared-limit-" + limit.name())
            .unstarted(
                clock.announced(
                    () -> {
                      try {
                        leaser.run();
                      } finally {
                        hasEnded = true;
                        closers.forEach(TimeSource.Wait::end);
                      }
                    }));
  }

  private static RateLimit specification(SharedLimit limit, Leaser leaser) {
    Leased leased = new Leased(leaser, (long) limit.rate().burst(), limit.rate().cost());
    if (limit.beside().isEmpty()) {
      return leased;
    }
    List<RateLimit> all = new ArrayList<>(limit.beside());
    all.add(leased);
    return RateLimit.all(all.toArray(RateLimit[]::new));
  }

  /**
   * Takes part in a limit, in real time.
   *
   * @throws PermitStoreException if the store cannot be used, or keeps another limit under this name that is in use
   */
  public static SharedRateLimiter open(PermitStore store, SharedLimit limit) {
    return open(store, limit, TimeSource.system());
  }

  /** As {@link #open(PermitStore, SharedLimit)}, by a clock. */
  public static SharedRateLimiter open(PermitStore store, SharedLimit limit, TimeSource clock) {
    Objects.requireNonNull(store, "store");
    Objects.requireNonNull(limit, "limit");
    Objects.requireNonNull(clock, "clock");
    PermitStore.Session session =
        Objects.requireNonNull(store.open(limit), "the store has opened null, not a session");
    try {
      SharedRateLimiter shared = new SharedRateLimiter(store, limit, session, clock);
      shared.start();
      return shared;
    } catch (Throwable refused) {
      session.close();
      throw refused;
    }
  }

  private void start() {
    try {
      thread.start();
    } catch (Throwable noThread) {
      clock.exit(); // it was announced
      throw noThread;
    }
  }

  /**
   * The limiter of this JVM, to be shared by all that count towards the limit. {@link RateLimiter#tryAcquire()} finds only what is
   * leased already, so after a quiet second it is false, and of a limit of up to 20 a second after each permit that was taken: give it the time of a call to the store.
   */
  public RateLimiter limiter() {
    return limiter;
  }

  /** What all JVMs keep together. */
  public SharedLimit limit() {
    return limit;
  }

  /**
   * Gives back what is left and closes the store, in at most 3 seconds. Attempts that still come to the limiter fail with an
   * {@link IllegalStateException}, and so do those that wait for it. An interrupt ends this wait and stays set. Further calls do nothing.
   */
  @Override
  public void close() {
    leaser.close();
    awaitEnd(GIVE_BACK_NANOS);
    session.close();
    awaitEnd(ABORT_NANOS);
  }

  private void awaitEnd(long nanos) {
    TimeSource real = TimeSource.system();
    TimeSource.Wait end = clock.newWait();
    closers.add(end);
    if (hasEnded) {
      end.end();
    }
    TimeSource.Timer timer = real.schedule(real.nanoTime() + nanos, end::end);
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      timer.cancel();
      closers.remove(end);
    }
  }

  @Override
  public String toString() {
    return "SharedRateLimiter[" + limit + ", " + store + "]";
  }
}
