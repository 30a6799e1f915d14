package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.base.ShortLock;
import io.millrace.limit.spi.Demand;
import io.millrace.limit.spi.Party;
import io.millrace.limit.spi.Waiter;
import io.millrace.limit.spi.Waiting;
import io.millrace.plan.RateLimit;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("E15: User code of a limit")
class UnlockedTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final FakeClock time = new FakeClock();
  private final AtomicInteger calls = new AtomicInteger();
  private boolean clockIsBroken;

  private void user() {
    calls.incrementAndGet();
    assertFalse(ShortLock.heldByCurrentThread(), "user code under a lock");
  }

  private final TimeSource clock =
      new TimeSource() {
        @Override
        public long nanoTime() {
          user();
          if (clockIsBroken) {
            throw new IllegalStateException("the clock is broken: thrown by the test");
          }
          return time.nanoTime();
        }

        @Override
        public Instant now() {
          return time.now();
        }

        @Override
        public Timer schedule(long atNanos, Runnable action) {
          user();
          Timer timer = time.schedule(atNanos, action);
          return () -> {
            user();
            timer.cancel();
          };
        }

        @Override
        public void sleep(Duration duration) {
          throw new UnsupportedOperationException();
        }
      };

  /** All keys have one hash code. */
  private final class HardKey {
    private final String name;

    HardKey(Object name) {
      this.name = name.toString();
    }

    @Override
    public int hashCode() {
      user();
      return 42;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      user();
      return other instanceof HardKey key && key.name.equals(name);
    }
  }

  private Waiter waiter(List<String> told) {
    return new Waiter() {
      @Override
      public Answer claim() {
        return Answer.TAKE;
      }

      @Override
      public void granted() {
        user();
        told.add("granted");
      }

      @Override
      public void declined() {
        user();
      }
    };
  }

  private RateLimiter limiter() {
    RateLimit tokens =
        RateLimit.perSecond(1)
            .costing(
                item -> {
                  user();
                  return 1;
                })
            .settling(
                (item, value) -> {
                  user();
                  return 1;
                });
    return RateLimiter.of(tokens.by(item -> new HardKey(String.valueOf(item))).idleKeys(1), clock);
  }

  @Test
  @DisplayName("E15: keys, costs, clocks and callbacks run without a lock, in every operation")
  void runsWithoutALock() {
    assertTrue(ShortLock.class.desiredAssertionStatus(), "else nothing is counted");
    RateLimiter limiter = limiter();
    List<String> told = new ArrayList<>();
    Party party = RateLimiter.party();
    for (int round = 0; round < 3; round++) {
      for (String item : List.of("a", "b", "c")) {
        Demand demand = limiter.queue().demand(item);
        limiter.queue().tryTake(demand);
        limiter.queue().tryTake(limiter.queue().demand(item), party);
        limiter.queue().tryTake(limiter.queue().demand(item), time.nanoTime());
        Waiting place = limiter.queue().enqueue(limiter.queue().demand(item), waiter(told));
        limiter.queue().enqueue(limiter.queue().demand(item), waiter(told), party);
        place.cancel();
        limiter.queue().earliest(limiter.queue().demand(item));
        limiter.queue().settle(demand, item, 1);
        limiter.pause(item, Duration.ofMillis(1));
        limiter.queue().giveBack(demand);
        limiter.keys();
      }
      limiter.pause(Duration.ofMillis(10));
      time.advance(SECOND.multipliedBy(5));
    }
    assertEquals(9, told.size());
    assertTrue(calls.get() > 100);
  }

  @Test
  @DisplayName("E15: a lock that is held is seen, by its own thread only")
  void seesALock() throws Exception {
    ShortLock lock = new ShortLock();
    lock.lock();
    assertTrue(ShortLock.heldByCurrentThread());
    assertFalse(Running.start(ShortLock::heldByCurrentThread).join());
    lock.unlock();
    assertFalse(ShortLock.heldByCurrentThread());
  }

  @Test
  @DisplayName("E15: a key is found though another one with its hash code comes or goes meanwhile")
  void findsAKeyAmongMany() throws Exception {
    int keys = 200;
    RateLimiter limiter =
        RateLimiter.of(
            RateLimit.perHour(1).by(item -> new HardKey(String.valueOf(item))).idleKeys(0), time);
    AtomicInteger taken = new AtomicInteger();
    List<Running<Boolean>> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(
          Running.start(
              () -> {
                for (int key = 0; key < keys; key++) {
                  if (limiter.tryAcquireFor(key)) {
                    taken.incrementAndGet();
                  }
                }
                return true;
              }));
    }
    for (Running<Boolean> thread : threads) {
      thread.join();
    }
    assertEquals(keys, taken.get());
    assertEquals(keys, limiter.keys());
  }

  @Test
  @DisplayName("E15: a key that changes its hash code harms its own attempt at most")
  void survivesAKeyThatChanges() {
    List<Object> key = new ArrayList<>(List.of("a"));
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(1).by(item -> key).idleKeys(0), time);
    Demand demand = limiter.queue().demand(null);
    assertTrue(limiter.queue().tryTake(demand));
    key.add("b");
    assertFalse(limiter.queue().tryTake(demand), "the demand knows its gate");
    Caller caller = new Caller(limiter, time);
    limiter.queue().enqueue(demand, waiter(new ArrayList<>()));
    caller.ask(null);
    time.advance(SECOND);
    limiter.queue().giveBack(demand);
    time.advance(SECOND.multipliedBy(2));
    assertEquals(1, caller.starts().size());
    assertTrue(limiter.tryAcquire());
    assertEquals(1, limiter.keys(), "the old one was idle");
  }

  @Test
  @DisplayName("E15: what a key throws comes out, and nothing was taken")
  void throwsWhatAKeyThrows() {
    Object broken =
        new Object() {
          @Override
          public int hashCode() {
            return 42;
          }

          @Override
          public boolean equals(@Nullable Object other) {
            throw new IllegalStateException("thrown by the test");
          }
        };
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(1).by(item -> item), time);
    Object sound = new HardKey("x");
    assertTrue(limiter.tryAcquireFor(sound));
    Demand demand = limiter.queue().demand(broken);
    assertThrows(
        IllegalStateException.class, () -> limiter.queue().tryTake(demand), "who asks is told");
    assertFalse(ShortLock.heldByCurrentThread());
    assertFalse(limiter.tryAcquireFor(sound), "it is found by identity");
    assertEquals(1, limiter.keys());
  }

  @Test
  @DisplayName("E11: a clock that throws leaves no lock held, and the queue goes on")
  void survivesAClockThatThrows() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(1), clock);
    assertTrue(limiter.tryAcquire());
    List<String> told = new ArrayList<>();
    limiter.queue().enqueue(limiter.queue().demand(null), waiter(told));
    Waiting second = limiter.queue().enqueue(limiter.queue().demand(null), waiter(told));
    Guest guest = new Guest(0);
    limiter.queue().enqueue(limiter.queue().demand(null), guest.named("a"), guest.party());
    clockIsBroken = true;
    assertThrows(IllegalStateException.class, () -> limiter.tryAcquire());
    assertThrows(
        IllegalStateException.class,
        () -> limiter.queue().enqueue(limiter.queue().demand(null), waiter(new ArrayList<>())));
    assertThrows(IllegalStateException.class, () -> limiter.pause(SECOND));
    assertTrue(second.cancel(), "whoever leaves can leave");
    assertFalse(ShortLock.heldByCurrentThread());
    time.advance(SECOND);
    clockIsBroken = false;
    assertFalse(limiter.tryAcquire());
    limiter.pause(Duration.ofNanos(1));
    time.advance(SECOND);
    assertEquals(List.of("granted"), told);
    time.advance(SECOND);
    assertEquals(List.of("a"), guest.asked());
    clockIsBroken = true;
    guest.free();
    clockIsBroken = false;
    guest.free();
    time.advance(SECOND);
    assertEquals(List.of("a"), guest.served());
  }

  @Test
  @DisplayName(
      "E11: an alarm that could not be set is set by the next one who comes, or soon by itself")
  void setsAnAlarmAgain() {
    int[] failures = {1};
    FakeClock failing =
        new FakeClock(
            () -> {
              if (failures[0]-- > 0) {
                throw new IllegalStateException("no timer: thrown by the test");
              }
              return 0;
            });
    Caller caller = new Caller(RateLimiter.of(RateLimit.perSecond(1), failing), failing);
    caller.askTimes(2);
    assertTrue(failures[0] <= 0);
    caller.askTimes(1);
    failing.advance(SECOND.multipliedBy(3));
    assertEquals(List.of(0L, 1_000L, 2_000L), caller.starts());
  }
}
