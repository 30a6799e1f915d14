package io.millrace.examples;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.scope.CancelScope;
import io.millrace.scope.Handle;
import io.millrace.scope.TaskGroup;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ScopeExampleTest {
  private static int priceOf(String product) {
    return product.length();
  }

  @Test
  void aBlockHasADeadline() {
    List<String> products = List.of("tea", "cocoa");
    // @start region="deadline"
    CancelScope scope = CancelScope.withTimeout(ofSeconds(2));
    Optional<Results<String, Integer>> prices =
        scope.call(() -> Parallel.of(8).map(products, ScopeExampleTest::priceOf));
    if (scope.cancelledCaught()) {
      System.err.println("not within 2 s"); // and nothing of the run goes on
    }
    // @end
    assertEquals(List.of(3, 5), prices.orElseThrow().values());
  }

  @Test
  void tasksBelongTogether() {
    // @start region="group"
    int sum =
        TaskGroup.call(
            group -> {
              Handle<Integer> tea = group.start(() -> priceOf("tea"));
              Handle<Integer> cocoa = group.start(() -> priceOf("cocoa"));
              return tea.result() + cocoa.result();
            });
    // @end
    assertEquals(8, sum);
  }
}
