package io.millrace.soundness;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.executor.ParallelExecutor;
import io.millrace.limit.RateLimiter;
import io.millrace.limit.WeightedSemaphore;
import io.millrace.outcome.Outcome;
import io.millrace.plan.Action;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Source;
import io.millrace.testkit.ManualClock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Virtual time goes on while a thread that goes by it waits for the library. */
@Timeout(30)
class NestedTimeTest {
  private static final List<Integer> THREE = List.of(1, 2, 3);

  /** What an action does that uses the library itself, and takes three virtual seconds. */
  enum Nested {
    MAP {
      @Override
      int run(Parallel parallel, ManualClock clock) {
        return parallel.map(THREE, sleeping(clock)).size();
      }
    },
    FOR_EACH {
      @Override
      int run(Parallel parallel, ManualClock clock) {
        parallel.<Integer>forEach(THREE, _ -> clock.sleep(ofSeconds(1)));
        return 3;
      }
    },
    STREAM {
      @Override
      int run(Parallel parallel, ManualClock clock) {
        try (Stream<Outcome<Integer, Integer>> outcomes = parallel.stream(THREE, sleeping(clock))) {
          return outcomes.mapToInt(_ -> 1).sum();
        }
      }
    },
    TAKE {
      @Override
      int run(Parallel parallel, ManualClock clock) {
        try (Run<Integer, Integer> run = parallel.start(THREE, sleeping(clock))) {
          int taken = 0;
          while (run.take().isPresent()) {
            taken++;
          }
          return taken;
        }
      }
    },
    GATHERER {
      @Override
      int run(Parallel parallel, ManualClock clock) {
        return THREE.stream()
            .gather(parallel.<Integer, Integer>gatherer(sleeping(clock)))
            .mapToInt(_ -> 1)
            .sum();
      }
    },
    EXECUTOR_MAP {
      @Override
      int run(Parallel parallel, ManualClock clock) {
        try (ParallelExecutor executor = ParallelExecutor.of(parallel)) {
          return executor.map(THREE, sleeping(clock)).size();
        }
      }
    },
    EXECUTOR_CLOSE {
      @Override
      int run(Parallel parallel, ManualClock clock) {
        try (ParallelExecutor executor = ParallelExecutor.of(parallel)) {
          THREE.forEach(item -> executor.submit(() -> sleeping(clock).apply(item)));
        }
        return 3;
      }
    },
    LIMITED {
      @Override
      int run(Parallel parallel, ManualClock clock) {
        RateLimiter limiter = RateLimiter.of(RateLimit.spacing(ofSeconds(1)), clock);
        return parallel.rateLimit(limiter).map(THREE, item -> item).size();
      }
    },
    SOURCE_THAT_WAITS {
      @Override
      int run(Parallel parallel, ManualClock clock) {
        int[] next = {0};
        Source<Integer> source =
            Source.supplying(
                () -> {
                  clock.sleep(ofSeconds(1));
                  return next[0] == 3 ? Optional.<Integer>empty() : Optional.of(next[0]++);
                });
        return parallel.map(source, item -> item).size();
      }
    },
    SEMAPHORE {
      @Override
      int run(Parallel parallel, ManualClock clock) {
        WeightedSemaphore semaphore = WeightedSemaphore.bounded(1, clock);
        return parallel
            .map(
                THREE,
                item -> {
                  semaphore.acquire();
                  clock.sleep(ofSeconds(1));
                  semaphore.release();
                  return item;
                })
            .size();
      }
    };

    abstract int run(Parallel parallel, ManualClock clock) throws Exception;

    static Action<Integer, Integer> sleeping(ManualClock clock) {
      return item -> {
        clock.sleep(ofSeconds(1));
        return item;
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("E20: an action that waits for a run of its own does not hold up a jumping clock")
  void nested(Nested nested) throws Exception {
    ManualClock clock = ManualClock.jumping();
    Parallel parallel = Parallel.of(2).clock(clock);
    List<Integer> sizes =
        Soon.of(() -> parallel.map(List.of(1, 2), _ -> nested.run(parallel, clock)).values());
    assertEquals(List.of(3, 3), sizes);
    clock.close();
  }
}
