package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.limit.spi.Party;
import io.millrace.limit.spi.Waiter;
import io.millrace.limit.spi.Waiter.Answer;
import io.millrace.limit.spi.Waiting;
import io.millrace.plan.RateLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("E3: A party")
class PartyTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final FakeClock clock = new FakeClock();
  private final RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(1).burst(10), clock);
  private final Guest guest = new Guest(0);
  private final Guest other = new Guest(100);

  private Waiting ask(Guest who, String name) {
    return limiter.queue().enqueue(limiter.queue().demand(null), who.named(name), who.party());
  }

  private void use(int permits) {
    for (int i = 0; i < permits; i++) {
      assertTrue(limiter.tryAcquire());
    }
  }

  @Test
  void keepsItsPlaceWhenItHasNoSlot() {
    ask(guest, "a");
    ask(guest, "b");
    ask(guest, "c");
    assertEquals(List.of("a"), guest.asked());
    guest.free();
    guest.free();
    assertEquals(List.of("a", "b"), guest.served());
    guest.free();
    assertEquals(List.of("a", "b", "c"), guest.served());
    assertFalse(guest.party().hasHeld());
  }

  @Test
  void withoutASlotDoesNotHoldUpOthers() {
    ask(guest, "a");
    ask(other, "x");
    assertEquals(List.of("x"), other.served());
    assertTrue(limiter.tryAcquire());
    assertTrue(limiter.queue().tryTake(limiter.queue().demand(null), RateLimiter.party()));
    use(7);
    ask(other, "y");
    assertEquals(1, clock.pending());
    guest.free();
    clock.advance(SECOND.multipliedBy(2));
    assertEquals(List.of("a"), guest.served());
    assertEquals(List.of("x", "y"), other.served());
  }

  @Test
  void comesBeforeThoseWhoArrivedAfterIt() {
    use(10);
    ask(guest, "a");
    ask(other, "x");
    ask(guest, "b");
    ask(other, "y");
    guest.free();
    guest.free();
    clock.advance(SECOND);
    assertEquals(List.of("a"), guest.served());
    assertEquals(List.of(), other.served());
    clock.advance(SECOND);
    clock.advance(SECOND);
    assertEquals(List.of("a", "b"), guest.served());
    assertEquals(List.of("x"), other.served());
  }

  @Test
  void isNotOvertakenByItsOwn() {
    ask(guest, "a");
    assertFalse(limiter.queue().tryTake(limiter.queue().demand(null), guest.party()));
    assertFalse(
        limiter.queue().tryTake(limiter.queue().demand(null), clock.nanoTime(), guest.party()));
    assertTrue(limiter.queue().tryTake(limiter.queue().demand(null)));
    guest.free();
    assertTrue(limiter.queue().tryTake(limiter.queue().demand(null), guest.party()));
  }

  @Test
  void isOfferedNothingAnywhereUntilItIsResumed() {
    WeightedSemaphore semaphore = WeightedSemaphore.bounded(1);
    ask(guest, "rate");
    semaphore.queue().enqueue(1, guest.named("semaphore"), guest.party());
    assertEquals(List.of("rate"), guest.asked());
    assertTrue(semaphore.tryAcquire(), "others go on");
    semaphore.release();
    guest.free();
    assertEquals(List.of("rate"), guest.served());
    guest.free();
    assertEquals(List.of("rate", "semaphore"), guest.served());
  }

  @Test
  void isResumedInTheOrderOfArrivalOverAllLimits() {
    WeightedSemaphore semaphore = WeightedSemaphore.bounded(1);
    assertTrue(semaphore.tryAcquire());
    semaphore.queue().enqueue(1, guest.named("first"), guest.party());
    ask(guest, "second");
    semaphore.release();
    guest.free();
    assertEquals(List.of("first"), guest.served());
  }

  @Test
  void usesItsSlotElsewhereWhenThePermitIsGone() {
    WeightedSemaphore semaphore = WeightedSemaphore.bounded(1);
    semaphore.queue().enqueue(1, guest.named("first"), guest.party());
    ask(guest, "second");
    assertTrue(semaphore.tryAcquire());
    guest.free();
    assertEquals(List.of("second"), guest.served());
    guest.free();
    semaphore.release();
    assertEquals(List.of("second", "first"), guest.served());
  }

  @Test
  void canLeaveAPlaceThatWasPutOff() {
    Waiting first = ask(guest, "a");
    Waiting second = ask(guest, "b");
    ask(guest, "c");
    assertTrue(first.cancel());
    assertFalse(first.cancel());
    assertTrue(second.cancel());
    guest.free();
    assertEquals(List.of("c"), guest.served());
    Waiting last = ask(new Guest(0), "d");
    assertTrue(last.cancel());
  }

  @Test
  void isForgottenWhenItsLastPlaceIsLeft() {
    Waiting place = ask(guest, "a");
    assertTrue(guest.party().hasHeld());
    assertTrue(place.cancel());
    assertFalse(guest.party().hasHeld());
    guest.free();
    assertEquals(List.of("a"), guest.asked());
    ask(guest, "b");
    assertEquals(List.of("b"), guest.served());
  }

  @Test
  void setsNoTimerWhileItIsPutOff() {
    ask(guest, "a");
    ask(guest, "b");
    assertEquals(0, clock.pending());
    clock.advance(SECOND.multipliedBy(100));
    assertEquals(List.of("a"), guest.asked());
  }

  @Test
  void countsAResumeThatComesWhileItsWaiterIsAsked() {
    Guest late = new Guest(0);
    List<Answer> answers = new ArrayList<>();
    limiter
        .queue()
        .enqueue(
            limiter.queue().demand(null),
            new Waiter() {
              @Override
              public Answer claim() {
                answers.add(answers.isEmpty() ? Answer.HOLD : Answer.TAKE);
                if (answers.size() == 1) { // as if another thread did, which has seen hasHeld()
                  assertTrue(late.party().hasHeld());
                  late.party().resume();
                }
                return answers.getLast();
              }

              @Override
              public void granted() {}

              @Override
              public void declined() {}
            },
            late.party());
    assertEquals(List.of(Answer.HOLD, Answer.TAKE), answers);
  }

  @Test
  void goesOnWithTheNextPlaceWhenOneLeaves() {
    ask(guest, "a");
    Waiter leaves =
        new Waiter() {
          private boolean offered;

          @Override
          public Answer claim() {
            boolean again = offered;
            offered = true;
            return again ? Answer.LEAVE : Answer.HOLD;
          }

          @Override
          public void granted() {}

          @Override
          public void declined() {}
        };
    WeightedSemaphore semaphore = WeightedSemaphore.bounded(1);
    Guest one = new Guest(0);
    semaphore.queue().enqueue(1, leaves, one.party());
    limiter.queue().enqueue(limiter.queue().demand(null), one.named("next"), one.party());
    one.free();
    assertEquals(List.of("next"), one.served());
    assertEquals(1, semaphore.availablePermits());
  }

  @Test
  void mustNotBePutOffIfThereIsNone() {
    List<String> told = new ArrayList<>();
    Waiter holds =
        new Waiter() {
          @Override
          public Answer claim() {
            return Answer.HOLD;
          }

          @Override
          public void granted() {}

          @Override
          public void declined() {
            told.add("declined");
          }
        };
    limiter.queue().enqueue(limiter.queue().demand(null), holds);
    assertEquals(List.of("declined"), told);
    use(10);
  }

  @Test
  void isPutOffKeyByKey() {
    RateLimiter keyed = RateLimiter.of(RateLimit.perSecond(1).by(item -> item).idleKeys(0), clock);
    for (String key : List.of("a", "b", "c")) {
      keyed.queue().enqueue(keyed.queue().demand(key), guest.named(key), guest.party());
    }
    assertEquals(List.of("a"), guest.asked());
    for (int i = 0; i < 3; i++) {
      guest.free();
    }
    assertEquals(List.of("a", "b", "c"), guest.served());
    clock.advance(SECOND);
    keyed.tryAcquireFor("d");
    assertEquals(1, keyed.keys());
  }

  @Test
  void ofAnySizeAndNumberIsServedInOrder() {
    Random random = new Random(7);
    for (int round = 0; round < 50; round++) {
      RateLimiter shared = RateLimiter.of(RateLimit.perSecond(10), clock);
      List<Guest> guests = new ArrayList<>();
      List<List<String>> expected = new ArrayList<>();
      for (int i = 0; i < 1 + random.nextInt(8); i++) {
        guests.add(new Guest(random.nextInt(3)));
        expected.add(new ArrayList<>());
      }
      List<Waiting> places = new ArrayList<>();
      List<Runnable> forget = new ArrayList<>();
      for (int step = 0; step < 400; step++) {
        int index = random.nextInt(guests.size());
        Guest one = guests.get(index);
        switch (random.nextInt(5)) {
          case 0, 1 -> {
            String name = "" + step;
            expected.get(index).add(name);
            places.add(
                shared.queue().enqueue(shared.queue().demand(null), one.named(name), one.party()));
            forget.add(() -> expected.get(index).remove(name));
          }
          case 2 -> one.free();
          case 3 -> clock.advance(Duration.ofMillis(random.nextInt(300)));
          default -> {
            if (!places.isEmpty()) {
              int place = random.nextInt(places.size());
              if (places.get(place).cancel()) {
                forget.get(place).run();
              }
            }
          }
        }
      }
      for (Guest one : guests) {
        for (int i = 0; i < 400; i++) {
          one.free();
        }
      }
      clock.advance(Duration.ofMinutes(2));
      for (int i = 0; i < guests.size(); i++) {
        assertEquals(expected.get(i), guests.get(i).served(), "round " + round);
        assertFalse(guests.get(i).party().hasHeld());
      }
      assertEquals(0, clock.pending());
    }
  }

  /** A waiter with a rank that others have as well. */
  private static final class Ranked implements Waiter {
    private boolean isReady;
    private boolean isGranted;

    @Override
    public Answer claim() {
      return isReady ? Answer.TAKE : Answer.HOLD;
    }

    @Override
    public long rank() {
      return 7;
    }

    @Override
    public void granted() {
      isGranted = true;
    }

    @Override
    public void declined() {}
  }

  @Test
  void forgetsNobodyWhoHasTheRankOfAnotherAtAnotherLimit() {
    Party party = RateLimiter.party();
    List<Ranked> waiters = List.of(new Ranked(), new Ranked(), new Ranked());
    for (Ranked waiter : waiters) {
      WeightedSemaphore.bounded(1, clock).queue().enqueue(1, waiter, party);
    }
    for (Ranked waiter : waiters) {
      waiter.isReady = true;
    }
    for (int slot = 0; slot < waiters.size(); slot++) {
      party.resume();
    }
    assertTrue(waiters.stream().allMatch(waiter -> waiter.isGranted));
    assertFalse(party.hasHeld());
  }
}
