package io.millrace.examples.python;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.Parallel;
import io.millrace.plan.Source;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ParallelizeTest {
  private final List<Object> printed = new ArrayList<>();

  private int status(String url) {
    return url.endsWith("0") ? 404 : 200;
  }

  @Test
  @DisplayName("BL1, BL2: billions of generated items, as many workers as you say")
  void parallelize() {
    // @start region="parallelize"
    Iterable<String> urls = () -> generated().iterator(); // read only as slots free up

    try (var responses = Parallel.of(100).start(urls, this::status)) {
      for (var response : responses) {
        printed.add(response.item() + ": " + response.value()); // an action's error is thrown here
        if (printed.size() == 1_000) {
          break; // leaving early ends all work
        }
      }
    }
    // @end
    assertEquals(1_000, printed.size());
    try (var values = Parallel.of(100).values(urls, this::status)) {
      assertEquals(7, values.limit(7).count());
    }
  }

  private static Stream<String> generated() {
    return LongStream.range(0, 5_000_000_000L).mapToObj(n -> "https://example.com/" + n);
  }

  @Test
  @DisplayName("BL1: arguments")
  void arguments() {
    // @start region="arguments"
    var repeat = Parallel.of(100).spread(String::repeat);

    try (var lines = repeat.stream(List.of(Map.entry("ab", 2), Map.entry("c", 3)))) {
      lines.forEach(printed::add);
    }
    // @end
    assertEquals(2, printed.size());
  }

  @Test
  @DisplayName("BL3: sources of other kinds")
  void sources() {
    BlockingQueue<String> queue = new ArrayBlockingQueue<>(3, false, List.of("/1", "/0", "end"));
    try (var responses = Parallel.of(2).stream(Source.of(queue, "end"), this::status)) {
      assertEquals(2, responses.count());
    }
    Iterator<String> iterator = List.of("/1").iterator();
    assertEquals(1, Parallel.of(2).map(Source.of(iterator), this::status).size());
  }

  @Test
  @DisplayName("BL4: errors arrive, and nothing hangs")
  void errors() {
    var parallel = Parallel.of(3);
    assertEquals(0, parallel.map(List.<String>of(), this::status).size());
    assertEquals(3, parallel.map(List.of(1, 0, 2), n -> 2 / n).size());
    Iterable<String> broken =
        () -> LongStream.range(0, 3).mapToObj(n -> List.of("/1").get((int) n)).iterator();
    var error = assertThrows(RuntimeException.class, () -> parallel.map(broken, this::status));
    assertInstanceOf(IndexOutOfBoundsException.class, error);
  }
}
