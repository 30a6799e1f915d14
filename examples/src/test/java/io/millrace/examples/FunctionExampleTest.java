package io.millrace.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.Parallel;
import io.millrace.ParallelFunction;
import java.util.List;
import org.junit.jupiter.api.Test;

class FunctionExampleTest {
  @Test
  void anActionBoundToItsOptions() throws Exception {
    // @start region="function"
    ParallelFunction<String, Integer> length = Parallel.of(8).function(String::length);

    int one = length.apply("plain call");
    List<Integer> all = length.map(List.of("a", "bb")).values();
    List<Integer> slowly = length.with(p -> p.concurrency(1)).map(List.of("a", "bb")).values();
    // @end
    assertEquals(10, one);
    assertEquals(List.of(1, 2), all);
    assertEquals(List.of(1, 2), slowly);
  }
}
