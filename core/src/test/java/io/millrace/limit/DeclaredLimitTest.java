package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.limit.spi.Demand;
import io.millrace.limit.spi.Waiter;
import io.millrace.plan.Cost;
import io.millrace.plan.RateLimit;
import io.millrace.plan.RateLimit.Declared;
import io.millrace.signal.DeclaredLimit;
import io.millrace.signal.DeclaredLimit.Unit;
import io.millrace.signal.ServerAnswer;
import io.millrace.signal.ServerAnswer.Kind;
import io.millrace.signal.Signals;
import io.millrace.signal.Signals.Repeat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What an attempt returned is what the server answered. An item is what it takes of tokens. */
@DisplayName("S8: A limit that the server declares")
class DeclaredLimitTest {
  private static final Duration ROUND_TRIP = Duration.ofMillis(50);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final ServerAnswer NOTHING = ServerAnswer.granted();

  private final FakeClock clock = new FakeClock();

  private static Declared limit(double first) {
    return RateLimit.declaredByServer(first).reading((answer, error, now) -> read(answer));
  }

  private static ServerAnswer read(@Nullable Object answer) {
    return answer instanceof ServerAnswer said ? said : ServerAnswer.unknown();
  }

  private RateLimiter limiter(RateLimit limit) {
    return RateLimiter.of(limit, clock);
  }

  private static DeclaredLimit requests(long remaining, Duration reset) {
    return limit("requests", Unit.REQUESTS, remaining, reset);
  }

  private static DeclaredLimit limit(String name, Unit unit, long remaining, Duration reset) {
    return DeclaredLimit.of(name, unit).remaining(remaining).resetsIn(reset);
  }

  private static ServerAnswer said(DeclaredLimit... limits) {
    return new ServerAnswer(Kind.GRANTED, Signals.declaring(List.of(limits)));
  }

  private static ServerAnswer refused(DeclaredLimit... limits) {
    return new ServerAnswer(Kind.REFUSED, Signals.declaring(List.of(limits)));
  }

  private Demand take(RateLimiter limiter, @Nullable Object item) {
    Demand demand = limiter.queue().demand(item);
    assertTrue(limiter.queue().tryTake(demand), "a permit");
    return demand;
  }

  private void call(RateLimiter limiter, @Nullable Object item, ServerAnswer answer) {
    Demand demand = take(limiter, item);
    clock.advance(ROUND_TRIP);
    limiter.queue().answered(demand, answer, null);
  }

  private void call(RateLimiter limiter, ServerAnswer answer) {
    call(limiter, null, answer);
  }

  private double seconds(RateLimiter limiter, @Nullable Object item) {
    return (limiter.queue().earliest(limiter.queue().demand(item)) - clock.nanoTime()) / 1e9;
  }

  private double seconds(RateLimiter limiter) {
    return seconds(limiter, null);
  }

  private void advanceSeconds(double seconds) {
    clock.advance(Duration.ofNanos((long) Math.ceil(seconds * 1e9)));
  }

  private int taken(RateLimiter limiter, Duration time) {
    long end = clock.elapsed() + time.toNanos();
    int taken = 0;
    while (clock.elapsed() < end) {
      taken += limiter.tryAcquire() ? 1 : 0;
      clock.advance(Duration.ofMillis(1));
    }
    return taken;
  }

  private static void assertBetween(double least, double most, double actual) {
    assertTrue(actual >= least && actual <= most, actual + ", not from " + least + " to " + most);
  }

  @Test
  @DisplayName("begins with its first rate, evenly, without a burst")
  void first() {
    RateLimiter limiter = limiter(limit(10));
    clock.advance(MINUTE);
    assertTrue(limiter.tryAcquire());
    assertFalse(limiter.tryAcquire());
    clock.advance(Duration.ofMillis(99));
    assertFalse(limiter.tryAcquire());
    clock.advance(Duration.ofMillis(1));
    assertTrue(limiter.tryAcquire());
  }

  @Test
  @DisplayName("spreads what remains over the time until the reset, without a burst")
  void spreads() {
    RateLimiter limiter = limiter(limit(1));
    call(limiter, said(requests(600, MINUTE)));
    assertBetween(570, 600, taken(limiter, MINUTE));
  }

  @Test
  @DisplayName("what was not used while nobody came is spread as well, and does not come at once")
  void idle() {
    RateLimiter limiter = limiter(limit(100));
    call(limiter, said(requests(60, MINUTE)));
    clock.advance(Duration.ofSeconds(30));
    assertTrue(limiter.tryAcquire());
    assertFalse(limiter.tryAcquire());
    assertBetween(55, 59, taken(limiter, Duration.ofSeconds(29)));
  }

  @Test
  @DisplayName(
      "grants nothing while nothing remains, until the reset; then one, and the others evenly")
  void usedUp() {
    RateLimiter limiter = limiter(limit(100));
    call(limiter, said(requests(0, MINUTE).quota(600)));
    assertBetween(60, 61, seconds(limiter));
    advanceSeconds(seconds(limiter));
    Demand first = take(limiter, null);
    assertFalse(limiter.tryAcquire());
    assertBetween(0.9, 1, seconds(limiter)); // nobody knows how long a window is
    clock.advance(ROUND_TRIP);
    limiter.queue().answered(first, said(requests(599, MINUTE).quota(600)), null);
    assertBetween(0.04, 0.06, seconds(limiter));
    clock.advance(MINUTE.plusSeconds(1));
    assertTrue(limiter.tryAcquire());
    assertFalse(limiter.tryAcquire());
    assertBetween(0.1, 0.11, seconds(limiter));
  }

  @Test
  @DisplayName("a limit that falls at one stroke, or a bogus reset, does not slow it down for long")
  void oneStroke() {
    RateLimiter limiter = limiter(limit(100));
    call(limiter, said(requests(100_000, MINUTE).quota(100_000)));
    advanceSeconds(Math.max(0, seconds(limiter)));
    call(limiter, said(requests(60, MINUTE).quota(60)));
    advanceSeconds(Math.max(0, seconds(limiter)));
    call(limiter, said(requests(59, Duration.ofDays(30)).quota(60)));
    assertBetween(3_000, 3_600, seconds(limiter)); // no longer than the longest wait
    for (int i = 0; i < 3; i++) {
      advanceSeconds(Math.max(0, seconds(limiter)));
      clock.advance(MINUTE.plusSeconds(2));
      call(limiter, said(requests(60, Duration.ofSeconds(58)).quota(60)));
    }
    long from = clock.elapsed();
    for (int i = 0; i < 30; i++) {
      advanceSeconds(Math.max(0, seconds(limiter)));
      call(
          limiter,
          said(requests(59 - i, Duration.ofNanos(from + 58_000_000_000L - clock.elapsed()))));
    }
    assertBetween(20, 45, (clock.elapsed() - from) / 1e9);
  }

  @Test
  @DisplayName("what is under way counts as taken: more than remains is never sent")
  void underWay() {
    RateLimiter limiter = limiter(limit(1_000));
    List<Demand> sent = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      sent.add(take(limiter, null));
      clock.advance(Duration.ofMillis(1));
    }
    clock.advance(ROUND_TRIP);
    limiter
        .queue()
        .answered(sent.getFirst(), said(requests(12, MINUTE)), null); // of which 9 are under way
    assertEquals(3, taken(limiter, Duration.ofSeconds(59)));
  }

  @Test
  @DisplayName("of answers that come out of order, that to the last attempt counts")
  void outOfOrder() {
    RateLimiter limiter = limiter(limit(1_000));
    Demand early = take(limiter, null);
    clock.advance(Duration.ofMillis(1));
    Demand late = take(limiter, null);
    clock.advance(ROUND_TRIP);
    limiter.queue().answered(late, said(requests(0, MINUTE)), null);
    limiter.queue().answered(early, said(requests(1, MINUTE)), null);
    assertBetween(60, 61, seconds(limiter));
  }

  @Test
  @DisplayName(
      "an answer from before the reset, which comes after it, says nothing of the new window")
  void lateAnswer() {
    RateLimiter limiter = limiter(limit(1_000));
    call(limiter, said(requests(600, Duration.ofSeconds(10))));
    Demand slow = take(limiter, null);
    clock.advance(Duration.ofSeconds(12));
    limiter.queue().answered(slow, said(requests(0, Duration.ofSeconds(10))), null);
    assertTrue(seconds(limiter) <= 0, "free again");
  }

  @Test
  @DisplayName("how long the call took after the server had answered does not move the reset")
  void slowCall() {
    RateLimiter limiter = limiter(limit(1_000));
    Demand slow = take(limiter, null);
    clock.advance(Duration.ofMillis(1));
    Demand fast = take(limiter, null);
    clock.advance(ROUND_TRIP);
    limiter.queue().answered(fast, said(requests(100, MINUTE)), null);
    clock.advance(SECOND);
    Demand late = take(limiter, null);
    clock.advance(Duration.ofSeconds(30));
    limiter.queue().answered(late, said(requests(0, MINUTE)), null);
    limiter.queue().answered(slow, said(requests(0, MINUTE)), null);
    assertBetween(29, 30, seconds(limiter));
  }

  @Test
  @DisplayName("of windows of a minute and of a day, the slower one decides")
  void twoWindows() {
    RateLimiter limiter = limiter(limit(1));
    DeclaredLimit minute = limit("minute", Unit.REQUESTS, 600, MINUTE).window(MINUTE);
    DeclaredLimit day = limit("day", Unit.REQUESTS, 1_000, Duration.ofHours(1));
    call(limiter, said(minute, day));
    assertBetween(3, 3.7, seconds(limiter));
    advanceSeconds(seconds(limiter));
    call(limiter, said(minute.remaining(0), day));
    assertBetween(60, 61, seconds(limiter));
  }

  @Test
  @DisplayName(
      "takes requests, and tokens of prompts and of answers apart, together or none at all")
  void units() {
    RateLimiter limiter =
        limiter(
            limit(1_000)
                .costing(Unit.INPUT_TOKENS, Cost.of((Integer tokens) -> tokens))
                .costing(Unit.OUTPUT_TOKENS, Cost.of((Integer tokens) -> 10)));
    DeclaredLimit manyRequests = requests(60_000, MINUTE);
    DeclaredLimit input = limit("input", Unit.INPUT_TOKENS, 6_000, MINUTE);
    DeclaredLimit output = limit("output", Unit.OUTPUT_TOKENS, 600, MINUTE);
    call(limiter, 100, said(manyRequests, input, output));
    assertBetween(0.9, 1.1, seconds(limiter, 100)); // 100 a second of input, 10 of output
    advanceSeconds(seconds(limiter, 100));
    call(limiter, 500, said(manyRequests, input, output));
    assertBetween(4.8, 5.2, seconds(limiter, 1));
    advanceSeconds(seconds(limiter, 1));
    assertBetween(45, 60, seconds(limiter, 6_001)); // more than remains waits for the reset
    call(limiter, 1, said(manyRequests, input, output.remaining(0)));
    assertBetween(50, 61, seconds(limiter, 1));
  }

  @Test
  @DisplayName(
      "what costs more than there ever is goes after the reset, and does not wait for ever")
  void tooDear() {
    RateLimiter limiter =
        limiter(limit(1_000).costing(Unit.TOKENS, Cost.of((Integer tokens) -> tokens)));
    call(limiter, 1, said(limit("tokens", Unit.TOKENS, 1_000, MINUTE).quota(1_000)));
    assertBetween(60, 61, seconds(limiter, 5_000));
    advanceSeconds(seconds(limiter, 5_000));
    assertTrue(limiter.tryAcquireFor(5_000));
  }

  @Test
  @DisplayName("an attempt that takes nothing of a unit does not wait for it")
  void takesNothing() {
    RateLimiter limiter =
        limiter(limit(1_000).costing(Unit.TOKENS, Cost.of((Integer tokens) -> tokens)));
    call(limiter, 9, said(limit("tokens", Unit.TOKENS, 0, MINUTE)));
    assertBetween(59, 61, seconds(limiter, 1));
    call(limiter, 0, NOTHING);
    assertBetween(58, 61, seconds(limiter, 1));
    assertTrue(limiter.tryAcquireFor(0));
  }

  @Test
  @DisplayName(
      "tokens of which nobody says what an attempt takes hold everything while none remain")
  void withoutCosts() {
    RateLimiter limiter = limiter(limit(1_000));
    call(limiter, said(limit("tokens", Unit.TOKENS, 5, MINUTE)));
    assertTrue(seconds(limiter) <= 0);
    call(limiter, said(limit("tokens", Unit.TOKENS, 0, MINUTE)));
    assertBetween(60, 60, seconds(limiter));
  }

  @Test
  @DisplayName("calls at one time, and units that nobody knows, hold nothing")
  void otherUnits() {
    RateLimiter limiter = limiter(limit(1_000));
    call(
        limiter,
        said(
            limit("at once", Unit.CONCURRENT_REQUESTS, 0, MINUTE),
            limit("other", Unit.OTHER, 0, MINUTE)));
    assertTrue(seconds(limiter) <= 0);
  }

  @Test
  @DisplayName(
      "what a success turns out not to have taken is there again; what it took beyond that is owed")
  void settles() {
    RateLimiter limiter =
        limiter(
            limit(1_000)
                .costing(
                    Unit.TOKENS,
                    Cost.of((Integer tokens) -> tokens)
                        .settling((Integer tokens, Integer used) -> used)));
    call(limiter, 1, said(limit("tokens", Unit.TOKENS, 1_000, MINUTE)));
    clock.advance(SECOND);
    Demand demand = take(limiter, 900);
    assertBetween(59, 61, seconds(limiter, 200) + 1);
    limiter.queue().settle(demand, 900, 100);
    assertTrue(seconds(limiter, 200) < 58, "before the reset");
    limiter.queue().settle(demand, 900, 1_700);
    assertBetween(59, 61, seconds(limiter, 200) + 1);
  }

  @Test
  @DisplayName("what is given back is there again, once, before and after an answer")
  void givesBack() {
    RateLimiter limiter = limiter(limit(1_000));
    call(limiter, said(requests(1, MINUTE)));
    advanceSeconds(seconds(limiter));
    Demand demand = take(limiter, null);
    assertTrue(seconds(limiter) > 0);
    limiter.queue().giveBack(demand);
    limiter.queue().giveBack(demand);
    assertTrue(seconds(limiter) <= 0);
    take(limiter, null);
    assertFalse(limiter.tryAcquire());
  }

  @Test
  @DisplayName("stays away as long as the server asks for, to the nanosecond, whatever it declares")
  void retryAfter() {
    RateLimiter limiter = limiter(limit(1_000));
    call(limiter, said(requests(6_000, MINUTE)));
    clock.advance(SECOND);
    Signals wait =
        new Signals(
            Repeat.UNSAID, Optional.of(Duration.ofSeconds(3)), List.of(requests(5_000, MINUTE)));
    call(limiter, new ServerAnswer(Kind.REFUSED, wait));
    clock.advance(Duration.ofSeconds(3).minusNanos(1));
    assertFalse(limiter.tryAcquire());
    clock.advance(Duration.ofNanos(1));
    assertTrue(limiter.tryAcquire());
    assertFalse(limiter.tryAcquire());
  }

  @Test
  @DisplayName("a pause of the limiter holds it")
  void paused() {
    RateLimiter limiter = limiter(limit(1_000));
    call(limiter, said(requests(6_000, MINUTE)));
    limiter.pause(Duration.ofSeconds(7));
    assertBetween(7, 7, seconds(limiter));
  }

  @Test
  @DisplayName(
      "others use it as well: then they get their part, and what remains lasts until the reset")
  void others() {
    RateLimiter limiter = limiter(limit(1));
    long remaining = 6_000;
    long from = 0;
    for (int i = 0; i < 100; i++) {
      call(limiter, said(requests(remaining, MINUTE.minusNanos(clock.elapsed()))));
      remaining -= 10; // of which one is ours
      from = i == 49 ? clock.elapsed() : from;
      advanceSeconds(Math.max(0, seconds(limiter)));
    }
    assertBetween(
        3.5, 5.5, (clock.elapsed() - from) / 1e9); // 50 at 10 a second, or a little faster
  }

  @Test
  @DisplayName("a new window begins with all that it allows, although the old one was used up")
  void newWindow() {
    RateLimiter limiter = limiter(limit(1_000));
    call(limiter, said(requests(1, Duration.ofSeconds(20))));
    clock.advance(Duration.ofSeconds(21));
    call(limiter, said(requests(599, MINUTE)));
    assertBetween(0.04, 0.11, seconds(limiter));
  }

  @Test
  @DisplayName("a server whose clock jumps is believed anew, forwards and backwards")
  void clockJumps() {
    RateLimiter limiter = limiter(limit(1_000));
    call(limiter, said(requests(0, MINUTE)));
    advanceSeconds(seconds(limiter));
    call(limiter, said(requests(0, Duration.ofMinutes(10))));
    assertBetween(600, 601, seconds(limiter));
    advanceSeconds(seconds(limiter));
    Demand one = take(limiter, null);
    clock.advance(SECOND);
    limiter.queue().answered(one, said(requests(0, Duration.ofMinutes(10))), null);
    Demand other = limiter.queue().demand(null);
    assertFalse(limiter.queue().tryTake(other));
    clock.advance(Duration.ofMinutes(10).plusSeconds(1));
    call(limiter, said(requests(0, Duration.ofSeconds(7))));
    assertBetween(7, 8, seconds(limiter));
  }

  @Test
  @DisplayName("a reset that comes sooner than was said is heeded at once")
  void soonerReset() {
    RateLimiter limiter = limiter(limit(1_000));
    Demand one = take(limiter, null);
    clock.advance(Duration.ofMillis(1));
    Demand other = take(limiter, null);
    clock.advance(ROUND_TRIP);
    limiter.queue().answered(one, said(requests(0, Duration.ofMinutes(50))), null);
    limiter.queue().answered(other, said(requests(0, Duration.ofSeconds(10))), null);
    assertBetween(10, 11, seconds(limiter));
  }

  @Test
  @DisplayName(
      "what is declared holds until its reset, also if answers say no more of it; then the rate finds itself")
  void vanishes() {
    RateLimiter limiter = limiter(limit(20));
    call(limiter, said(requests(60, MINUTE)));
    clock.advance(SECOND);
    call(limiter, NOTHING);
    assertBetween(0.9, 1.1, seconds(limiter));
    clock.advance(MINUTE.plusSeconds(2));
    call(limiter, NOTHING);
    assertTrue(seconds(limiter) < 0.06, seconds(limiter) + " s");
    int taken = taken(limiter, Duration.ofSeconds(10));
    assertBetween(190, 1_000, taken);
  }

  @Test
  @DisplayName(
      "where nothing is declared it finds the pace that is granted, from its first rate on")
  void undeclared() {
    RateLimiter limiter = limiter(limit(20));
    for (int i = 0; i < 100; i++) {
      advanceSeconds(Math.max(0, seconds(limiter)));
      call(limiter, NOTHING);
    }
    assertTrue(seconds(limiter) < 0.045, "it has grown");
    for (int i = 0; i < 10; i++) {
      advanceSeconds(Math.max(0, seconds(limiter)));
      call(limiter, ServerAnswer.refused());
    }
    assertTrue(seconds(limiter) > 0.05, "it has slowed down");
  }

  @Test
  @DisplayName(
      "refusals that what is declared does not explain slow it down; those that it explains do not")
  void unexplained() {
    RateLimiter limiter = limiter(limit(100));
    DeclaredLimit much = requests(6_000, MINUTE);
    for (int i = 0; i < 50; i++) {
      advanceSeconds(Math.max(0, seconds(limiter)));
      call(limiter, said(much));
    }
    advanceSeconds(Math.max(0, seconds(limiter)));
    call(limiter, refused(limit("day", Unit.REQUESTS, 0, Duration.ofSeconds(9))));
    advanceSeconds(seconds(limiter));
    call(limiter, said(much));
    assertTrue(seconds(limiter) <= 0.011, "a pace as before");
    for (int i = 0; i < 10; i++) {
      advanceSeconds(Math.max(0, seconds(limiter)));
      call(limiter, refused(much));
    }
    assertTrue(seconds(limiter) > 0.1, "slower than declared");
  }

  @Test
  @DisplayName("never faster than its upper bound, whatever is declared")
  void most() {
    RateLimiter limiter = limiter(limit(1).most(2));
    call(limiter, said(requests(60_000, MINUTE)));
    assertBetween(19, 20, taken(limiter, Duration.ofSeconds(10)));
  }

  @Test
  @DisplayName("not even with requests that cost nothing, which take nothing of what is declared")
  void mostOfWhatCostsNothing() {
    Declared free = limit(1).most(2).costing(Unit.REQUESTS, Cost.of((Integer item) -> item));
    RateLimiter limiter = limiter(free);
    call(limiter, 1, said(requests(60_000, MINUTE)));
    for (int count = 0; count < 5; count++) {
      assertBetween(0.4, 0.5, seconds(limiter, 0));
      assertBetween(0.4, 0.5, seconds(limiter, 1));
      advanceSeconds(seconds(limiter, 0));
      Demand demand = take(limiter, 0);
      assertBetween(0.49, 0.51, seconds(limiter, 1));
      limiter.queue().giveBack(demand);
      assertBetween(0, 0.01, seconds(limiter, 1));
      call(limiter, 0, NOTHING);
    }
  }

  @Test
  @DisplayName("of two limits of one name in one answer the stricter one counts, in either order")
  void twoOfOneName() {
    DeclaredLimit loose = requests(1_000, MINUTE);
    DeclaredLimit strict = requests(6, MINUTE);
    DeclaredLimit used = requests(0, MINUTE);
    RateLimiter one = limiter(limit(100));
    call(one, said(loose, strict));
    RateLimiter other = limiter(limit(100));
    call(other, said(strict, loose));
    assertBetween(9, 11, seconds(one));
    assertBetween(9, 11, seconds(other));
    call(one = limiter(limit(100)), said(used, loose, requests(0, SECOND)));
    assertBetween(59, 61, seconds(one));
  }

  @Test
  @DisplayName("absurd times are waited for no longer than the longest wait")
  void longestWait() {
    RateLimiter limiter = limiter(limit(1_000).longestWait(MINUTE));
    call(limiter, said(requests(0, Duration.ofDays(31))));
    assertBetween(59, 60, seconds(limiter));
    advanceSeconds(seconds(limiter));
    assertTrue(limiter.tryAcquire());
    assertFalse(limiter.tryAcquire());
    assertBetween(59, 60, seconds(limiter));
  }

  @Test
  @DisplayName("extreme numbers do no harm")
  void extremes() {
    for (long remaining : new long[] {0, 1, Long.MAX_VALUE}) {
      for (Duration reset :
          List.of(Duration.ZERO, Duration.ofNanos(1), SECOND, Duration.ofSeconds(Long.MAX_VALUE))) {
        for (long quota : new long[] {0, 1, Long.MAX_VALUE}) {
          RateLimiter limiter = limiter(limit(1_000).costing(Unit.TOKENS, Cost.of(item -> 7)));
          ServerAnswer said =
              said(
                  requests(remaining, reset).quota(quota).window(reset),
                  limit("t", Unit.TOKENS, remaining, reset).quota(quota));
          for (int i = 0; i < 5; i++) {
            assertBetween(0, 3_600.1, Math.max(0, seconds(limiter)));
            advanceSeconds(Math.max(0, seconds(limiter)));
            call(limiter, said);
          }
        }
      }
    }
  }

  @Test
  @DisplayName("a window shorter than 5 s is kept evenly if its length is declared")
  void shortWindow() {
    RateLimiter limiter = limiter(limit(1));
    call(limiter, said(requests(1, SECOND).quota(100).window(SECOND)));
    assertBetween(90, 97, taken(limiter, SECOND));
  }

  @Test
  @DisplayName(
      "names that change with each answer take no memory, and hold nothing for longer than they say")
  void names() {
    RateLimiter limiter = limiter(limit(1_000));
    for (int i = 0; i < 1_000; i++) {
      advanceSeconds(Math.max(0, seconds(limiter)));
      call(limiter, said(limit("name " + i, Unit.REQUESTS, 1_000_000, Duration.ofSeconds(6))));
    }
    assertTrue(seconds(limiter) < 0.1);
  }

  @Test
  @DisplayName("each key has what its own answers declare")
  void perKey() {
    RateLimiter limiter = limiter(limit(1_000).by((String key) -> key));
    call(limiter, "a", said(requests(0, MINUTE)));
    assertFalse(limiter.tryAcquireFor("a"));
    assertTrue(limiter.tryAcquireFor("b"));
  }

  @Test
  @DisplayName(
      "a key is remembered until its reset, however many others come, but not for longer than the longest wait")
  void remembered() {
    RateLimiter limiter =
        limiter(
            limit(1_000).longestWait(Duration.ofMinutes(5)).by((String key) -> key).idleKeys(0));
    call(limiter, "a", said(requests(0, Duration.ofMinutes(4))));
    clock.advance(Duration.ofMinutes(3));
    for (int i = 0; i < 100; i++) {
      limiter.tryAcquireFor("other " + i);
    }
    assertFalse(limiter.tryAcquireFor("a"));
    call(limiter, "b", said(requests(0, Duration.ofDays(31))));
    clock.advance(Duration.ofMinutes(20));
    for (int i = 0; i < 1_000; i++) {
      limiter.tryAcquireFor("more " + i);
      clock.advance(SECOND);
    }
    assertTrue(limiter.keys() < 200, limiter.keys() + " keys");
  }

  @Test
  @DisplayName("stands beside other limits, all of which hold")
  void beside() {
    RateLimiter limiter = limiter(RateLimit.all(RateLimit.perSecond(2), limit(1_000)));
    call(limiter, said(requests(600, MINUTE)));
    assertBetween(0.4, 0.5, seconds(limiter));
    advanceSeconds(seconds(limiter));
    call(limiter, said(requests(0, MINUTE)));
    assertBetween(60, 61, seconds(limiter));
  }

  @Test
  @DisplayName("wrapped functions tell it what came of their calls")
  void wrapped() throws Exception {
    RateLimiter limiter = limiter(limit(1_000));
    Callable<ServerAnswer> call = limiter.wrap(() -> said(requests(0, MINUTE)));
    call.call();
    assertBetween(60, 61, seconds(limiter));
  }

  /* What a waiter was told, and when. */
  private final class Recorder implements Waiter {
    private long grantedAt = -1;

    @Override
    public Answer claim() {
      return Answer.TAKE;
    }

    @Override
    public void granted() {
      grantedAt = clock.elapsed();
    }

    @Override
    public void declined() {}
  }

  @Test
  @DisplayName(
      "who waits already goes earlier when an answer says that more remains, and later when it says less")
  void waitersMove() {
    RateLimiter limiter = limiter(limit(1_000));
    Demand one = take(limiter, null);
    clock.advance(Duration.ofMillis(1));
    Demand other = take(limiter, null);
    clock.advance(Duration.ofMillis(1));
    Demand third = take(limiter, null);
    limiter.queue().answered(one, said(requests(0, MINUTE)), null);
    Recorder waiter = new Recorder();
    limiter.queue().enqueue(limiter.queue().demand(null), waiter);
    clock.advance(SECOND);
    limiter.queue().answered(other, said(requests(601, MINUTE)), null);
    assertTrue(waiter.grantedAt >= 0, "a permit at once");
    Recorder next = new Recorder();
    limiter.queue().enqueue(limiter.queue().demand(null), next);
    limiter.queue().answered(third, said(requests(0, Duration.ofSeconds(20))), null);
    clock.advance(Duration.ofSeconds(19));
    assertEquals(-1, next.grantedAt);
    clock.advance(Duration.ofSeconds(2));
    assertTrue(next.grantedAt >= 20_000_000_000L);
  }

  @Test
  @DisplayName("an answer and a settlement in either order lead to the same")
  void eitherOrder() {
    List<Double> waits = new ArrayList<>();
    for (boolean isSettledFirst : new boolean[] {true, false}) {
      RateLimiter limiter =
          limiter(
              limit(1_000)
                  .costing(
                      Unit.TOKENS,
                      Cost.of((Integer tokens) -> tokens)
                          .settling((Integer tokens, Integer used) -> used)));
      call(limiter, 1, said(limit("tokens", Unit.TOKENS, 1_000, MINUTE)));
      clock.advance(SECOND);
      Demand demand = take(limiter, 500);
      clock.advance(ROUND_TRIP);
      ServerAnswer answer = said(limit("tokens", Unit.TOKENS, 500, MINUTE));
      if (isSettledFirst) {
        limiter.queue().settle(demand, 500, 500);
        limiter.queue().answered(demand, answer, null);
      } else {
        limiter.queue().answered(demand, answer, null);
        limiter.queue().settle(demand, 500, 500);
      }
      waits.add(seconds(limiter, 10));
    }
    assertEquals(waits.getFirst(), waits.getLast(), 1e-6);
  }

  @Test
  @DisplayName("what is given back after a later attempt was answered is not counted twice")
  void givenBackLate() {
    RateLimiter limiter = limiter(limit(1_000));
    Demand unsent = take(limiter, null);
    clock.advance(Duration.ofMillis(1));
    Demand sent = take(limiter, null);
    clock.advance(ROUND_TRIP);
    limiter.queue().answered(sent, said(requests(0, MINUTE)), null);
    limiter.queue().giveBack(unsent);
    assertBetween(60, 61, seconds(limiter));
  }

  @Test
  @DisplayName("refuses what makes no sense, with what is allowed")
  void badArguments() {
    assertThrows(IllegalArgumentException.class, () -> RateLimit.declaredByServer(0));
    assertThrows(IllegalArgumentException.class, () -> RateLimit.declaredByServer(Double.NaN));
    var most = assertThrows(IllegalArgumentException.class, () -> limit(1).most(-1));
    assertTrue(most.getMessage().contains("most"), most.getMessage());
    var unit =
        assertThrows(
            IllegalArgumentException.class,
            () -> limit(1).costing(Unit.CONCURRENT_REQUESTS, Cost.ONE));
    assertTrue(unit.getMessage().contains("CONCURRENT_REQUESTS"), unit.getMessage());
    RateLimiter limiter = limiter(limit(1));
    assertThrows(IllegalArgumentException.class, () -> limiter.limit(limit(2)));
  }

  @Test
  @DisplayName("an answer that leaves the reset out does not change it, nor what paces")
  void withoutAReset() {
    RateLimiter limiter = limiter(limit(5));
    call(limiter, said(requests(60, MINUTE)));
    advanceSeconds(seconds(limiter));
    call(limiter, said(DeclaredLimit.of("requests", Unit.REQUESTS).remaining(59)));
    assertBetween(55, 60, taken(limiter, MINUTE));
    RateLimiter other = limiter(limit(5));
    call(other, said(requests(60, MINUTE)));
    advanceSeconds(seconds(other));
    call(other, said(DeclaredLimit.of("requests", Unit.REQUESTS).quota(60)));
    advanceSeconds(seconds(other));
    call(other, NOTHING);
    assertBetween(55, 60, taken(other, MINUTE));
  }

  @Test
  @DisplayName("a limit that only ever leaves its reset out leaves the pace to what is learnt")
  void neverAReset() {
    RateLimiter limiter = limiter(limit(5));
    DeclaredLimit partial = DeclaredLimit.of("requests", Unit.REQUESTS).remaining(59);
    for (int i = 0; i < 20; i++) {
      call(limiter, said(partial));
      advanceSeconds(seconds(limiter));
    }
    assertBetween(0, 1_000, taken(limiter, Duration.ofSeconds(10)));
  }

  @Test
  @DisplayName("a limit that is used up but paces nothing explains no refusal: that is learnt from")
  void usedUpWithoutAReset() {
    RateLimiter limiter = limiter(limit(100));
    DeclaredLimit day = limit("day", Unit.REQUESTS, 10_000_000, Duration.ofDays(1));
    DeclaredLimit minute = DeclaredLimit.of("minute", Unit.REQUESTS).remaining(0);
    for (int i = 0; i < 20; i++) {
      call(limiter, refused(minute, day));
      advanceSeconds(seconds(limiter));
    }
    assertBetween(0, 50, taken(limiter, Duration.ofSeconds(1)));
  }

  @Test
  @DisplayName(
      "its upper bound holds also if it waits no longer than less than that for the server")
  void theUpperBoundBesideAShortWait() {
    RateLimiter limiter = limiter(limit(1).most(0.2).longestWait(SECOND));
    call(limiter, said(requests(6_000, MINUTE)));
    assertBetween(10, 13, taken(limiter, MINUTE));
  }

  @Test
  @DisplayName("an answer that is late does not say that no tokens are left, if a later one did")
  void lateTokens() {
    RateLimiter limiter = limiter(limit(1));
    Demand early = take(limiter, null);
    clock.advance(Duration.ofSeconds(100));
    call(limiter, said(limit("tokens", Unit.TOKENS, 1_000_000, MINUTE)));
    limiter.queue().answered(early, said(limit("tokens", Unit.TOKENS, 0, MINUTE)), null);
    assertBetween(0, 10, seconds(limiter));
  }
}
