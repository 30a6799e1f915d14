package io.millrace.call;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.outcome.FailedItemsException;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.TruncatedRunException;
import io.millrace.plan.Backoff;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.ScriptedAction;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Stored calls that give plain lists. */
@NoLeaks
class CallTest {
  private static final List<Integer> FIVE = List.of(0, 1, 2, 3, 4);

  private final ManualClock clock = ManualClock.jumping();
  private final ScriptedAction<Integer, Integer> action = ScriptedAction.on(clock);
  private final IOException busy = new IOException("busy");

  @AfterEach
  void close() {
    clock.close();
  }

  private Parallel parallel(int concurrency) {
    return Parallel.of(concurrency).clock(clock);
  }

  private static Retry retries(int retries) {
    return Retry.none()
        .retries(retries)
        .backoff(Backoff.exponential(ofMillis(100)).jitter(io.millrace.plan.Jitter.NONE));
  }

  @Test
  @DisplayName(
      "LF1, A83: two retries are three calls; they wait a delay times a factor, after the first delay")
  void retriesDelaysAndFactor() {
    action.fails(busy, 2).returns(7);
    Call<Integer, Integer> call =
        Call.of(parallel(2).initialDelay(ofSeconds(1)).retry(retries(2)), action);
    assertEquals(List.of(7), call.list(List.of(0)));
    assertEquals(List.of(ofSeconds(1), ofMillis(1100), ofMillis(1300)), action.startsOf(0));
  }

  @Test
  @DisplayName("LF1, A83: when the retries are used up, the last error is thrown as itself")
  void exhaustedRetries() {
    action.item(1).fails(busy, 9);
    action.anyItem().returns(1);
    Call<Integer, Integer> call = Call.of(parallel(1).retry(retries(2)), action);
    assertSame(busy, assertThrows(IOException.class, () -> call.list(List.of(1))));
    assertEquals(3, action.callsOf(1).size());
  }

  @Test
  @DisplayName("LF1, A82: a default value takes the place of a failure, and has its time as well")
  void aDefaultValueHasItsTime() {
    action.item(1).takes(ofSeconds(2)).fails(busy, 9);
    action.anyItem().takes(ofSeconds(1)).computes(item -> item);
    Retry retry = Retry.ofAttempts(2).backoff(Backoff.fixed(ofSeconds(3)));
    Call<Integer, Integer> call = Call.of(parallel(5).retry(retry), action).orElse(-1);
    assertEquals(List.of(0, -1, 2), call.list(List.of(0, 1, 2)));
    assertEquals(
        List.of(
            new Timed<>(0, ofSeconds(1)),
            new Timed<>(-1, ofSeconds(7)),
            new Timed<>(2, ofSeconds(1))),
        call.timed().list(List.of(0, 1, 2)));
  }

  @Test
  @DisplayName("LF1, A82: a default value may be null")
  void aDefaultValueMayBeNull() {
    action.fails(busy, 9);
    assertEquals(
        Arrays.asList(new @Nullable Object[] {null}),
        Call.of(parallel(1), action).orElse(null).list(List.of(0)));
  }

  @Test
  @DisplayName(
      "LF1: the timeout of an attempt interrupts it, and so does the call's failure its siblings")
  void aTimeoutEndsTheCall() {
    action.item(0).takes(ofSeconds(60)).returns(0);
    action.anyItem().takes(ofSeconds(9)).returns(1);
    Call<Integer, Integer> call = Call.of(parallel(2).attemptTimeout(ofSeconds(5)), action);
    assertThrows(TimeoutException.class, () -> call.list(FIVE));
    assertEquals(0, action.running());
    assertEquals(2, action.calls().size());
  }

  @Test
  @DisplayName("LF1, A57: a spacing spaces the starts, a concurrency bounds them")
  void spacingAndConcurrency() {
    action.takes(ofSeconds(3)).computes(item -> item);
    Call<Integer, Integer> call =
        Call.of(parallel(2).rateLimit(RateLimit.spacing(ofSeconds(1))), action);
    assertEquals(FIVE, call.list(FIVE));
    assertEquals(2, action.maxRunning());
    List<Duration> starts =
        FIVE.stream().map(item -> action.startsOf(item).getFirst()).sorted().toList();
    assertEquals(List.of(ZERO, ofSeconds(1), ofSeconds(3), ofSeconds(4), ofSeconds(6)), starts);
  }

  @Test
  @DisplayName(
      "LF1, A35: of several failures, the first in time is thrown, not the first of the list")
  void theFirstFailureInTimeIsThrown() {
    action.item(0).takes(ofSeconds(60)).fails(new IOException("late"), 9);
    action.anyItem().takes(ofSeconds(1)).fails(busy, 9);
    Call<Integer, Integer> call = Call.of(parallel(2), action);
    assertSame(busy, assertThrows(IOException.class, () -> call.list(List.of(0, 1))));
    assertEquals(0, action.running());
  }

  @Test
  @DisplayName("LF1, A25: a call that was cut short throws, and never gives a shorter list")
  void aCallThatWasCutShortThrows() {
    action.takes(ofSeconds(2)).returns(1);
    Call<Integer, Integer> call = Call.of(parallel(1).runTimeout(ofSeconds(3)), action);
    TruncatedRunException cut = assertThrows(TruncatedRunException.class, () -> call.list(FIVE));
    assertEquals(RunStatus.TIMED_OUT, cut.status());
    StopToken stopped = new StopToken();
    stopped.stop();
    assertThrows(
        TruncatedRunException.class, () -> call.with(p -> p.stopToken(stopped)).list(FIVE));
  }

  @Test
  @DisplayName("LF1, PY18: a limit of failures is obeyed instead of failing fast")
  void aLimitOfFailuresIsObeyed() {
    action.item(0).fails(busy, 9);
    action.item(1).fails(busy, 9);
    action.anyItem().returns(1);
    Call<Integer, Integer> call = Call.of(parallel(1), action);
    assertThrows(FailedItemsException.class, () -> call.with(p -> p.maxFailures(3)).list(FIVE));
    assertEquals(5, action.calls().size());
    assertThrows(TruncatedRunException.class, () -> call.with(p -> p.maxFailures(2)).list(FIVE));
  }

  @Test
  @DisplayName("LF7, A84: a stored call serves several inputs; the function of the call wins")
  void theFunctionOfTheCallWins() {
    Call<Integer, Integer> call = Call.of(parallel(2), item -> item * 2);
    assertEquals(List.of(2, 4), call.list(List.of(1, 2)));
    assertEquals(List.of(6), call.list(List.of(3)));
    assertEquals(List.of("v1"), call.list(List.of(1), (Integer item) -> "v" + item));
    assertEquals(List.of(3), call.list(List.of("abc"), String::length));
    assertEquals(List.of(2, 4), call.list(List.of(1, 2))); // it has not changed itself
    var bare = Call.of(parallel(2));
    assertEquals(List.of(3), bare.list(List.of("abc"), String::length));
    assertEquals(
        List.of(3),
        bare.timed().list(List.of("abc"), String::length).stream().map(Timed::value).toList());
  }

  @Test
  @DisplayName("LF7, A84: without any function the call says so at once")
  void withoutAnyFunction() {
    var bare = Call.of(parallel(2));
    List<Integer> items = List.of(1);
    assertThrows(IllegalStateException.class, () -> bare.list(items));
    assertThrows(IllegalStateException.class, () -> bare.batches(items, 2));
    assertThrows(IllegalStateException.class, () -> bare.timed().list(items));
    assertThrows(IllegalStateException.class, () -> bare.timed().batches(items, 2));
    assertThrows(IllegalStateException.class, () -> bare.flat().list(items));
    assertThrows(IllegalStateException.class, () -> bare.flat().batches(items, 2));
  }

  @Test
  @DisplayName(
      "LF7, A73: an override for one call keeps the rest, and leaves the stored one as it is")
  void anOverrideForOneCall() {
    action.takes(ofSeconds(1)).computes(item -> item);
    Call<Integer, Integer> call = Call.of(parallel(5), action).input(Shape.asIs().unique());
    assertEquals(List.of(0, 1), call.with(p -> p.concurrency(1)).list(List.of(0, 1, 0)));
    assertEquals(1, action.maxRunning());
    assertEquals(List.of(0, 1), call.list(List.of(0, 1, 1)));
    assertEquals(2, action.maxRunning());
  }

  @Test
  @DisplayName("LF2, A80: input is sanitized and unique before it is run")
  void inputIsShaped() {
    List<@Nullable Object> nested = Arrays.asList(1, Arrays.asList(2, null), 3, 2);
    Call<Object, String> call = Call.of(parallel(2), String::valueOf);
    assertEquals(List.of("1", "2", "3", "2"), call.input(Shape.sanitized()).list(nested));
    assertEquals(List.of("1", "2", "3"), call.input(Shape.sanitized().unique()).list(nested));
    assertEquals(List.of("1", "[2, null]", "3", "2"), call.list(nested)); // as it is
  }

  @Test
  @DisplayName("LF2: values are flattened, rid of nulls, unique, as is asked for")
  void outputIsShaped() {
    Call<Integer, @Nullable Object> call =
        Call.of(
            parallel(2),
            item ->
                switch (item) {
                  case 0 -> List.of(1, List.of(2, 2));
                  case 1 -> null;
                  case 2 -> Set.of(7);
                  default -> 1;
                });
    assertEquals(Arrays.asList(List.of(1, List.of(2, 2)), null, Set.of(7), 1, 1), call.list(FIVE));
    assertEquals(Arrays.asList(1, 2, 2, null, Set.of(7), 1, 1), call.flat().list(FIVE));
    assertEquals(Arrays.asList(1, 2, 2, null, 7, 1, 1), call.flat().withSets().list(FIVE));
    assertEquals(List.of(1, 2, 7), call.withoutNulls().unique().flat().withSets().list(FIVE));
    assertEquals(
        List.of(List.of(1, List.of(2, 2)), Set.of(7), 1), call.withoutNulls().unique().list(FIVE));
  }

  @Test
  @DisplayName("LF2: what contradicts itself is refused before any work")
  void contradictionsAreRefused() {
    Call<Integer, Integer> call = Call.of(parallel(2), action);
    refused(() -> call.withoutNulls().timed());
    refused(() -> call.unique().timed());
    refused(() -> call.with(Parallel::unordered).list(FIVE));
    refused(() -> call.batches(FIVE, 0));
    assertThrows(NullPointerException.class, () -> call.list(missing()));
    assertThrows(NullPointerException.class, () -> call.batches(missing(), 1));
    assertEquals(0, action.calls().size());
  }

  private static void refused(org.junit.jupiter.api.function.Executable call) {
    assertThrows(IllegalArgumentException.class, call);
  }

  @SuppressWarnings("NullAway") // that is what is tested
  private static <T> T missing() {
    return null;
  }

  @Test
  @DisplayName("LF1, PY6: the input may be lazy; it is read no further than the window")
  void theInputMayBeLazy() {
    Iterable<Integer> lazy = () -> IntStream.range(0, 1000).iterator();
    Call<Integer, Integer> call = Call.of(parallel(3), item -> item);
    assertTrue(call.input(Shape.asIs().unique()).list(lazy).size() == 1000);
  }
}
