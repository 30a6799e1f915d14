package io.millrace.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.PairFunction;
import io.millrace.Parallel;
import io.millrace.ParallelFunction;
import io.millrace.plan.Retry;
import io.millrace.plan.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FunctionExampleTest {
  private final List<String> heard = new ArrayList<>();

  @Test
  void anActionBoundToItsOptions() throws Exception {
    // @start region="function"
    ParallelFunction<String, Integer> length =
        Parallel.of(8).retry(Retry.ofAttempts(3)).function(String::length);

    int one = length.call("with retries, timeouts and limits");
    int plain = length.apply("without");
    List<Integer> all = length.map(List.of("a", "bb")).values();
    List<Integer> slowly = length.with(p -> p.concurrency(1)).map(List.of("a", "bb")).values();
    // @end
    assertEquals(33, one);
    assertEquals(7, plain);
    assertEquals(List.of(1, 2), all);
    assertEquals(List.of(1, 2), slowly);
  }

  @Test
  void aFunctionOfTwoArguments() throws Exception {
    Map<String, Integer> stock = new TreeMap<>(Map.of("a", 1, "b", 2));
    // @start region="spread"
    PairFunction<String, Integer, String> repeat = Parallel.of(8).spread(String::repeat);

    String one = repeat.call("with all options ", 2);
    List<String> zipped = repeat.map(List.of("x", "y"), List.of(3, 1)).values();
    List<String> entries = repeat.map(stock.entrySet()).values();
    try (var outcomes = repeat.stream(Source.zip(List.of("x", "y"), List.of(3, 1)))) {
      outcomes.forEach(outcome -> heard.add(outcome.item().getKey()));
    }
    // @end
    assertEquals("with all options with all options ", one);
    assertEquals(List.of("xxx", "y"), zipped);
    assertEquals(List.of("a", "bb"), entries);
    assertEquals(List.of("x", "y"), heard.stream().sorted().toList());
  }
}
