package io.millrace.examples;

import static java.time.Duration.ofMillis;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.Parallel;
import io.millrace.outcome.AttemptEvent;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Success;
import io.millrace.plan.Backoff;
import io.millrace.plan.Retry;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

class OutcomeExampleTest {
  private final List<Integer> saved = new ArrayList<>();
  private final List<String> logged = new ArrayList<>();
  private final List<String> later = new ArrayList<>();

  @Test
  void everyItemHasOneOfThreeOutcomes() {
    var parallel = Parallel.of(2);
    var numbers = List.of("1", "two", "3");
    // @start region="switch"
    try (var outcomes = parallel.stream(numbers, Integer::parseInt)) {
      outcomes.forEach(
          outcome -> {
            switch (outcome) {
              case Success(var item, var value, var details) -> saved.add(value);
              case Failure(var item, var error, var details) -> logged.add(item + ": " + error);
              case NotRun(var item, var reason, var details) -> later.add(item);
            }
          });
    }
    // @end
    assertEquals(4, saved.stream().mapToInt(Integer::intValue).sum());
    assertEquals(
        List.of("two: java.lang.NumberFormatException: For input string: \"two\""), logged);
    assertEquals(List.of(), later);
  }

  @Test
  void retriesAreHeard() {
    var numbers = List.of("1", "two");
    Queue<String> heard = new ConcurrentLinkedQueue<>();
    // @start region="attempts"
    var parallel =
        Parallel.of(2)
            .retry(Retry.ofAttempts(3).backoff(Backoff.fixed(ofMillis(1))))
            .onAttempt(
                event -> {
                  if (event instanceof AttemptEvent.Retrying(var item, var error, var delay, _)) {
                    heard.add(
                        item + " again in " + delay.toMillis() + " ms: " + error.getMessage());
                  }
                });
    // @end
    parallel.map(numbers, Integer::parseInt);
    String once = "two again in 1 ms: For input string: \"two\"";
    assertEquals(List.of(once, once), List.copyOf(heard));
  }
}
