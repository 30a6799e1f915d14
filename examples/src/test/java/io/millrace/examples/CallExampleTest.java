package io.millrace.examples;

import static java.time.Duration.ZERO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.call.Call;
import io.millrace.call.Shape;
import io.millrace.call.Timed;
import io.millrace.plan.Backoff;
import io.millrace.plan.Retry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallExampleTest {
  private final List<List<Integer>> saved = new ArrayList<>();

  @Test
  void aStoredCall() {
    Retry retry = Retry.ofAttempts(3).backoff(Backoff.none());
    // @start region="call"
    Call<String, Integer> lengths = Call.of(Parallel.of(3).retry(retry), String::length);

    List<Integer> all = lengths.list(List.of("a", "bb"));
    List<String> loud = lengths.list(List.of("a", "bb"), String::toUpperCase);
    List<Timed<Integer>> timed = lengths.timed().list(List.of("a", "bb"));
    List<Integer> once = lengths.input(Shape.asIs().unique()).list(List.of("a", "bb", "a"));
    try (var batches = lengths.batches(List.of("a", "bb", "ccc"), 2)) {
      batches.forEach(saved::add);
    }
    // @end
    assertEquals(List.of(1, 2), all);
    assertEquals(List.of("A", "BB"), loud);
    assertEquals(2, timed.get(1).value());
    assertTrue(timed.get(1).elapsed().compareTo(ZERO) >= 0);
    assertEquals(List.of(1, 2), once);
    assertEquals(List.of(List.of(1, 2), List.of(3)), saved);
  }

  @Test
  void shapes() {
    // @start region="shape"
    List<?> nested = List.of(1, Arrays.asList(2, null), 3, 2);

    var sanitized = Shape.sanitized().of(nested); // 1, 2, 3, 2
    var unique = Shape.sanitized().unique().of(nested); // 1, 2, 3
    // @end
    assertEquals("[1, 2, 3, 2]", listed(sanitized));
    assertEquals("[1, 2, 3]", listed(unique));
  }

  private static String listed(Iterable<?> elements) {
    List<Object> all = new ArrayList<>();
    elements.forEach(all::add);
    return all.toString();
  }
}
