package io.millrace.testkit.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.Success;
import io.millrace.plan.Action;
import io.millrace.plan.StopToken;
import io.millrace.testkit.NoLeaks;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests of a source of your own, read by runs whose actions and consumers misbehave: implement this in a test
 * class, and say how to make the source.
 *
 * @param <T> its items
 */
@NoLeaks
public interface OwnSourceContract<T extends @Nullable Object> {

  /** Makes a source that nobody has read, with at least 3 items and an end. */
  Iterable<? extends T> newSource();

  /**
   * Called after each run: what must hold when nobody reads the source any more, for example that its file is
   * closed. By default nothing.
   *
   * @param source what {@link #newSource} made
   */
  default void assertReleased(Iterable<? extends T> source) {}

  /** It is read to its end, by several workers, each of whom sees what the one before did. */
  @Test
  @DisplayName("each item comes once, and the iterator keeps to the letter of java.util.Iterator")
  default void isReadToItsEnd() {
    Iterable<? extends T> source = newSource();
    Watch<T> watch = new Watch<>(source);
    List<Outcome<T, T>> outcomes =
        Deadline.meet(() -> Parallel.of(7).<T, T>map(watch, item -> item).outcomes());
    assertTrue(outcomes.size() >= 3, "the contract needs at least 3 items");
    assertEquals(watch.read(), outcomes.size(), "outcomes");
    watch.check();
    assertReleased(source);
  }

  /** Whatever an action does, the source is read as if nothing happened. */
  @ParameterizedTest
  @EnumSource
  @DisplayName("an action that misbehaves does not reach the source")
  default void survivesActions(Misdeed misdeed) {
    Iterable<? extends T> source = newSource();
    Watch<T> watch = new Watch<>(source);
    StopToken token = new StopToken();
    Culprit culprit = new Culprit(misdeed, ending(misdeed) ? token::stop : token::stopped);
    AtomicInteger calls = new AtomicInteger();
    Action<T, Integer> action =
        item -> {
          if (calls.incrementAndGet() == 2) {
            culprit.act();
          }
          return 1;
        };
    Parallel parallel =
        Parallel.of(2)
            .attemptTimeout(Duration.ofMillis(50))
            .grace(Duration.ofMillis(10))
            .stopToken(token);
    var results = Deadline.meet(() -> parallel.<T, Integer>map(watch, action));
    culprit.release();
    assertEquals(
        LongStream.range(0, results.size()).boxed().toList(),
        results.outcomes().stream().map(Outcome::index).toList(),
        "an outcome for each item that was read");
    assertEquals(
        ending(misdeed) ? RunStatus.CANCELLED : RunStatus.COMPLETED, results.status(), "status");
    watch.check();
    assertReleased(source);
  }

  private static boolean ending(Misdeed misdeed) {
    return misdeed.is(Misdeed.Kind.ENDS);
  }

  /** A consumer that has enough ends the reading. */
  @Test
  @DisplayName("a stream that is closed early reads nothing more")
  default void survivesAnEarlyClose() {
    Iterable<? extends T> source = newSource();
    Watch<T> watch = new Watch<>(source);
    boolean success =
        Deadline.meet(
            () -> {
              Parallel parallel = Parallel.of(2);
              try (Stream<Outcome<T, T>> outcomes = parallel.<T, T>stream(watch, item -> item)) {
                return outcomes.findFirst().orElseThrow() instanceof Success<T, T>;
              }
            });
    assertTrue(success, "the first outcome is a success");
    watch.check();
    assertReleased(source);
  }
}
