package io.millrace.cluster;

import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Keeps shared limits in this JVM: for tests of programs that use {@link SharedRateLimiter}. Thread-safe. */
public final class MemoryPermits implements PermitStore {
  private static final class Kept {
    private final SharedLimit limit;
    private final SharedBucket bucket;

    private Kept(SharedLimit limit, SharedBucket bucket) {
      this.limit = limit;
      this.bucket = bucket;
    }
  }

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
    long now = now();
    Kept kept =
        guarded(
            () ->
                limits.computeIfAbsent(
                    limit.name(), name -> new Kept(limit, SharedBucket.full(limit.rate(), now))));
    if (!LimitForm.of(kept.limit).equals(LimitForm.of(limit))) {
      throw LimitForm.refusal("this JVM", limit, LimitForm.of(kept.limit));
    }
    return new MemorySession(kept.bucket);
  }

  private long now() {
    return clock.nanoTime() - origin;
  }

  private <T> T guarded(Supplier<T> step) {
    lock.lock();
    try {
      return step.get();
    } finally {
      lock.unlock();
    }
  }

  private final class MemorySession implements Session {
    private final SharedBucket bucket;

    private MemorySession(SharedBucket bucket) {
      this.bucket = bucket;
    }

    @Override
    public Reservation reserve(long permits) {
      long now = now();
      return guarded(() -> bucket.reserve(permits, now));
    }

    @Override
    public Standing giveBack(long permits) {
      long now = now();
      return guarded(() -> bucket.giveBack(permits, now));
    }

    @Override
    public Standing pause(Duration duration) {
      long now = now();
      return guarded(() -> bucket.pause(duration, now));
    }

    @Override
    public Standing look() {
      long now = now();
      return guarded(() -> bucket.standing(now));
    }

    @Override
    public void close() {}
  }

  @Override
  public String toString() {
    return "MemoryPermits";
  }
}
