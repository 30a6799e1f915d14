package io.millrace.cluster;

import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;

/** Keeps shared limits in this JVM: for tests of programs that use {@link SharedRateLimiter}. Thread-safe. */
public final class MemoryPermits implements PermitStore {
  private static final class Kept {
    private final LimitForm form;
    private final SharedBucket bucket;
    private long latest;

    private Kept(SharedLimit limit, long now) {
      this.form = LimitForm.of(limit);
      this.bucket = SharedBucket.full(limit.rate(), now);
      this.latest = now;
    }

    /* Also while it is paused, when nobody takes anything of it. */
    private boolean isInUse(long now) {
      return now - latest < IN_USE || now < bucket.pausedUntil();
    }

    private SharedBucket changed(long now) {
      latest = now;
      return bucket;
    }
  }

  private static final long IN_USE = TimeUnit.MINUTES.toNanos(1);

  private final TimeSource clock;
  private final long origin;
  private final ReentrantLock lock = new ReentrantLock();
  /* Guarded by lock, with all buckets. */
  private final Map<String, Kept> limits = new HashMap<>();

  private MemoryPermits(TimeSource clock) {
    this.clock = Objects.requireNonNull(clock, "clock");
    this.origin = clock.nanoTime();
  }

  /** An empty store in real time. */
  public static MemoryPermits create() {
    return create(TimeSource.system());
  }

  /** An empty store that goes by a clock. */
  public static MemoryPermits create(TimeSource clock) {
    return new MemoryPermits(clock);
  }

  @Override
  public Session open(SharedLimit limit) {
    Objects.requireNonNull(limit, "limit");
    MemorySession session = new MemorySession(limit);
    session.open();
    return session;
  }

  private final class MemorySession implements Session {
    private final SharedLimit limit;
    private final LimitForm form;

    private MemorySession(SharedLimit limit) {
      this.limit = limit;
      this.form = LimitForm.of(limit);
    }

    private void open() {
      at((kept, now) -> kept);
    }

    /* Of the limit, which is made if there is none, also in place of another one that nobody uses any more. */
    private <T> T at(BiFunction<Kept, Long, T> step) {
      long now = clock.nanoTime() - origin;
      lock.lock();
      try {
        Kept kept = limits.get(limit.name());
        if (kept == null || (!kept.form.equals(form) && !kept.isInUse(now))) {
          kept = new Kept(limit, now);
          limits.put(limit.name(), kept);
        }
        requireForm(kept);
        // another thread may have read the clock later, and come first
        return step.apply(kept, Math.max(kept.latest, now));
      } finally {
        lock.unlock();
      }
    }

    private void requireForm(Kept kept) {
      if (!kept.form.equals(form)) {
        throw LimitForm.refusal(MemoryPermits.this, limit, kept.form);
      }
    }

    @Override
    public Reservation reserve(long permits) {
      return at((kept, now) -> kept.changed(now).reserve(permits, now));
    }

    @Override
    public Standing giveBack(long permits) {
      return at((kept, now) -> kept.changed(now).giveBack(permits, now));
    }

    @Override
    public Standing debit(long permits) {
      return at((kept, now) -> kept.changed(now).debit(permits, now));
    }

    @Override
    public Standing pause(Duration duration) {
      return at((kept, now) -> kept.changed(now).pause(duration, now));
    }

    @Override
    public Standing look() {
      long now = clock.nanoTime() - origin;
      lock.lock();
      try {
        Kept kept = Objects.requireNonNull(limits.get(limit.name()));
        if (kept.isInUse(now)) {
          requireForm(kept);
        }
        return kept.bucket.standing(Math.max(kept.latest, now));
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {}
  }

  @Override
  public String toString() {
    return "MemoryPermits";
  }
}
