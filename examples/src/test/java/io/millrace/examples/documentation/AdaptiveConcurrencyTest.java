package io.millrace.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.Parallel;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code docs/adaptive-concurrency.md} shows. */
class AdaptiveConcurrencyTest {
  private final List<String> urls = List.of("/a", "/b", "/c");

  private int fetch(String url) {
    return url.length();
  }

  @Test
  void findsItself() {
    // @start region="adaptive"
    var results = Parallel.of().adaptive(1, 200).map(urls, this::fetch);
    // @end
    assertEquals(3, results.okValues().size());
  }

  @Test
  void saysWhy() {
    // @start region="listener"
    var results =
        Parallel.of()
            .adaptive(1, 200, change -> System.out.println(change.after() + " " + change.reason()))
            .map(urls, this::fetch);
    // @end
    assertEquals(3, results.okValues().size());
  }
}
