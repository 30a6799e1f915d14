package io.millrace.cluster;

import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** A store in memory that takes its time, fails, hangs, is full, and counts its calls. */
final class TriedStore implements PermitStore {
  private final TimeSource clock;
  private final MemoryPermits memory;
  private final AtomicInteger calls = new AtomicInteger();
  private volatile Duration latency = Duration.ZERO;
  private volatile boolean isDown;
  private volatile boolean isFull;

  TriedStore(TimeSource clock) {
    this.clock = clock;
    this.memory = MemoryPermits.create(clock);
  }

  TriedStore latency(Duration oneWay) {
    latency = oneWay;
    return this;
  }

  void down(boolean isDown) {
    this.isDown = isDown;
  }

  /** It can be looked at, and not changed. */
  void full(boolean isFull) {
    this.isFull = isFull;
  }

  int calls() {
    return calls.get();
  }

  @Override
  public Session open(SharedLimit limit) {
    Session session = memory.open(limit);
    return new Session() {
      @Override
      public Reservation reserve(long permits) {
        return change(() -> session.reserve(permits));
      }

      @Override
      public Standing giveBack(long permits) {
        return change(() -> session.giveBack(permits));
      }

      @Override
      public Standing debit(long permits) {
        return change(() -> session.debit(permits));
      }

      @Override
      public Standing pause(Duration duration) {
        return change(() -> session.pause(duration));
      }

      @Override
      public Standing look() {
        return call(session::look);
      }

      @Override
      public void close() {}
    };
  }

  private <T> T change(Supplier<T> change) {
    return call(
        () -> {
          if (isFull) {
            throw new PermitStoreException("it is full", null);
          }
          return change.get();
        });
  }

  private <T> T call(Supplier<T> call) {
    calls.incrementAndGet();
    travel();
    if (isDown) {
      throw new PermitStoreException("it is down", null);
    }
    T answer = call.get();
    travel();
    return answer;
  }

  private void travel() {
    if (latency.isPositive()) {
      try {
        clock.sleep(latency);
      } catch (InterruptedException e) {
        throw new PermitStoreException("interrupted", e);
      }
    }
  }

  @Override
  public String toString() {
    return "TriedStore";
  }
}
