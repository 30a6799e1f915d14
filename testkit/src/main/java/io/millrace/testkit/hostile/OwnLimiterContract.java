package io.millrace.testkit.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.limit.RateLimiter;
import io.millrace.plan.Action;
import io.millrace.plan.StopToken;
import io.millrace.testkit.NoLeaks;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests of a limiter with key and cost functions of your own, shared by runs whose actions misbehave: implement
 * this in a test class, and say how to make the limiter and what it is for.
 *
 * @param <T> what its functions are asked about
 */
@NoLeaks
public interface OwnLimiterContract<T extends @Nullable Object> {

  /** Makes a limiter that nobody has used. */
  RateLimiter newLimiter();

  /** How long each item may wait for a permit after a run. */
  default Duration patience() {
    return Duration.ofSeconds(5);
  }

  /** Items of the kinds that the limiter is for, at least 3. */
  List<T> items();

  /** Whatever an action does, its permits are accounted for, and the limiter serves others. */
  @ParameterizedTest
  @EnumSource
  @DisplayName("an action that misbehaves holds up nobody else at the limiter")
  default void survivesActions(Misdeed misdeed) {
    RateLimiter limiter = newLimiter();
    StopToken token = new StopToken();
    boolean ending = misdeed.is(Misdeed.Kind.ENDS);
    Culprit culprit =
        new Culprit(
            misdeed,
            ending
                ? token::stop
                : () -> limiter.tryAcquireFor((@Nullable Object) items().getFirst()));
    AtomicInteger calls = new AtomicInteger();
    Action<T, Integer> action =
        item -> {
          LockCheck.assertNoLock("the action");
          if (calls.incrementAndGet() == 2) {
            culprit.act();
          }
          return 1;
        };
    Parallel parallel =
        Parallel.of(2)
            .rateLimit(limiter)
            .attemptTimeout(Duration.ofMillis(50))
            .grace(Duration.ofMillis(10))
            .stopToken(token);
    var results = Deadline.meet(() -> parallel.<T, Integer>map(items(), action));
    culprit.release();
    assertEquals(items().size(), results.size(), "outcomes");
    for (T item : items()) {
      assertTrue(
          Deadline.meet(() -> limiter.tryAcquireFor(item, patience())),
          () -> "no permit for " + item + " after the run");
    }
  }
}
