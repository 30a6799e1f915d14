package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.limit.spi.Demand;
import io.millrace.plan.RateChange;
import io.millrace.plan.RateChange.Reason;
import io.millrace.plan.RateLimit;
import io.millrace.plan.RateLimit.Adaptive;
import io.millrace.signal.ServerAnswer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What an attempt returned is what the server answered. */
@DisplayName("An adaptive rate")
class AdaptiveLimitTest {
  private static final Duration ROUND_TRIP = Duration.ofMillis(50);

  private final FakeClock clock = new FakeClock();
  private final List<RateChange> changes = new ArrayList<>();
  private final Adaptive limit =
      RateLimit.adaptive().reading((answer, error, now) -> read(answer)).onChange(changes::add);

  private static ServerAnswer read(@Nullable Object answer) {
    return answer instanceof ServerAnswer said ? said : ServerAnswer.unknown();
  }

  /* Calls one after the other, each of which takes a round trip. */
  private long call(RateLimiter limiter, ServerAnswer answer) {
    Demand demand = limiter.queue().demand(null);
    long from = clock.elapsed();
    clock.advance(Duration.ofNanos(limiter.queue().earliest(demand) - clock.nanoTime()));
    long waited = clock.elapsed() - from;
    assertTrue(limiter.queue().tryTake(demand));
    clock.advance(ROUND_TRIP);
    limiter.queue().answered(demand, answer, null);
    return waited;
  }

  private void callTimes(int times, RateLimiter limiter, ServerAnswer answer) {
    for (int i = 0; i < times; i++) {
      call(limiter, answer);
    }
  }

  /* Demands as many as the limit lets go in a time, and has none answered. */
  private static int taken(RateLimiter limiter, FakeClock clock, Duration time) {
    long end = clock.elapsed() + time.toNanos();
    int taken = 0;
    while (clock.elapsed() < end) {
      taken += limiter.tryAcquire() ? 1 : 0;
      clock.advance(Duration.ofMillis(1));
    }
    return taken;
  }

  @Test
  @DisplayName("begins at its start, evenly, without a burst")
  void start() {
    RateLimiter limiter = RateLimiter.of(limit.startingAt(10), clock);
    assertTrue(limiter.tryAcquire());
    assertFalse(limiter.tryAcquire());
    clock.advance(Duration.ofMillis(100));
    assertTrue(limiter.tryAcquire());
    clock.advance(Duration.ofSeconds(60));
    assertTrue(limiter.tryAcquire());
    assertFalse(limiter.tryAcquire());
  }

  @Test
  @DisplayName("limits nothing until an attempt is refused, if it starts without a limit")
  void unlimitedAtFirst() {
    RateLimiter limiter = RateLimiter.of(limit.startingAt(Double.POSITIVE_INFINITY), clock);
    List<Demand> demands = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      Demand demand = limiter.queue().demand(null);
      assertTrue(limiter.queue().tryTake(demand));
      demands.add(demand);
    }
    clock.advance(ROUND_TRIP);
    limiter.queue().answered(demands.getLast(), ServerAnswer.granted(), null);
    assertEquals(List.of(), changes, "nothing has changed");
    limiter.queue().answered(demands.getFirst(), ServerAnswer.refused(), null);
    clock.advance(ROUND_TRIP);
    assertTrue(limiter.tryAcquire());
    assertFalse(limiter.tryAcquire());
    assertEquals(1, changes.size(), changes.toString());
    assertEquals(Reason.REFUSED, changes.getLast().reason());
    assertEquals(Double.POSITIVE_INFINITY, changes.getLast().before());
  }

  @Test
  @DisplayName("a share that is refused by chance, at any pace, does not slow it down for long")
  void refusedByChance() {
    RateLimiter limiter = RateLimiter.of(limit.startingAt(1_000), clock);
    Random random = new Random(1);
    ArrayDeque<Demand> sent = new ArrayDeque<>();
    int late = 0;
    Demand nothing = limiter.queue().demand(null);
    Demand next = limiter.queue().demand(null);
    for (int millis = 0; millis < 120_000; millis++) {
      for (int i = 0; i < 2; i++) { // at most 2,000 a second
        if (limiter.queue().tryTake(next)) {
          sent.add(next);
          late += millis >= 60_000 ? 1 : 0;
        } else {
          sent.add(nothing);
        }
        next = limiter.queue().demand(null);
      }
      while (sent.size() > 2 * ROUND_TRIP.toMillis()) {
        Demand answered = sent.remove();
        if (answered != nothing) {
          boolean isRefused = random.nextInt(20) == 0;
          limiter
              .queue()
              .answered(
                  answered, isRefused ? ServerAnswer.refused() : ServerAnswer.granted(), null);
        }
      }
      clock.advance(Duration.ofMillis(1));
    }
    assertTrue(late >= 30_000, late + " in the last minute");
  }

  private record Sent(Demand demand, long at) {}

  /* Attempts as fast as it lets them go, each of which is answered after 10 s; how many were sent in the last 20 s. */
  private int sentSlowly(RateLimiter limiter, ServerAnswer until60s, ServerAnswer then) {
    ArrayDeque<Sent> sent = new ArrayDeque<>();
    int late = 0;
    while (clock.elapsed() < Duration.ofSeconds(120).toNanos()) {
      boolean isLate = clock.elapsed() >= Duration.ofSeconds(60).toNanos();
      while (!sent.isEmpty()
          && clock.elapsed() - sent.element().at() >= Duration.ofSeconds(10).toNanos()) {
        limiter.queue().answered(sent.remove().demand(), isLate ? then : until60s, null);
      }
      Demand demand = limiter.queue().demand(null);
      if (limiter.queue().tryTake(demand)) {
        sent.add(new Sent(demand, clock.elapsed()));
        late += clock.elapsed() >= Duration.ofSeconds(100).toNanos() ? 1 : 0;
      }
      clock.advance(Duration.ofMillis(10));
    }
    return late;
  }

  @Test
  @DisplayName("where grants take much longer than refusals, does not wait for them to grow")
  void slowGrants() {
    RateLimiter limiter = RateLimiter.of(limit, clock);
    call(limiter, ServerAnswer.refused());
    int granted = sentSlowly(limiter, ServerAnswer.granted(), ServerAnswer.granted());
    assertTrue(granted > 20 * 50, granted + " in 20 s");
  }

  @Test
  @DisplayName(
      "where grants take much longer than refusals, sends one attempt at a time when all that it took for granted fails")
  void slowFailures() {
    RateLimiter limiter = RateLimiter.of(limit, clock);
    call(limiter, ServerAnswer.refused());
    int failed = sentSlowly(limiter, ServerAnswer.granted(), ServerAnswer.failed());
    assertTrue(failed > 0 && failed <= 20, failed + " in 20 s");
  }

  @Test
  @DisplayName(
      "a server that never granted anything is asked 20 times a second, also if it lets attempts hang before it refuses or fails")
  void neverGrantedButSlow() {
    RateLimiter refused = RateLimiter.of(limit.startingAt(Double.POSITIVE_INFINITY), clock);
    callTimes(20, refused, ServerAnswer.refused());
    assertTrue(refused.tryAcquire()); // never answered
    callTimes(100, refused, ServerAnswer.refused());
    long from = clock.elapsed();
    callTimes(200, refused, ServerAnswer.refused());
    long elapsed = clock.elapsed() - from;
    assertTrue(elapsed <= 10_100_000_000L, elapsed + " ns");
    assertEquals(20, changes.getLast().after());
  }

  @Test
  @DisplayName(
      "a server that lets all attempts hang before they fail, and never granted anything, is asked 20 times a second")
  void neverGrantedAndFailsLate() {
    RateLimiter limiter = RateLimiter.of(limit, clock);
    call(limiter, ServerAnswer.refused());
    int failed = sentSlowly(limiter, ServerAnswer.failed(), ServerAnswer.failed());
    assertTrue(failed >= 20 * 19 && failed <= 20 * 21, failed + " in 20 s");
  }

  @Test
  @DisplayName(
      "stays away as long as the server asks for, to the nanosecond, and comes back without a burst")
  void retryAfter() {
    RateLimiter limiter = RateLimiter.of(limit, clock);
    callTimes(50, limiter, ServerAnswer.granted());
    call(limiter, ServerAnswer.refused(Duration.ofSeconds(3)));
    clock.advance(Duration.ofSeconds(3).minusNanos(1));
    assertFalse(limiter.tryAcquire());
    clock.advance(Duration.ofNanos(1));
    assertTrue(limiter.tryAcquire());
    assertFalse(limiter.tryAcquire());
  }

  @Test
  @DisplayName("goes on at the pace it knew when a server has asked for patience")
  void resumes() {
    RateLimiter limiter = RateLimiter.of(limit, clock);
    callTimes(200, limiter, ServerAnswer.granted()); // one at a time: 20 a second
    call(limiter, ServerAnswer.refused(Duration.ofSeconds(1)));
    clock.advance(Duration.ofSeconds(1));
    long from = clock.elapsed();
    callTimes(150, limiter, ServerAnswer.granted());
    double seconds = (clock.elapsed() - from) / 1e9;
    assertTrue(seconds >= 7.5 && seconds <= 11, seconds + " s for 150");
  }

  @Test
  @DisplayName(
      "goes on at the pace it knew after an outage in which the server asks for patience again and again")
  void resumesAfterOutage() {
    for (int seconds : new int[] {1, 5, 10}) {
      RateLimiter limiter = RateLimiter.of(limit, clock);
      callTimes(200, limiter, ServerAnswer.granted()); // one at a time: 20 a second
      callTimes(50, limiter, ServerAnswer.refused(Duration.ofSeconds(seconds)));
      clock.advance(Duration.ofSeconds(seconds));
      long from = clock.elapsed();
      callTimes(150, limiter, ServerAnswer.granted());
      double took = (clock.elapsed() - from) / 1e9;
      assertTrue(took >= 7.5 && took <= 20, took + " s for 150, after waits of " + seconds + " s");
    }
  }

  @Test
  @DisplayName("obeys a server no longer than the longest wait")
  void longestWait() {
    RateLimiter limiter = RateLimiter.of(limit.longestWait(Duration.ofSeconds(10)), clock);
    call(limiter, ServerAnswer.refused(Duration.ofDays(3)));
    clock.advance(Duration.ofSeconds(10));
    assertTrue(limiter.tryAcquire());
  }

  @Test
  @DisplayName("a first refusal with a long wait says nothing of the pace")
  void nothingGranted() {
    RateLimiter limiter = RateLimiter.of(limit, clock);
    call(limiter, ServerAnswer.refused(Duration.ofSeconds(30)));
    clock.advance(Duration.ofSeconds(30));
    int taken = taken(limiter, clock, Duration.ofSeconds(10));
    assertTrue(taken >= 150, taken + " in 10 s");
  }

  @Test
  @DisplayName("never grows while it is not used")
  void unused() {
    RateLimiter limiter = RateLimiter.of(limit.startingAt(1_000), clock);
    for (int i = 0; i < 100; i++) {
      call(limiter, ServerAnswer.granted());
      clock.advance(Duration.ofSeconds(1));
    }
    assertEquals(List.of(), changes);
  }

  @Test
  @DisplayName("cuts once for all refusals of one round trip")
  void onceARoundTrip() {
    RateLimiter limiter = RateLimiter.of(limit.startingAt(1_000), clock);
    callTimes(100, limiter, ServerAnswer.granted());
    changes.clear();
    List<Demand> sent = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Demand demand = limiter.queue().demand(null);
      clock.advance(Duration.ofMillis(1));
      assertTrue(limiter.queue().tryTake(demand));
      sent.add(demand);
    }
    clock.advance(ROUND_TRIP.minusMillis(40));
    sent.forEach(demand -> limiter.queue().answered(demand, ServerAnswer.refused(), null));
    assertEquals(1, changes.stream().filter(c -> c.reason() == Reason.REFUSED).count());
  }

  @Test
  @DisplayName("stays within its bounds")
  void bounds() {
    RateLimiter limiter = RateLimiter.of(limit.startingAt(20).between(5, 30), clock);
    callTimes(200, limiter, ServerAnswer.granted());
    for (int i = 0; i < 100; i++) {
      call(limiter, ServerAnswer.refused());
      call(limiter, ServerAnswer.granted());
    }
    for (RateChange change : changes) {
      assertTrue(change.after() >= 5 && change.after() <= 30, change.toString());
    }
  }

  @Test
  @DisplayName(
      "one attempt at a time finds out when something is granted again, within its bounds and no faster than before")
  void boundsWhileBlocked() {
    RateLimiter bounded = RateLimiter.of(limit.startingAt(1).between(0.5, 1), clock);
    callTimes(20, bounded, ServerAnswer.granted());
    for (int i = 0; i < 20; i++) {
      long gap = call(bounded, ServerAnswer.refused()) + ROUND_TRIP.toNanos();
      assertTrue(gap >= 999_999_999L, gap + " ns apart, at most one a second");
      assertTrue(gap <= 2_000_000_001L, gap + " ns apart, at least one in 2 s");
    }
    RateLimiter slow = RateLimiter.of(limit.startingAt(0.5), clock);
    call(slow, ServerAnswer.granted());
    for (int i = 0; i < 10; i++) {
      long gap = call(slow, ServerAnswer.failed()) + ROUND_TRIP.toNanos();
      assertTrue(gap >= 1_999_999_999L, gap + " ns apart, not faster than before");
    }
    changes.forEach(change -> assertTrue(change.after() <= 1, change.toString()));
  }

  @Test
  @DisplayName("with nothing granted any more, one attempt at a time finds out, at most 5 s late")
  void blocked() {
    RateLimiter limiter = RateLimiter.of(limit, clock);
    callTimes(100, limiter, ServerAnswer.granted());
    long from = clock.elapsed();
    int calls = 0;
    while (clock.elapsed() - from < 60_000_000_000L) {
      call(limiter, ServerAnswer.refused());
      calls++;
    }
    assertTrue(calls <= 30, calls + " calls in 60 s");
    call(limiter, ServerAnswer.granted());
    assertTrue(call(limiter, ServerAnswer.granted()) < 100_000_000L);
  }

  @Test
  @DisplayName(
      "a server that fails is asked less often, but not one that has no limit, or never granted anything")
  void failures() {
    RateLimiter unknown = RateLimiter.of(limit, clock);
    callTimes(100, unknown, ServerAnswer.failed());
    assertTrue(call(unknown, ServerAnswer.failed()) <= ROUND_TRIP.toNanos());
    assertEquals(List.of(), changes);

    RateLimiter limited = RateLimiter.of(limit, clock);
    call(limited, ServerAnswer.granted());
    callTimes(5, limited, ServerAnswer.failed());
    assertFalse(limited.tryAcquire());
    assertEquals(Reason.BLOCKED, changes.getLast().reason());

    RateLimiter free = RateLimiter.of(limit.startingAt(Double.POSITIVE_INFINITY), clock);
    callTimes(100, free, ServerAnswer.failed());
    assertTrue(free.tryAcquire());
    assertTrue(free.tryAcquire());
  }

  @Test
  @DisplayName(
      "a server of which half of the answers fail all the time is not taken to be broken, until all of them do")
  void failuresByChance() {
    RateLimiter limiter = RateLimiter.of(limit, clock);
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      call(limiter, random.nextBoolean() ? ServerAnswer.granted() : ServerAnswer.failed());
    }
    long blocked = changes.stream().filter(change -> change.reason() == Reason.BLOCKED).count();
    assertTrue(blocked <= 10, blocked + " times blocked");
    callTimes(20, limiter, ServerAnswer.failed());
    assertEquals(Reason.BLOCKED, changes.getLast().reason());
  }

  @Test
  @DisplayName(
      "what fails for other reasons is not taken for what is refused: a cut is no deeper for it")
  void failuresAreNoRefusals() {
    RateLimiter limiter = RateLimiter.of(limit.between(1, 20), clock);
    ServerAnswer refused = ServerAnswer.refused(Duration.ofMillis(1));
    callTimes(100, limiter, ServerAnswer.granted());
    call(limiter, refused);
    for (int i = 0; i < 3_000; i++) {
      call(limiter, i % 3 == 0 ? ServerAnswer.failed() : ServerAnswer.granted());
    }
    changes.clear();
    call(limiter, refused);
    RateChange cut = changes.getLast();
    assertTrue(cut.after() >= 0.8 * cut.before(), cut.toString());
  }

  @Test
  @DisplayName(
      "where few attempts go in a second, it looks for more after so many that few are refused: at most one in 20 of 1/s")
  void slowServer() {
    RateLimiter limiter = RateLimiter.of(limit.startingAt(1), clock);
    int refused = 0;
    int calls = 0;
    long nextAt = 0;
    while (clock.elapsed() < 600_000_000_000L) {
      clock.advance(ROUND_TRIP); // refuses what comes sooner than a second after what it granted
      Demand demand = limiter.queue().demand(null);
      if (!limiter.queue().tryTake(demand)) {
        continue;
      }
      boolean isRefused = clock.elapsed() < nextAt;
      nextAt = isRefused ? nextAt : clock.elapsed() + 1_000_000_000L;
      calls++;
      refused += isRefused ? 1 : 0;
      clock.advance(ROUND_TRIP);
      limiter
          .queue()
          .answered(demand, isRefused ? ServerAnswer.refused() : ServerAnswer.granted(), null);
    }
    assertTrue(calls - refused >= 450, (calls - refused) + " granted in 600 s");
    assertTrue(refused <= calls / 20, refused + " of " + calls + " refused");
  }

  @Test
  @DisplayName("an outage is no share that fails all the time: the next one is found as soon")
  void outages() {
    RateLimiter limiter = RateLimiter.of(limit, clock);
    callTimes(20, limiter, ServerAnswer.granted());
    callTimes(700, limiter, ServerAnswer.failed()); // an hour
    callTimes(200, limiter, ServerAnswer.granted());
    changes.clear();
    callTimes(5, limiter, ServerAnswer.failed());
    assertEquals(Reason.BLOCKED, changes.getLast().reason());
  }

  @Test
  @DisplayName("looks for more also where an attempt takes many seconds")
  void longAttempts() {
    RateLimiter limiter = RateLimiter.of(limit.startingAt(5).between(1, 20), clock);
    long roundTrip = Duration.ofSeconds(8).toNanos();
    ArrayDeque<Demand> demands = new ArrayDeque<>();
    ArrayDeque<Long> times = new ArrayDeque<>();
    long nextAt = 0;
    int late = 0;
    Demand next = limiter.queue().demand(null);
    for (int second = 0; second < 900; second++) {
      for (int tick = 0; tick < 100; tick++) {
        if (limiter.queue().tryTake(next)) {
          demands.add(next);
          times.add(clock.elapsed());
          late += second >= 890 ? 1 : 0;
          next = limiter.queue().demand(null);
        }
        if (!times.isEmpty() && clock.elapsed() - times.getFirst() >= roundTrip) {
          long sentAt = times.remove();
          boolean isRefused = sentAt < nextAt && second < 120; // at first, 5 a second are granted
          nextAt = isRefused ? nextAt : sentAt + 200_000_000L;
          ServerAnswer answer = isRefused ? ServerAnswer.refused() : ServerAnswer.granted();
          limiter.queue().answered(demands.remove(), answer, null);
        }
        clock.advance(Duration.ofMillis(10));
      }
    }
    assertTrue(late >= 190, late + " in 10 s, where 200 may go");
  }

  @Test
  @DisplayName(
      "a long wait after it has looked for more is about the pace, not about a quota: it goes on at that pace")
  void longWaits() {
    RateLimiter limiter = RateLimiter.of(limit.startingAt(5).between(0.1, 10), clock);
    ServerAnswer refused = ServerAnswer.refused(Duration.ofSeconds(10));
    double level = 5;
    long last = clock.elapsed();
    int late = 0;
    while (clock.elapsed() < 1_200_000_000_000L) { // 5 a second are granted
      boolean isLate = clock.elapsed() >= 600_000_000_000L;
      level = Math.min(5, level + 5 * (clock.elapsed() - last) / 1e9);
      last = clock.elapsed();
      boolean isGranted = level >= 1;
      level -= isGranted ? 1 : 0;
      late += isLate && isGranted ? 1 : 0;
      call(limiter, isGranted ? ServerAnswer.granted() : refused);
    }
    assertTrue(late >= 1_800, late + " in 600 s, of 3,000");
  }

  @Test
  @DisplayName("learns nothing from answers that cannot be read")
  void unreadable() {
    RateLimiter limiter =
        RateLimiter.of(
            limit.reading(
                (answer, error, now) -> {
                  throw new IllegalStateException("broken");
                }),
            clock);
    callTimes(100, limiter, ServerAnswer.refused());
    assertEquals(List.of(), changes);
  }

  @Test
  @DisplayName(
      "a server that never granted anything is asked 20 times a second: of refusals alone nothing is learnt")
  void neverGranted() {
    RateLimiter limiter = RateLimiter.of(limit.startingAt(Double.POSITIVE_INFINITY), clock);
    long from = clock.elapsed();
    callTimes(200, limiter, ServerAnswer.refused());
    long elapsed = clock.elapsed() - from;
    assertTrue(elapsed >= 9_900_000_000L && elapsed <= 10_100_000_000L, elapsed + " ns");
    call(limiter, ServerAnswer.refused(Duration.ofSeconds(30)));
    long waited = call(limiter, ServerAnswer.refused());
    assertEquals(Duration.ofSeconds(30).toNanos(), waited);
    assertEquals(20, changes.getLast().after());
    callTimes(100, limiter, ServerAnswer.granted());
    assertTrue(call(limiter, ServerAnswer.granted()) < 10_000_000L, "does not grow");
  }

  @Test
  @DisplayName(
      "nothing is remembered of keys that were never refused, and little of others: of a million")
  void aMillionKeys() {
    RateLimiter limiter =
        RateLimiter.of(limit.startingAt(Double.POSITIVE_INFINITY).by((Integer key) -> key), clock);
    for (int key = 0; key < 1_000_000; key++) {
      Demand demand = limiter.queue().demand(key);
      assertTrue(limiter.queue().tryTake(demand));
      limiter.queue().answered(demand, ServerAnswer.granted(), null);
    }
    assertEquals(0, limiter.keys());
    int most = 0;
    for (int key = 0; key < 1_000_000; key++) {
      Demand demand = limiter.queue().demand(key);
      assertTrue(limiter.queue().tryTake(demand));
      clock.advance(Duration.ofMillis(1));
      limiter.queue().answered(demand, ServerAnswer.refused(), null);
      most = Math.max(most, limiter.keys());
    }
    assertTrue(most <= 3_000, most + " keys");
  }

  @Test
  @DisplayName(
      "what a key has learnt is forgotten a minute after its last attempt, if there are too many keys")
  void forgotten() {
    RateLimiter limiter =
        RateLimiter.of(
            limit.startingAt(Double.POSITIVE_INFINITY).by((Integer key) -> key).idleKeys(0), clock);
    List<Demand> sent = new ArrayList<>();
    for (int key = 0; key < 100; key++) {
      for (int i = 0; i < 2; i++) {
        Demand demand = limiter.queue().demand(key);
        assertTrue(limiter.queue().tryTake(demand));
        sent.add(demand);
      }
    }
    clock.advance(ROUND_TRIP);
    sent.forEach(demand -> limiter.queue().answered(demand, ServerAnswer.refused(), null));
    clock.advance(ROUND_TRIP);
    sent.clear();
    for (int key = 0; key < 100; key++) {
      Demand demand = limiter.queue().demand(key);
      assertTrue(limiter.queue().tryTake(demand));
      limiter.queue().answered(demand, ServerAnswer.granted(), null);
    }
    clock.advance(Duration.ofSeconds(59));
    assertTrue(limiter.tryAcquireFor(100));
    assertEquals(100, limiter.keys());
    clock.advance(Duration.ofSeconds(2));
    for (int i = 0; i < 100; i++) {
      Demand demand = limiter.queue().demand(101);
      limiter.queue().answered(demand, ServerAnswer.refused(), null);
    }
    assertTrue(limiter.keys() <= 1, limiter.keys() + " keys");
  }

  @Test
  @DisplayName(
      "a refusal counts for its key though the key was forgotten while the attempt was under way")
  void refusedAfterForgotten() {
    RateLimiter limiter =
        RateLimiter.of(
            limit.startingAt(Double.POSITIVE_INFINITY).by((String key) -> key).idleKeys(0), clock);
    limiter.pause("slow", Duration.ofMillis(1));
    clock.advance(Duration.ofSeconds(2));
    Demand slow = limiter.queue().demand("slow");
    assertTrue(limiter.queue().tryTake(slow));
    clock.advance(Duration.ofSeconds(2));
    for (int i = 0; i < 3; i++) {
      limiter.pause("other" + i, Duration.ZERO);
    }
    limiter.queue().answered(slow, ServerAnswer.refused(Duration.ofSeconds(5)), null);
    clock.advance(Duration.ofSeconds(5).minusNanos(1));
    assertFalse(limiter.tryAcquireFor("slow"));
    clock.advance(Duration.ofNanos(1));
    assertTrue(limiter.tryAcquireFor("slow"));
  }

  @Test
  @DisplayName(
      "a key that granted something before its first refusal is asked at most every 5 s while it refuses all")
  void grantedBefore() {
    RateLimiter limiter =
        RateLimiter.of(limit.startingAt(Double.POSITIVE_INFINITY).by(key -> "key"), clock);
    Demand first = limiter.queue().demand(null);
    assertTrue(limiter.queue().tryTake(first));
    limiter.queue().answered(first, ServerAnswer.granted(), null);
    assertEquals(0, limiter.keys());
    long from = clock.elapsed();
    int calls = 0;
    while (clock.elapsed() - from < 60_000_000_000L) {
      call(limiter, ServerAnswer.refused());
      calls++;
    }
    assertTrue(calls <= 30, calls + " calls in 60 s");
  }

  @Test
  @DisplayName("a pause of everybody holds keys of which nothing is known")
  void pauseOfAll() {
    RateLimiter limiter =
        RateLimiter.of(limit.startingAt(Double.POSITIVE_INFINITY).by((String key) -> key), clock);
    assertTrue(limiter.tryAcquireFor("a"));
    limiter.pause(Duration.ofSeconds(3));
    assertFalse(limiter.tryAcquireFor("a"));
    assertFalse(limiter.tryAcquireFor("b"));
    clock.advance(Duration.ofSeconds(3));
    assertTrue(limiter.tryAcquireFor("b"));
  }

  @Test
  @DisplayName("a key whose equals throws when it is refused does no harm")
  void brokenKey() {
    record Broken() {
      @Override
      public boolean equals(Object other) {
        throw new IllegalStateException("broken");
      }

      @Override
      public int hashCode() {
        return 1;
      }
    }
    RateLimiter limiter =
        RateLimiter.of(limit.startingAt(Double.POSITIVE_INFINITY).by((Object key) -> key), clock);
    Demand first = limiter.queue().demand(new Broken());
    Demand second = limiter.queue().demand(new Broken());
    assertTrue(limiter.queue().tryTake(first));
    assertTrue(limiter.queue().tryTake(second));
    limiter.queue().answered(first, ServerAnswer.refused(), null);
    limiter.queue().answered(second, ServerAnswer.refused(), null);
    assertEquals(1, limiter.keys());
  }

  @Test
  @DisplayName("each key has a rate of its own")
  void perKey() {
    RateLimiter limiter = RateLimiter.of(limit.startingAt(1_000).by((String key) -> key), clock);
    Demand slow = limiter.queue().demand("slow");
    assertTrue(limiter.queue().tryTake(slow));
    clock.advance(ROUND_TRIP);
    limiter.queue().answered(slow, ServerAnswer.refused(Duration.ofSeconds(60)), null);
    assertTrue(limiter.tryAcquireFor("fast"));
    assertFalse(limiter.tryAcquireFor("slow"));
  }

  @Test
  @DisplayName("a permit that was given back is there again")
  void giveBack() {
    RateLimiter limiter = RateLimiter.of(limit, clock);
    Demand demand = limiter.queue().demand(null);
    assertTrue(limiter.queue().tryTake(demand));
    assertFalse(limiter.tryAcquire());
    limiter.queue().giveBack(demand);
    assertTrue(limiter.tryAcquire());
    assertFalse(limiter.tryAcquire());
  }

  @Test
  @DisplayName("the listener runs without the lock, and what it throws does no harm")
  void listener() {
    List<Integer> waiters = new ArrayList<>();
    RateLimiter[] limiter = new RateLimiter[1];
    limiter[0] =
        RateLimiter.of(
            limit.onChange(
                change -> {
                  waiters.add(limiter[0].waiters());
                  throw new IllegalStateException("broken listener");
                }),
            clock);
    callTimes(50, limiter[0], ServerAnswer.granted());
    call(limiter[0], ServerAnswer.refused());
    assertFalse(waiters.isEmpty());
  }

  @Test
  @DisplayName("wrapped functions tell it what came of their calls")
  void wrapped() throws Exception {
    RateLimiter limiter = RateLimiter.of(limit, clock);
    Callable<ServerAnswer> refused =
        limiter.wrap(() -> ServerAnswer.refused(Duration.ofSeconds(2)));
    refused.call();
    clock.advance(Duration.ofMillis(1_999));
    assertFalse(limiter.tryAcquire());
    clock.advance(Duration.ofMillis(1));
    assertTrue(limiter.tryAcquire());
  }

  @Test
  @DisplayName("refuses bounds that make no sense, with what is allowed")
  void badArguments() {
    assertThrows(IllegalArgumentException.class, () -> limit.startingAt(0));
    assertThrows(IllegalArgumentException.class, () -> limit.startingAt(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> limit.between(-1, 5));
    var inverted = assertThrows(IllegalArgumentException.class, () -> limit.between(10, 5));
    assertTrue(inverted.getMessage().contains("10.0"), inverted.getMessage());
    assertTrue(inverted.getMessage().contains("5.0"), inverted.getMessage());
  }
}
