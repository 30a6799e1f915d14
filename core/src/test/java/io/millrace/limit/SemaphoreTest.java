package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.limit.spi.Waiter;
import io.millrace.limit.spi.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

@DisplayName("A semaphore")
class SemaphoreTest {
  private final WeightedSemaphore three = WeightedSemaphore.bounded(3);
  private final PermitCaller caller = new PermitCaller(three);

  @Test
  @DisplayName("AX9: gives as many permits as it has, and no more")
  void givesAsManyPermitsAsItHas() {
    assertTrue(three.tryAcquire());
    assertTrue(three.tryAcquire(2));
    assertFalse(three.tryAcquire());
    three.release(3);
    assertFalse(three.tryAcquire(2) && three.tryAcquire(2));
    assertEquals(1, three.availablePermits());
    assertEquals("WeightedSemaphore[1 permits, 0 waiting]", three.toString());
  }

  @Test
  @DisplayName("AX9: a request for many holds no part of them while it waits for the rest")
  void aRequestForManyHoldsNoPart() {
    assertTrue(three.tryAcquire());
    caller.ask("one", 3);
    caller.ask("other", 3);
    assertEquals(2, three.availablePermits());
    three.release();
    assertEquals(List.of("one"), caller.served());
    three.release(3);
    assertEquals(List.of("one", "other"), caller.served());
  }

  @Test
  @DisplayName("AX9: a large request at the head is not overtaken by small ones")
  void aLargeRequestIsNotOvertaken() {
    assertTrue(three.tryAcquire());
    caller.ask("large", 3);
    caller.ask("small", 1);
    assertFalse(three.tryAcquire(), "also not by who does not wait");
    assertEquals(List.of(), caller.served());
    assertEquals(2, three.waiters());
    three.release();
    assertEquals(List.of("large"), caller.served());
    three.release(3);
    assertEquals(List.of("large", "small"), caller.served());
    assertEquals(2, three.availablePermits());
  }

  @Test
  void lettingGoOfALargeRequestLetsTheNextOnesGoOn() {
    assertTrue(three.tryAcquire());
    Waiting large = caller.ask("large", 3);
    caller.ask("small", 1);
    caller.ask("next", 1);
    assertTrue(large.cancel());
    assertFalse(large.cancel(), "only once");
    assertEquals(List.of("small", "next"), caller.served());
    assertEquals(0, three.availablePermits());
    three.release(3);
    assertEquals(3, three.availablePermits());
  }

  @Test
  void whoIsServedCannotLeaveAnyMore() {
    Waiting served = caller.ask("one", 3);
    assertEquals(List.of("one"), caller.served(), "at once");
    assertFalse(served.cancel());
    assertEquals(0, three.availablePermits());
  }

  @Test
  void anOfferThatIsDeclinedGoesToTheNext() {
    assertTrue(three.tryAcquire(3));
    caller.ask("away", 2, false);
    caller.ask("here", 3);
    three.release(3);
    assertEquals(List.of("away"), caller.declined());
    assertEquals(List.of("here"), caller.served());
    assertEquals(0, three.availablePermits());
  }

  @Test
  void whoIsGrantedPermitsMayUseTheSemaphore() {
    AtomicInteger there = new AtomicInteger(-1);
    assertTrue(three.tryAcquire(3));
    three
        .queue()
        .enqueue(
            2,
            new Waiter() {
              @Override
              public Answer claim() {
                return Answer.TAKE;
              }

              @Override
              public void granted() {
                three.release(2);
                there.set(three.availablePermits());
              }

              @Override
              public void declined() {}
            });
    three.release(3);
    assertEquals(3, there.get());
  }

  @Test
  void aCallbackThatThrowsHarmsNobody() {
    assertTrue(three.tryAcquire(3));
    three.queue().enqueue(1, new Broken(Waiter.Answer.TAKE));
    three.queue().enqueue(1, new Broken(Waiter.Answer.LEAVE));
    caller.ask("next", 2);
    three.release(3);
    assertEquals(List.of("next"), caller.served());
    assertEquals(0, three.availablePermits());
  }

  private record Broken(Answer claim) implements Waiter {
    @Override
    public void granted() {
      throw new IllegalStateException("thrown by the test: the log shows it");
    }

    @Override
    public void declined() {
      throw new IllegalStateException("thrown by the test: the log shows it");
    }
  }

  @Test
  @DisplayName("AX9: a bounded semaphore refuses a release too many, and stays as it was")
  void aReleaseTooManyIsRefused() {
    assertTrue(three.tryAcquire(2));
    var error = assertThrows(IllegalStateException.class, () -> three.release(3));
    assertEquals(
        "released 3 permits while 1 of at most 3 are there: more than were acquired",
        error.getMessage());
    assertEquals(1, three.availablePermits());
    three.release(2);
    assertThrows(IllegalStateException.class, three::release);
    assertEquals(3, three.availablePermits());
  }

  @Test
  @DisplayName("AX9: a release too many is refused also while somebody waits")
  void aReleaseTooManyIsRefusedWhileSomebodyWaits() {
    assertTrue(three.tryAcquire(2));
    caller.ask("waits", 2);
    assertThrows(IllegalStateException.class, () -> three.release(3));
    assertEquals(List.of(), caller.served());
    assertEquals(1, three.availablePermits());
    three.release(2);
    assertEquals(List.of("waits"), caller.served());
  }

  @Test
  void anUnboundedSemaphoreGrowsByWhatIsReleased() {
    WeightedSemaphore growing = WeightedSemaphore.unbounded(0);
    PermitCaller waiting = new PermitCaller(growing);
    waiting.ask("five", 5);
    growing.release(4);
    assertEquals(List.of(), waiting.served());
    growing.release(3);
    assertEquals(List.of("five"), waiting.served());
    assertEquals(2, growing.availablePermits());
    assertThrows(IllegalStateException.class, () -> growing.release(Integer.MAX_VALUE - 1));
    growing.release(Integer.MAX_VALUE - 2);
    assertEquals(Integer.MAX_VALUE, growing.availablePermits());
    assertTrue(growing.tryAcquire(Integer.MAX_VALUE));
  }

  @Test
  void argumentsThatCannotBeMeantAreRefused() {
    refused("permits must be at least 1, not 0", () -> WeightedSemaphore.bounded(0));
    refused("permits must be at least 0, not -1", () -> WeightedSemaphore.unbounded(-1));
    for (int permits : new int[] {0, -1}) {
      String message = "permits must be at least 1, not " + permits;
      refused(message, () -> three.acquire(permits));
      refused(message, () -> three.tryAcquire(permits));
      refused(message, () -> three.tryAcquire(permits, Duration.ZERO));
      refused(message, () -> three.release(permits));
      refused(message, () -> three.hold(permits));
      refused(message, () -> caller.ask("", permits));
    }
    String tooMany = "permits must be at most 3, which is all there are, not 4";
    refused(tooMany, () -> three.acquire(4));
    refused(tooMany, () -> three.tryAcquire(4));
    refused(tooMany, () -> caller.ask("", 4));
    refused(
        "timeout must not be negative, but is PT-1S",
        () -> three.tryAcquire(Duration.ofSeconds(-1)));
    assertEquals(3, three.availablePermits());
  }

  private static void refused(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }
}
