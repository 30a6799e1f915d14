package io.millrace.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.limit.RateLimiter;
import io.millrace.plan.RateLimit;
import io.millrace.testkit.hostile.OwnLimiterContract;
import io.millrace.testkit.hostile.OwnSourceContract;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The contracts for parts of one's own pass what is sound, and are red for what is not. */
class OwnContractsTest {

  @Test
  void aSoundSourcePasses() {
    assertEquals(0, failures(Sound.class));
  }

  @Test
  void aSourceThatGoesOnAfterItsEndIsFound() {
    assertTrue(failures(GoingOn.class) > 0);
  }

  @Test
  void aSourceWhoseHasNextMovesOnIsFound() {
    assertTrue(failures(MovingOn.class) > 0);
  }

  @Test
  void aSourceThatStaysOpenIsFound() {
    assertTrue(failures(StayingOpen.class) > 0);
  }

  @Test
  void aSoundLimiterPasses() {
    assertEquals(0, failures(SoundLimiter.class));
  }

  @Test
  void aLimiterThatHasNothingForOthersIsFound() {
    assertTrue(failures(Stingy.class) > 0);
  }

  private static long failures(Class<?> testClass) {
    return Jupiter.run(testClass).values().stream()
        .filter(result -> result.getThrowable().isPresent())
        .count();
  }

  static class Sound implements OwnSourceContract<Integer> {
    @Override
    public Iterable<Integer> newSource() {
      return List.of(1, 2, 3, 4);
    }
  }

  static class GoingOn implements OwnSourceContract<Integer> {
    @Override
    public Iterable<Integer> newSource() {
      return () ->
          new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
              return next < 4;
            }

            @Override
            public Integer next() {
              return next++;
            }
          };
    }
  }

  static class MovingOn implements OwnSourceContract<Integer> {
    @Override
    public Iterable<Integer> newSource() {
      return () ->
          new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
              return next++ < 9;
            }

            @Override
            public Integer next() {
              return next;
            }
          };
    }
  }

  static class StayingOpen implements OwnSourceContract<Integer> {
    @Override
    public Iterable<Integer> newSource() {
      return List.of(1, 2, 3, 4);
    }

    @Override
    public void assertReleased(Iterable<? extends Integer> source) {
      throw new AssertionError("still open");
    }
  }

  static class SoundLimiter implements OwnLimiterContract<Integer> {
    @Override
    public RateLimiter newLimiter() {
      return RateLimiter.of(RateLimit.perSecond(1_000).burst(10).<Integer>by(item -> item % 2));
    }

    @Override
    public List<Integer> items() {
      return List.of(1, 2, 3, 4);
    }
  }

  static class Stingy implements OwnLimiterContract<Integer> {
    @Override
    public RateLimiter newLimiter() {
      return RateLimiter.of(RateLimit.perHour(1).burst(6));
    }

    @Override
    public List<Integer> items() {
      return List.of(1, 2, 3, 4);
    }

    @Override
    public Duration patience() {
      return Duration.ofMillis(10);
    }
  }
}
