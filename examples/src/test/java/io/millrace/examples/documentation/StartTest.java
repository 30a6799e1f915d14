package io.millrace.examples.documentation;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Success;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code docs/start.md} shows. */
class StartTest {
  // @start region="service"
  List<String> products = IntStream.range(0, 10).mapToObj(n -> "product " + n).toList();
  AtomicInteger calls = new AtomicInteger();

  /** Asks a service that is busy at every fifth call. */
  int price(String product) throws IOException {
    if (calls.incrementAndGet() % 5 == 0) {
      throw new IOException("busy");
    }
    return product.length();
  }

  // @end

  @Test
  void stepByStep() {
    // @start region="run"
    Results<String, Integer> results = Parallel.of(4).map(products, this::price);
    IO.println(results);
    // @end
    assertEquals("Results[COMPLETED, 8 succeeded, 2 failed, 0 not run]", results.toString());
    // @start region="outcomes"
    for (var outcome : results.outcomes()) {
      switch (outcome) {
        case Success(var product, var price, _) -> IO.println(product + " costs " + price);
        case Failure(var product, var error, _) -> IO.println(product + ": " + error.getMessage());
        case NotRun(var product, var reason, _) -> IO.println(product + ": " + reason);
      }
    }
    // @end
    // @start region="retry"
    var patient = Parallel.of(4).retry(Retry.ofAttempts(4));
    IO.println(patient.map(products, this::price));
    // @end
    assertEquals(10, patient.map(products, this::price).values().size());
    // @start region="limits"
    var polite =
        patient
            .rateLimit(RateLimit.perSecond(100).burst(5)) // each attempt counts
            .attemptTimeout(ofSeconds(2));
    IO.println(polite.map(products, this::price).values());
    // @end
    // @start region="stream"
    Iterable<String> endless = () -> Stream.iterate(0, n -> n + 1).map(n -> "no. " + n).iterator();

    try (var outcomes = polite.stream(endless, this::price)) {
      outcomes
          .limit(12)
          .forEach(outcome -> IO.println(outcome.item() + ": attempts " + outcome.attempts()));
    }
    // @end
  }
}
