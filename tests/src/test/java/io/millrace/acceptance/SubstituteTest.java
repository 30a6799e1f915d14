package io.millrace.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.millrace.Parallel;
import io.millrace.outcome.Failure;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
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
        Parallel.of(2).orElse(null).onOutcome(heard::add),
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
      } else {
        assertSame(error, assertInstanceOf(Failure.class, outcome).error());
      }
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <R, E extends Throwable> R sneak(Throwable error) throws E {
    throw (E) error;
  }
}
