package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.limit.spi.Demand;
import io.millrace.plan.RateLimit;
import io.millrace.signal.DeclaredLimit;
import io.millrace.signal.DeclaredLimit.Unit;
import io.millrace.signal.ServerAnswer;
import io.millrace.signal.ServerAnswer.Kind;
import io.millrace.signal.Signals;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** As on a busy machine: each timer comes later than one or several permits are due. */
class LateAlarmTest {
  private static final int WAITERS = 64;
  private static final long LATENESS = 60_000_000;

  private final FakeClock clock = new FakeClock(() -> LATENESS);

  /* Of 500 a second, 5 ms are made up for; else two gaps are. */
  static Stream<RateLimit> limits() {
    return Stream.of(50, 500)
        .flatMap(
            rate ->
                Stream.of(
                    RateLimit.perSecond(rate),
                    RateLimit.spacing(Duration.ofMillis(1_000 / rate)),
                    RateLimit.adaptive().startingAt(rate),
                    RateLimit.adaptive().startingAt(rate).by(item -> "key"),
                    RateLimit.declaredByServer(rate),
                    declared(rate)));
  }

  /* 20 times so much would do, but for what the answer declares. */
  private static RateLimit declared(int rate) {
    DeclaredLimit left =
        DeclaredLimit.of("requests", Unit.REQUESTS)
            .remaining(60L * rate)
            .resetsIn(Duration.ofMinutes(1));
    ServerAnswer said = new ServerAnswer(Kind.GRANTED, Signals.declaring(List.of(left)));
    return RateLimit.declaredByServer(20.0 * rate).reading((answer, error, now) -> said);
  }

  @DisplayName("a late timer lets go a few of those who wait, and not all of them at once")
  @ParameterizedTest
  @MethodSource("limits")
  void fewAtOnce(RateLimit limit) {
    RateLimiter limiter = RateLimiter.of(limit, clock);
    Demand first = limiter.queue().demand(null);
    assertTrue(limiter.queue().tryTake(first));
    limiter.queue().answered(first, null, null);
    Caller caller = new Caller(limiter, clock);
    caller.askTimes(WAITERS);
    clock.advance(Duration.ofMinutes(1));
    assertEquals(WAITERS, caller.starts().size());
    Map<Long, Long> atOnce =
        caller.starts().stream()
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    assertTrue(atOnce.values().stream().allMatch(count -> count <= 4), atOnce.toString());
  }
}
