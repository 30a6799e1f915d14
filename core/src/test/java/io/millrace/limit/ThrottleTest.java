package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.limit.spi.Waiter;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A throttle")
class ThrottleTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration HALF = Duration.ofMillis(500);

  private final FakeClock clock = new FakeClock();
  private final Throttle throttle = Throttle.of(SECOND, clock);

  private long acquiredAt() throws InterruptedException {
    throttle.acquire();
    return clock.elapsed() / 1_000_000;
  }

  @Test
  @DisplayName("LF6: lets one start in each period")
  void letsOneStartInEachPeriod() throws Exception {
    assertTrue(throttle.tryAcquire());
    assertFalse(throttle.tryAcquire());
    clock.advance(SECOND.minusNanos(1));
    assertFalse(throttle.tryAcquire());
    clock.advance(1);
    assertTrue(throttle.tryAcquire());
    assertEquals("Throttle[1s]", throttle.toString());
    assertEquals(SECOND, throttle.period());
  }

  @Test
  @DisplayName("LF6: a start that comes late never lets the next one come closer than the period")
  void aLateStartKeepsItsDistance() {
    Pass first = throttle.pass(null);
    Granted second = new Granted();
    assertTrue(first.tryEnter());
    first.enqueue(second);
    clock.advance(SECOND.multipliedBy(3)); // the first one's thread gets no processor
    assertFalse(second.granted);
    assertFalse(throttle.tryAcquire());
    assertEquals(0, clock.pending(), "nothing polls");
    first.begin();
    assertFalse(second.granted);
    clock.advance(SECOND.minusNanos(1));
    assertFalse(second.granted);
    clock.advance(1);
    assertTrue(second.granted);
  }

  @Test
  @DisplayName("LF6: a timer that rings late delays the next start as well")
  void aLateTimerDelaysTheNextStart() throws Exception {
    FakeClock late = new FakeClock(() -> HALF.toNanos());
    Throttle throttled = Throttle.of(SECOND, late);
    assertTrue(throttled.tryAcquire());
    Running<Boolean> waiting = Running.start(() -> throttled.tryAcquire(SECOND.multipliedBy(9)));
    late.awaitPending(2);
    late.advance(SECOND.plus(HALF));
    assertTrue(waiting.join());
    late.advance(SECOND.minusNanos(1));
    assertFalse(throttled.tryAcquire());
    late.advance(1);
    assertTrue(throttled.tryAcquire());
  }

  @Test
  @DisplayName("AX4, LF6: an interrupt of who waits frees no slot early")
  void anInterruptFreesNoSlotEarly() throws Exception {
    throttle.acquire();
    Running<Long> first = Running.start(this::acquiredAt);
    clock.awaitPending(1);
    clock.advance(HALF);
    first.thread().interrupt();
    assertInstanceOf(
        InterruptedException.class, assertThrows(ExecutionException.class, first::join).getCause());
    assertFalse(throttle.tryAcquire());
    Running<Long> second = Running.start(this::acquiredAt);
    clock.awaitPending(1);
    clock.advance(HALF);
    assertEquals(1_000, second.join());
    assertFalse(throttle.tryAcquire());
  }

  @Test
  @DisplayName("E24: does not wait for a start that cannot come in time")
  void doesNotWaitInVain() throws Exception {
    assertTrue(throttle.tryAcquire());
    assertFalse(throttle.tryAcquire(HALF));
    assertEquals(0, clock.scheduled());
  }

  @Test
  void givesUpWhenTheTimeIsOver() throws Exception {
    assertTrue(throttle.tryAcquire(SECOND));
    assertFalse(throttle.tryAcquire(Duration.ZERO));
    Running<Boolean> first = Running.start(() -> throttle.tryAcquire(SECOND.multipliedBy(2)));
    clock.awaitPending(2);
    Running<Boolean> waiting = Running.start(() -> throttle.tryAcquire(SECOND.plus(HALF)));
    clock.awaitPending(3);
    clock.advance(SECOND);
    assertTrue(first.join());
    clock.advance(HALF);
    assertFalse(waiting.join());
    assertEquals(0, clock.pending());
    clock.advance(HALF);
    assertTrue(throttle.tryAcquire());
    assertThrows(IllegalArgumentException.class, () -> throttle.tryAcquire(SECOND.negated()));
    assertThrows(IllegalArgumentException.class, () -> Throttle.of(Duration.ZERO));
  }

  private static final class Granted implements Waiter {
    private boolean granted;

    @Override
    public Answer claim() {
      return Answer.TAKE;
    }

    @Override
    public void granted() {
      granted = true;
    }

    @Override
    public void declined() {}
  }
}
