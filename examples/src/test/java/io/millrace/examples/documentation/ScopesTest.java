package io.millrace.examples.documentation;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.Parallel;
import io.millrace.scope.CancelScope;
import io.millrace.scope.Handle;
import io.millrace.scope.TaskGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What {@code docs/scopes.md} shows. */
class ScopesTest {
  private final List<Object> saved = new ArrayList<>();

  private int priceOf(String product) {
    if (product.isEmpty()) {
      throw new IllegalArgumentException("no product");
    }
    return product.length();
  }

  private void save(Object what) {
    saved.add(what);
  }

  @Test
  void aDeadline() {
    var products = List.of("tea", "cocoa");
    // @start region="deadline"
    var scope = CancelScope.withTimeout(ofSeconds(2));
    Optional<Integer> prices =
        scope.call(
            () -> {
              int shipping = priceOf("shipping");
              var all = Parallel.of(8).map(products, this::priceOf).values();
              return shipping + all.getFirst();
            });
    if (scope.cancelledCaught()) {
      save("not within 2 s"); // and nothing that was started in the block goes on
    }
    // @end
    assertEquals(11, prices.orElseThrow());
  }

  @Test
  void aShield() {
    // @start region="shield"
    CancelScope.withTimeout(ofSeconds(2))
        .run(
            () -> {
              try {
                priceOf("tea");
              } finally {
                CancelScope.withTimeout(ofSeconds(1)).shielded().run(() -> save("receipt"));
              }
            });
    // @end
    assertEquals(List.of("receipt"), saved);
  }

  @Test
  void aGroup() {
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
    assertThrows(
        IllegalArgumentException.class,
        () -> TaskGroup.run(group -> group.start(() -> priceOf(""))));
  }
}
