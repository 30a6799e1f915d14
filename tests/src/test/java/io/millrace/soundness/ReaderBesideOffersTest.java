package io.millrace.soundness;

import static java.time.Duration.ofMillis;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Truncation;
import java.util.Iterator;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/** A worker leaves when what a slow reader has must wait for older items that were put off at a limit. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReaderBesideOffersTest {
  private static final int QUICK = 500;

  @RepeatedTest(6)
  @DisplayName("E12: a run with a slow source and a rate limit that is used up ends at its timeout")
  void ends() {
    Iterable<Integer> source =
        () ->
            new Iterator<>() {
              private int next;

              @Override
              public boolean hasNext() {
                return next < QUICK + 40;
              }

              @Override
              public Integer next() {
                if (next >= QUICK) {
                  LockSupport.parkNanos(2_000_000);
                }
                return next++;
              }
            };
    Parallel limited =
        Parallel.of(2)
            .window(64)
            .rateLimit(RateLimit.perSecond(100).burst(QUICK))
            .runTimeout(ofMillis(1_000))
            .truncation(Truncation.SILENT);
    try (Stream<?> outcomes =
        limited.stream(
            source,
            item -> {
              if (item >= QUICK) {
                LockSupport.parkNanos(40_000_000);
              }
              return item;
            })) {
      assertTrue(outcomes.mapToInt(outcome -> 1).sum() >= QUICK);
    }
  }
}
