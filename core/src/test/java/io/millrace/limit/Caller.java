package io.millrace.limit;

import io.millrace.limit.spi.Waiter;
import io.millrace.limit.spi.Waiting;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Queues up for permits and notes when they come, in milliseconds of a fake clock. */
final class Caller {
  private final RateLimiter limiter;
  private final FakeClock clock;
  private final List<Long> starts = new ArrayList<>();
  private final List<Object> served = new ArrayList<>();
  private final List<Object> declined = new ArrayList<>();

  Caller(RateLimiter limiter, FakeClock clock) {
    this.limiter = limiter;
    this.clock = clock;
  }

  /** Asks for the item's permits; the item also names the caller. */
  Waiting ask(@Nullable Object item) {
    return ask(item, true);
  }

  Waiting ask(@Nullable Object item, boolean claims) {
    return limiter
        .queue()
        .enqueue(
            limiter.queue().demand(item),
            new Waiter() {
              @Override
              public Answer claim() {
                return claims ? Answer.TAKE : Answer.LEAVE;
              }

              @Override
              public void granted() {
                starts.add(clock.elapsed() / 1_000_000);
                served.add(item);
              }

              @Override
              public void declined() {
                Caller.this.declined.add(item);
              }
            });
  }

  void askTimes(int times) {
    for (int i = 0; i < times; i++) {
      ask(null);
    }
  }

  /** When the permits came, in milliseconds since the start. */
  List<Long> starts() {
    return starts;
  }

  /** The items whose permits came, in order. */
  List<Object> served() {
    return served;
  }

  List<Object> declined() {
    return declined;
  }
}
