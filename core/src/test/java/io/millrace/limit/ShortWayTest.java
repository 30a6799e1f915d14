package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.limit.spi.Waiter;
import io.millrace.limit.spi.Waiting;
import io.millrace.plan.RateLimit;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

@DisplayName("The short way past the lock of a limiter")
class ShortWayTest {
  private static final RateLimit.TokenBucket LIMIT = RateLimit.perSecond(1).burst(10);

  private final Side side = new Side(LIMIT, true);

  private static RateLimit limit(double permits, double burst) {
    return RateLimit.per(permits, Duration.ofSeconds(1)).burst(burst);
  }

  /** A limiter, with the short way or without it, and its clock. */
  private static final class Side {
    private final FakeClock clock;
    private final Turnstile turnstile;
    private final List<String> told = new ArrayList<>();
    private final List<RateDemand> demands = new ArrayList<>();
    private final List<Waiting> places = new ArrayList<>();
    private Leaves leaves;
    private LongSupplier lateness = () -> 0;
    /* Every turn at the lock that begins with a new demand searches for its gate. */
    private int searches;

    Side(RateLimit limit, boolean hasShortWay) {
      leaves = new Leaves(limit);
      clock = new FakeClock(() -> lateness.getAsLong());
      long start = clock.nanoTime();
      turnstile =
          new Turnstile(
              clock, start, self -> gates(new OneGate(leaves.gate(self, start)), hasShortWay));
    }

    private Gates gates(OneGate gates, boolean hasShortWay) {
      return new Gates() {
        @Override
        public ShortWay shortWay() {
          return hasShortWay ? gates.shortWay() : null;
        }

        @Override
        public Spot search(Key key) {
          searches++;
          return gates.search(key);
        }

        @Override
        public boolean isOpen(Key key) {
          return gates.isOpen(key);
        }

        @Override
        public void granted(Key key) {
          gates.granted(key);
        }

        @Override
        public Gate at(Spot spot, long now) {
          return gates.at(spot, now);
        }

        @Override
        public void paused(Turn turn) {
          gates.paused(turn);
        }

        @Override
        public void added(Turn turn) {
          gates.added(turn);
        }

        @Override
        public List<Gate> change(Leaves leaves, Turn turn) {
          return gates.change(leaves, turn);
        }

        @Override
        public void answered(Gate gate) {
          gates.answered(gate);
        }

        @Override
        public void trim(long now) {
          gates.trim(now);
        }

        @Override
        public int keys() {
          return gates.keys();
        }

        @Override
        public void awaited(Gate gate, boolean isAwaited) {
          gates.awaited(gate, isAwaited);
        }

        @Override
        public List<Gate> awaited() {
          return gates.awaited();
        }
      };
    }

    private RateDemand demand(long cost) {
      RateDemand demand = demandOf(cost);
      demands.add(demand);
      return demand;
    }

    String tryTake(long cost, long age) {
      RateDemand demand = demand(cost);
      boolean taken = turnstile.tryTake(demand, clock.nanoTime() - age, null);
      return taken ? "taken at " + demand.takenAt() : "not taken";
    }

    boolean tryTake(long cost) {
      return turnstile.tryTake(demand(cost), null);
    }

    String earliest(long cost) {
      return "earliest " + turnstile.earliest(demandOf(cost));
    }

    String enqueue(long cost, Waiter.Answer answer) {
      int number = places.size();
      RateDemand demand = demand(cost);
      places.add(
          turnstile.enqueue(
              demand,
              new Waiter() {
                @Override
                public Answer claim() {
                  return answer;
                }

                @Override
                public void granted() {
                  told.add(number + " at " + demand.takenAt());
                }

                @Override
                public void declined() {
                  told.add(number + " declined");
                }
              },
              null));
      return "queued up";
    }

    String cancel(int place) {
      return "cancelled " + places.get(place).cancel();
    }

    String giveBack(int demand) {
      return "given back " + turnstile.giveBack(demands.get(demand));
    }

    String settle(int demand, long excess) {
      RateDemand taken = demands.get(demand);
      if (taken.takenAt() == 0) {
        return "not taken";
      }
      turnstile.settle(taken, new long[] {excess});
      return "settled";
    }

    String pause(long nanos) {
      turnstile.pauseAll(nanos);
      return "paused";
    }

    String change(RateLimit limit) {
      turnstile.change(() -> leaves, () -> leaves = new Leaves(limit));
      return "changed";
    }

    String advance(long nanos) {
      clock.advance(nanos);
      return "advanced";
    }

    String look() {
      return turnstile.waiters() + " of them paused " + turnstile.pausedWaiters();
    }
  }

  /** Does the same things to a limiter with the short way and to one without it. */
  private static final class Trial {
    private static final int STEPS = 80;
    private static final int ENOUGH = 1_000_000;

    private final Random random;
    private final List<String> log = new ArrayList<>();
    private final double permits;
    private final double nanosPerPermit;
    private final double burst;
    private final Side shortly;
    private final Side locked;

    Trial(long seed) {
      random = new Random(seed);
      permits = Math.pow(10, random.nextInt(13) - 4) * (1 + random.nextInt(9));
      nanosPerPermit = 1e9 / permits;
      burst = randomBurst();
      shortly = new Side(limit(permits, burst), true);
      locked = new Side(limit(permits, burst), false);
      if (random.nextInt(3) == 0) {
        int most = 1 + random.nextInt(20_000_000);
        Random first = new Random(seed);
        Random second = new Random(seed);
        shortly.lateness = () -> first.nextInt(most);
        locked.lateness = () -> second.nextInt(most);
      }
    }

    private double randomBurst() {
      return switch (random.nextInt(5)) {
        case 0 -> 1;
        case 1 -> 1 + random.nextInt(4);
        case 2 -> 1 + 10 * random.nextDouble();
        case 3 -> 100;
        default -> 1e15;
      };
    }

    private long randomCost() {
      return switch (random.nextInt(12)) {
        case 0 -> 0;
        case 1 -> (long) burst;
        case 2 -> 1 + random.nextInt(5);
        case 3 -> 1L << random.nextInt(50);
        default -> 1;
      };
    }

    private long randomNanos() {
      return switch (random.nextInt(8)) {
        case 0 -> random.nextInt(10);
        case 1 -> (long) (nanosPerPermit * burst * random.nextDouble()) % (1L << 50);
        case 2 -> (long) (nanosPerPermit * burst) % (1L << 50);
        case 3 -> random.nextInt(10_000_000);
        default -> (long) (nanosPerPermit * 2 * random.nextDouble());
      };
    }

    private interface Step {
      String on(Side side);
    }

    private void same(String what, Step step) {
      String expected = step.on(locked);
      String actual = step.on(shortly);
      log.add(what + ": " + expected);
      assertEquals(expected, actual, () -> String.join("\n", log));
      assertEquals(locked.told, shortly.told, () -> String.join("\n", log));
    }

    int run() {
      if (random.nextInt(4) == 0) { // so that the level is not that of a full bucket at first
        RateLimit higher = limit(permits, burst + 1 + random.nextInt(5));
        same("change to " + higher, side -> side.change(higher));
      }
      for (int step = 0; step < STEPS; step++) {
        step(random.nextInt(100));
      }
      ending();
      return locked.searches - shortly.searches;
    }

    private void step(int kind) {
      long cost = randomCost();
      long nanos = randomNanos();
      int demands = locked.demands.size();
      int places = locked.places.size();
      if (kind < 25) {
        same("advance " + nanos, side -> side.advance(nanos));
      } else if (kind < 65) {
        long age = random.nextInt(5) == 0 ? nanos : 0;
        same("take " + cost + " of " + age + " ago", side -> side.tryTake(cost, age));
      } else if (kind < 75 && demands > 0) {
        int demand = demands - 1 - random.nextInt(Math.min(demands, 1 + random.nextInt(10)));
        same("give back " + demand, side -> side.giveBack(demand));
      } else if (kind < 83 && demands > 0) {
        int demand = demands - 1 - random.nextInt(Math.min(demands, 3));
        long excess = random.nextInt(7) - 3;
        same("settle " + demand + " by " + excess, side -> side.settle(demand, excess));
      } else if (kind < 86) {
        same("pause " + nanos, side -> side.pause(1 + nanos / 4));
      } else if (kind < 90) {
        RateLimit limit = limit(permits * (1 + random.nextInt(4)) / 2, randomBurst());
        same("change to " + limit, side -> side.change(limit));
      } else if (kind < 92) {
        boolean takes = random.nextBoolean();
        Waiter.Answer answer = takes ? Waiter.Answer.TAKE : Waiter.Answer.LEAVE;
        same("enqueue " + cost + " to " + answer, side -> side.enqueue(cost, answer));
      } else if (kind < 95 && places > 0) {
        int place = places - 1 - random.nextInt(Math.min(places, 3));
        same("cancel " + place, side -> side.cancel(place));
      } else if (kind < 98) {
        same("ask for " + cost, side -> side.earliest(cost));
      } else {
        same("look", Side::look);
      }
    }

    /* What is left, and what giving all of it back restores. */
    private void ending() {
      same("look at the end", Side::look);
      for (int place = 0; place < locked.places.size(); place++) {
        int leaving = place;
        same("cancel " + place, side -> side.cancel(leaving));
      }
      same("look", Side::look);
      for (int demand = 0; demand < locked.demands.size(); demand++) {
        int returned = demand;
        same("give back " + demand, side -> side.giveBack(returned));
        for (long cost = 1; cost <= Math.min(ENOUGH, burst); cost *= 3) {
          long asked = cost;
          same("ask for " + cost, side -> side.earliest(asked));
        }
      }
    }
  }

  @RepeatedTest(20)
  void decidesAsTheLockDoes(RepetitionInfo repetition) {
    int shortly = 0;
    int trials = 200;
    for (int trial = 0; trial < trials; trial++) {
      shortly += new Trial(1_000L * repetition.getCurrentRepetition() + trial).run();
    }
    assertTrue(shortly > trials, () -> "it is hardly ever taken");
  }

  /* Then the fastest rate since the oldest level that counts is that of now, for either. */
  @Test
  void givesBackTheSameAfterTheRateWasLoweredAtTheInstantOfATake() {
    assertEquals(
        untilFullAfterALowerRate(new Side(limit(1_000, 2_000), false)),
        untilFullAfterALowerRate(new Side(limit(1_000, 2_000), true)));
  }

  private static String untilFullAfterALowerRate(Side side) {
    side.tryTake(1);
    side.change(limit(100, 2_000));
    side.giveBack(0);
    side.tryTake(1);
    side.tryTake(1_000);
    side.advance(10_000_000);
    side.tryTake(5);
    for (int take = 0;
        take < 16;
        take++) { // more levels than a bucket remembers: the first two become one
      side.advance(10_000_000);
      side.tryTake(20);
    }
    side.giveBack(3);
    side.giveBack(2);
    return side.earliest(2_000);
  }

  @Test
  void takesAtNoEarlierTimeThanAnybodyHasBrought() {
    Side side = new Side(LIMIT, true);
    side.tryTake(10);
    side.advance(20_000_000_000L);
    side.earliest(10);
    assertTrue(side.tryTake(10, 10_000_000_000L).startsWith("taken"), "full since long ago");
    assertFalse(side.tryTake(1), "what was full before cannot flow in again");
  }

  @Test
  void isOpenFromTheFirstTakeOn() {
    assertTrue(side.tryTake(1));
    assertEquals(1, side.searches);
    for (int take = 1; take < 10; take++) {
      assertTrue(side.tryTake(1));
    }
    for (int take = 0; take < 100; take++) {
      side.advance(10_000_000_000L);
      assertTrue(side.tryTake(9));
      String ofAnEarlierTime = side.tryTake(1, 1_000);
      assertEquals("taken at " + side.clock.nanoTime(), ofAnEarlierTime);
    }
    assertEquals(1, side.searches, "turns at the lock");
  }

  @Test
  void isOpenAgainAfterATakeThatFindsTheLevelOfTheFirst() {
    side.tryTake(10);
    side.advance(1_000_000_000);
    assertFalse(side.tryTake(2));
    assertTrue(side.tryTake(1));
    side.advance(10_000_000_000L);
    assertTrue(side.tryTake(1));
    int before = side.searches;
    assertTrue(side.tryTake(1));
    assertEquals(before, side.searches, "turns at the lock");
  }

  @Test
  void isClosedWhileSomebodyWaits() {
    side.tryTake(8);
    side.enqueue(3, Waiter.Answer.TAKE);
    assertFalse(side.tryTake(1), "overtakes who waits for more");
    side.cancel(0);
    assertTrue(side.tryTake(1));
  }

  @Test
  void isClosedDuringAPauseAndAfterIt() {
    side.tryTake(1);
    side.pause(1_000_000);
    assertFalse(side.tryTake(1));
    side.advance(1_000_000);
    assertTrue(side.tryTake(1), "one call");
    assertFalse(side.tryTake(1), "not a second one");
  }

  @Test
  void givesBackWhatItTook() {
    side.tryTake(1);
    side.tryTake(9);
    assertFalse(side.tryTake(1));
    side.giveBack(1);
    assertTrue(side.tryTake(9));
    assertFalse(side.tryTake(1));
  }

  @Test
  void grantsAllThatFlowedInWhileWakeUpsWereLate() {
    Side late = new Side(limit(1_000, 1), true);
    late.lateness = () -> 4_000_000;
    assertTrue(late.tryTake(1));
    late.enqueue(1, Waiter.Answer.TAKE);
    late.advance(5_000_000);
    assertEquals(1, late.told.size());
    late.advance(5_000_000); // the last instant that counts as late
    for (int take = 0; take < 6; take++) {
      assertTrue(late.tryTake(1));
    }
    assertFalse(late.tryTake(1));
  }

  @Test
  void isOpenAgainAfterALateWakeUp() {
    Side late = new Side(limit(1_000, 1), true);
    late.lateness = () -> 4_000_000;
    late.tryTake(1);
    late.enqueue(1, Waiter.Answer.TAKE);
    late.advance(5_000_000);
    late.advance(1_000_000_000);
    assertTrue(late.tryTake(1));
    int before = late.searches;
    late.advance(1_000_000_000);
    assertTrue(late.tryTake(1));
    assertEquals(before, late.searches, "turns at the lock");
  }

  @Test
  void remembersNothingButNumbers() {
    for (var component : Level.class.getRecordComponents()) {
      assertTrue(component.getType().isPrimitive(), component::getName);
    }
  }

  /** Threads that do things to one limiter at the same time. */
  private static final class Crowd {
    private final List<Running<Void>> threads = new ArrayList<>();

    void start(int count, Consumer<SplittableRandom> task) {
      for (int thread = 0; thread < count; thread++) {
        SplittableRandom random = new SplittableRandom();
        FutureTask<Void> result = new FutureTask<>(() -> task.accept(random), null);
        Thread.Builder builder =
            random.nextBoolean() ? Thread.ofVirtual() : Thread.ofPlatform().daemon();
        threads.add(new Running<>(builder.start(result), result));
      }
    }

    void join() throws Exception {
      for (Running<Void> thread : threads) {
        thread.join();
      }
    }
  }

  @RepeatedTest(20)
  void losesNoPermitOfAStandingClockAndGrantsNoneTwice() throws Exception {
    int burst = 1_000;
    Side side = new Side(LIMIT.burst(burst), true);
    Turnstile turnstile = side.turnstile;
    AtomicLong taken = new AtomicLong();
    Crowd crowd = new Crowd();
    crowd.start(
        3,
        random -> {
          Deque<RateDemand> mine = new ArrayDeque<>();
          for (int step = 0; step < 3_000; step++) {
            RateDemand demand = demandOf(1 + random.nextInt(3));
            if (turnstile.tryTake(demand, null)) {
              taken.addAndGet(demand.cost(0));
              mine.add(demand);
            }
            if (random.nextInt(20) == 0 && !mine.isEmpty()) {
              RateDemand returned = mine.remove();
              assertTrue(turnstile.giveBack(returned));
              taken.addAndGet(-returned.cost(0));
            }
          }
          for (RateDemand returned : mine) {
            if (random.nextInt(3) > 0) {
              assertTrue(turnstile.giveBack(returned));
              taken.addAndGet(-returned.cost(0));
            }
          }
        });
    crowd.start(
        1,
        random -> {
          for (int step = 0; step < 1_000; step++) {
            switch (random.nextInt(4)) {
              case 0 -> turnstile.waiters();
              case 1 -> turnstile.earliest(demandOf(1));
              case 2 -> side.change(LIMIT.burst(burst));
              default -> {
                RateDemand demand = demandOf(1 + random.nextInt(burst));
                turnstile.enqueue(demand, new Counting(taken, demand), null).cancel();
              }
            }
          }
        });
    crowd.join();
    long left = 0;
    while (side.tryTake(1)) {
      left++;
    }
    assertEquals(burst, taken.get() + left);
  }

  private static RateDemand demandOf(long cost) {
    return new RateDemand(null, new long[] {cost});
  }

  /** Takes what it is offered, and counts it. */
  private record Counting(AtomicLong taken, RateDemand demand) implements Waiter {
    @Override
    public Answer claim() {
      taken.addAndGet(demand.cost(0));
      return Answer.TAKE;
    }

    @Override
    public void granted() {}

    @Override
    public void declined() {}
  }

  @RepeatedTest(20)
  void grantsWhatFlowsInWhileTimeGoesOn() throws Exception {
    double nanosPerPermit = 100;
    int burst = 20;
    Side side = new Side(limit(1e9 / nanosPerPermit, burst), true);
    Turnstile turnstile = side.turnstile;
    long start = side.clock.nanoTime();
    AtomicLong elapsed = new AtomicLong();
    Queue<RateDemand> taken = new ConcurrentLinkedQueue<>();
    Crowd crowd = new Crowd();
    crowd.start(
        3,
        random -> {
          for (int step = 0; step < 3_000; step++) {
            long more = random.nextInt(100) == 0 ? random.nextInt(3_000) : random.nextInt(100);
            long now = start + elapsed.addAndGet(more);
            RateDemand demand = demandOf(1);
            if (turnstile.tryTake(demand, now, null)) {
              taken.add(demand);
            }
          }
        });
    crowd.start(
        1,
        random -> {
          for (int step = 0; step < 1_000; step++) {
            turnstile.earliest(demandOf(1 + random.nextInt(burst)));
            turnstile.pausedWaiters();
          }
        });
    crowd.join();
    side.advance(elapsed.get());
    LevelBucket bucket = new LevelBucket(nanosPerPermit, burst, start);
    List<RateDemand> inOrder =
        taken.stream().sorted(Comparator.comparingLong(each -> each.takenAt() - start)).toList();
    for (RateDemand demand : inOrder) {
      long at = demand.takenAt();
      assertTrue(bucket.availableAt(1) - at <= 0, "more than flows in");
      bucket.take(at, 1, at);
    }
    long end = side.clock.nanoTime();
    for (RateDemand demand : inOrder.reversed().subList(0, 200)) {
      for (int cost = 1; cost <= burst; cost++) {
        long expected = Bucket.later(bucket.availableAt(cost), end);
        assertEquals(expected, turnstile.earliest(demandOf(cost)), "what is left");
      }
      assertTrue(turnstile.giveBack(demand));
      bucket.giveBack(end, demand.takenAt(), 1);
    }
  }

  @RepeatedTest(20)
  void overtakesNobodyWhoWaits() throws Exception {
    Side side = new Side(LIMIT.burst(1_000_000), true);
    Turnstile turnstile = side.turnstile;
    side.tryTake(1);
    AtomicLong epoch = new AtomicLong(); // odd while somebody waits
    Crowd crowd = new Crowd();
    crowd.start(
        2,
        random -> {
          for (int step = 0; step < 10_000; step++) {
            long before = epoch.get();
            boolean isTaken = turnstile.tryTake(demandOf(1), null);
            boolean isAwaited = before % 2 == 1 && epoch.get() == before;
            assertFalse(isTaken && isAwaited, "has overtaken who waits");
          }
        });
    crowd.start(
        1,
        random -> {
          for (int step = 0; step < 1_000; step++) {
            RateDemand demand = demandOf(1_000_000);
            Waiting place = turnstile.enqueue(demand, new Counting(new AtomicLong(), demand), null);
            epoch.incrementAndGet();
            turnstile.waiters();
            epoch.incrementAndGet();
            assertTrue(place.cancel());
          }
        });
    crowd.join();
  }

  @RepeatedTest(100)
  void grantsNothingOnceAPauseHasBegun() throws Exception {
    Side side = new Side(LIMIT.burst(1_000_000), true);
    Turnstile turnstile = side.turnstile;
    side.tryTake(1);
    AtomicBoolean isPaused = new AtomicBoolean();
    Crowd crowd = new Crowd();
    crowd.start(
        2,
        random -> {
          boolean wasPaused = false;
          while (!wasPaused) {
            wasPaused = isPaused.get();
            boolean isTaken = turnstile.tryTake(demandOf(1), null);
            assertFalse(isTaken && wasPaused, "taken in the pause");
          }
        });
    crowd.start(
        1,
        random -> {
          side.pause(1_000_000);
          isPaused.set(true);
        });
    crowd.join();
  }
}
