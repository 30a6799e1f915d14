package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.limit.spi.Demand;
import io.millrace.limit.spi.Waiter;
import io.millrace.limit.spi.Waiting;
import io.millrace.plan.RateLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The queue of a limiter")
class QueueTest {
  private final FakeClock clock = new FakeClock();
  private final RateLimiter limiter =
      RateLimiter.of(RateLimit.perSecond(10).burst(5).costing((Integer item) -> item / 100), clock);
  private final Caller caller = new Caller(limiter, clock);

  @Test
  @DisplayName("A52: 2 per second with a gap of 0.2 s start at 0, 0.2, 1.0, 1.2, 2.0, ...")
  void windowWithGapStartsInPairs() {
    RateLimit limit =
        RateLimit.all(
            RateLimit.window(2, Duration.ofSeconds(1)), RateLimit.spacing(Duration.ofMillis(200)));
    Caller windowed = new Caller(RateLimiter.of(limit, clock), clock);
    windowed.askTimes(10);
    clock.advance(Duration.ofSeconds(10));
    assertEquals(
        List.of(0L, 200L, 1000L, 1200L, 2000L, 2200L, 3000L, 3200L, 4000L, 4200L),
        windowed.starts());
  }

  @Test
  void grantsAtOnceWhatIsThere() {
    caller.ask(101);
    assertEquals(List.of(101), caller.served());
    assertEquals(0, clock.pending());
  }

  @Test
  void servesInTheOrderOfAskingAtTheRate() {
    for (int i = 0; i < 9; i++) {
      caller.ask(100 + i);
    }
    clock.advance(Duration.ofSeconds(1));
    assertEquals(List.of(100, 101, 102, 103, 104, 105, 106, 107, 108), caller.served());
    assertEquals(List.of(0L, 0L, 0L, 0L, 0L, 100L, 200L, 300L, 400L), caller.starts());
  }

  @Test
  void letsNobodyOvertakeEvenIfSmallerOrFree() {
    caller.ask(500);
    caller.ask(301);
    caller.ask(102);
    Waiting free = caller.ask(0);
    assertFalse(limiter.tryAcquireFor(0));
    clock.advance(Duration.ofSeconds(1));
    assertEquals(List.of(500, 301, 102, 0), caller.served());
    assertEquals(List.of(0L, 300L, 400L, 400L), caller.starts());
    assertFalse(free.cancel());
  }

  @Test
  void letsACostOfZeroPassWhenNobodyWaits() {
    caller.ask(500);
    assertFalse(limiter.tryAcquireFor(100));
    assertTrue(limiter.tryAcquireFor(0));
  }

  @Test
  void wakesOncePerGrantHoweverManyWait() {
    for (int i = 0; i < 1_005; i++) {
      caller.ask(100);
    }
    assertEquals(1, clock.pending());
    clock.advance(Duration.ofSeconds(200));
    assertEquals(1_005, caller.served().size());
    assertEquals(1_000, clock.fired());
    assertEquals(1_000, clock.scheduled());
    assertEquals(0, clock.pending());
  }

  @Test
  void servesAllWhoAreDueWhenTheTimerIsLate() {
    FakeClock late = new FakeClock(() -> 300_000_000);
    Caller callers = new Caller(RateLimiter.of(RateLimit.perSecond(10).burst(5), late), late);
    callers.askTimes(11);
    late.advance(Duration.ofMillis(400));
    assertEquals(9, callers.served().size());
    assertEquals(1, late.fired());
  }

  @Test
  void doesNotGrantBeforeTheTimeIfATimerIsEarly() {
    int[] timers = {0};
    FakeClock early = new FakeClock(() -> timers[0]++ % 2 == 0 ? -30_000_000 : 0);
    Caller callers = new Caller(RateLimiter.of(RateLimit.perSecond(10), early), early);
    callers.askTimes(3);
    early.advance(Duration.ofSeconds(1));
    assertEquals(List.of(0L, 100L, 200L), callers.starts());
  }

  @Test
  void helpsAnOverdueHeadWhenSomebodyAsks() {
    FakeClock late = new FakeClock(() -> 1_000_000_000);
    RateLimiter overdue = RateLimiter.of(RateLimit.perSecond(10), late);
    Caller callers = new Caller(overdue, late);
    callers.askTimes(2);
    late.advance(Duration.ofMillis(150));
    assertFalse(overdue.tryAcquire());
    callers.askTimes(1);
    assertEquals(List.of(0L, 150L), callers.starts());
    late.advance(Duration.ofSeconds(2));
    assertEquals(3, callers.starts().size());
    assertEquals(0, late.pending());
  }

  @Test
  void passesTheTurnOnWhenTheHeadCancels() {
    caller.ask(500);
    Waiting head = caller.ask(501);
    caller.ask(102);
    assertTrue(head.cancel());
    assertFalse(head.cancel());
    clock.advance(Duration.ofSeconds(1));
    assertEquals(List.of(500, 102), caller.served());
    assertEquals(List.of(0L, 100L), caller.starts());
  }

  @Test
  void servesTheNextAtOnceWhenAHeadCancelsThatWaitedForMore() {
    caller.ask(500);
    Waiting head = caller.ask(501);
    caller.ask(102);
    caller.ask(103);
    clock.advance(Duration.ofMillis(250));
    assertTrue(head.cancel());
    assertEquals(List.of(500, 102, 103), caller.served());
  }

  @Test
  void keepsNoTimerWhenTheLastOneCancels() {
    caller.ask(500);
    Waiting first = caller.ask(100);
    Waiting middle = caller.ask(100);
    Waiting last = caller.ask(100);
    assertTrue(middle.cancel());
    assertTrue(last.cancel());
    assertTrue(first.cancel());
    assertEquals(0, clock.pending());
    clock.advance(Duration.ofSeconds(1));
    assertTrue(limiter.tryAcquireFor(500), "nothing was taken");
  }

  @Test
  void refusesToCancelWhatIsGranted() {
    assertFalse(caller.ask(100).cancel());
  }

  @Test
  void passesADeclinedPermitOnAtOnce() {
    caller.ask(500);
    caller.ask(101, false);
    caller.ask(102, false);
    caller.ask(103);
    clock.advance(Duration.ofMillis(100));
    assertEquals(List.of(101, 102), caller.declined());
    assertEquals(List.of(500, 103), caller.served());
    assertEquals(0, clock.pending());
  }

  @Test
  void takesNothingForADeclinedPermit() {
    caller.ask(500, false);
    assertEquals(List.of(500), caller.declined());
    assertTrue(limiter.tryAcquireFor(500));
  }

  @Test
  void goesOnWhenAWaiterFails() {
    List<String> calls = new ArrayList<>();
    for (String name : List.of("claim", "granted", "fine")) {
      limiter.queue().enqueue(limiter.queue().demand(300), new FailingWaiter(name, calls));
    }
    clock.advance(Duration.ofSeconds(1));
    assertEquals(List.of("claim", "declined", "granted", "fine"), calls);
    assertEquals(0, clock.pending());
  }

  private record FailingWaiter(String name, List<String> calls) implements Waiter {
    @Override
    public Answer claim() {
      if (name.equals("claim")) {
        calls.add(name);
        throw new IllegalStateException(name);
      }
      return Answer.TAKE;
    }

    @Override
    public void granted() {
      calls.add(name);
      if (name.equals("granted")) {
        throw new IllegalStateException(name);
      }
    }

    @Override
    public void declined() {
      calls.add("declined");
    }
  }

  @Test
  void callsTheWaiterBackOutsideTheLock() {
    List<Boolean> taken = new ArrayList<>();
    Waiter asksAgain =
        new Waiter() {
          @Override
          public Answer claim() {
            return Answer.TAKE;
          }

          @Override
          public void granted() {
            taken.add(limiter.tryAcquireFor(400));
            taken.add(limiter.tryAcquireFor(400));
          }

          @Override
          public void declined() {}
        };
    limiter.queue().enqueue(limiter.queue().demand(100), asksAgain);
    assertEquals(List.of(true, false), taken);
  }

  @Test
  void takesTimeAsItIsEvenIfACallerComesWithAnOlderOne() {
    RateLimiter shared = RateLimiter.of(RateLimit.perSecond(10).burst(3), clock);
    Demand demand = shared.queue().demand(null);
    long old = clock.nanoTime();
    clock.advance(Duration.ofSeconds(1));
    assertTrue(shared.queue().tryTake(demand));
    assertTrue(shared.queue().tryTake(demand, old));
    assertTrue(shared.queue().tryTake(demand, clock.nanoTime()));
    assertFalse(shared.queue().tryTake(demand, old));
  }

  @Test
  @DisplayName("A54: two kinds of callers share one rate")
  void combinedRateHolds() {
    RateLimiter shared = RateLimiter.of(RateLimit.perSecond(10), clock);
    Caller one = new Caller(shared, clock);
    Caller other = new Caller(shared, clock);
    for (int i = 0; i < 5; i++) {
      one.ask(1);
      other.ask(1);
    }
    clock.advance(Duration.ofSeconds(2));
    List<Long> all =
        LongStream.concat(
                one.starts().stream().mapToLong(Long::longValue),
                other.starts().stream().mapToLong(Long::longValue))
            .sorted()
            .boxed()
            .toList();
    assertEquals(LongStream.range(0, 10).map(i -> i * 100).boxed().toList(), all);
  }
}
