package io.millrace.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.PairFunction;
import io.millrace.Parallel;
import io.millrace.ParallelFunction;
import io.millrace.TripleFunction;
import io.millrace.call.Call;
import io.millrace.outcome.FailedItemsException;
import io.millrace.outcome.Failure;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import io.millrace.plan.Backoff;
import io.millrace.plan.Retry;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A default value is for what may go wrong, not for a broken process or program. */
@NoLeaks
class SubstituteTest {

  @DisplayName("E17, A82: orElse makes a success of an Exception, and leaves an Error a failure")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void errorsStayFailures(EntryPoint entry) throws Exception {
    List<Throwable> thrown =
        List.of(
            new IOException("checked"),
            new IllegalStateException("unchecked"),
            new OutOfMemoryError("no memory"),
            new NoClassDefFoundError("no class"),
            new AssertionError("no truth"),
            new Throwable("neither"));
    List<Outcome<?, ?>> heard = new ArrayList<>();
    entry.run(
        Fallback.of(Parallel.of(2), _ -> null)
            .retry(Retry.ofAttempts(2).backoff(Backoff.none()))
            .onOutcome(heard::add),
        thrown,
        (Throwable error) -> {
          if (error instanceof Exception exception) {
            throw exception;
          }
          return sneak(error);
        });
    assertEquals(thrown.size(), heard.size());
    for (Outcome<?, ?> outcome : heard) {
      Throwable error = thrown.get((int) outcome.index());
      if (error instanceof Exception) {
        assertNull(assertInstanceOf(Success.class, outcome).value());
        assertEquals(2, outcome.attempts());
      } else {
        assertSame(error, assertInstanceOf(Failure.class, outcome).error());
      }
    }
  }

  @Test
  @DisplayName("L6: a value in place of a failure has the type of the function's values")
  void typed() {
    ParallelFunction<String, Integer> parsing = Parallel.of(2).function(Integer::parseInt);
    List<Integer> values = parsing.orElse(-1).map(List.of("1", "x")).values();
    assertEquals(List.of(1, -1), values);
    assertEquals(
        List.of(1, 3),
        parsing.orElseGet(_ -> 3).with(p -> p.concurrency(1)).map(List.of("1", "x")).values());
  }

  @Test
  @DisplayName("L6: the options of such a function give no value to actions of other types")
  void optionsHaveNoFallback() {
    Parallel options =
        Parallel.of(2).<String, Integer>function(Integer::parseInt).orElse(-1).parallel();
    assertThrows(
        FailedItemsException.class,
        () -> options.map(List.of("x"), SubstituteTest::failing).values());
    Call<String, Integer> call =
        Call.<String, Integer>of(Parallel.of(2), Integer::parseInt).orElse(-1);
    assertEquals(List.of(-1), call.list(List.of("x")));
    assertThrows(IOException.class, () -> call.list(List.of("x"), SubstituteTest::failing));
    assertEquals(List.of(-1), call.flat().list(List.of("x")));
    assertThrows(IOException.class, () -> call.flat().list(List.of("x"), SubstituteTest::failing));
    assertEquals(-1, call.timed().list(List.of("x")).getFirst().value());
    assertThrows(IOException.class, () -> call.timed().list(List.of("x"), SubstituteTest::failing));
    assertThrows(IllegalStateException.class, () -> Call.of(Parallel.of(2)).orElse(-1));
  }

  @Test
  @DisplayName(
      "L6: pairs and triples have typed values as well, and a failure policy is for what is left")
  void pairsAndPolicies() {
    PairFunction<Integer, Integer, Integer> dividing =
        Parallel.of(1).failFast().spread((a, b) -> a / b);
    assertEquals(List.of(2, 0), dividing.orElse(0).map(List.of(4, 4), List.of(2, 0)).values());
    TripleFunction<Integer, Integer, Integer, String> joining =
        Parallel.of(1).spread((a, b, c) -> failing(a + "," + b + "," + c));
    assertEquals(
        List.of("busy"),
        joining.orElseGet(Exception::getMessage).map(List.of(1), List.of(2), List.of(3)).values());
    AssertionError broken = new AssertionError("no truth");
    ParallelFunction<Integer, Integer> breaking =
        Parallel.of(1).failFast().function(_ -> SubstituteTest.<Integer, Error>sneak(broken));
    assertSame(
        broken, assertThrows(AssertionError.class, () -> breaking.orElse(1).map(List.of(1))));
  }

  private static String failing(String item) throws IOException {
    throw new IOException("busy");
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <R, E extends Throwable> R sneak(Throwable error) throws E {
    throw (E) error;
  }
}
