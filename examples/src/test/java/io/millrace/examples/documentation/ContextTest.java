package io.millrace.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.Parallel;
import io.millrace.executor.ParallelExecutor;
import io.millrace.outcome.Outcome;
import io.millrace.plan.Context;
import io.millrace.plan.ContextCarrier;
import io.millrace.scope.TaskGroup;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What {@code docs/context.md} shows. */
class ContextTest {
  private static final ThreadLocal<String> CUSTOMER = new ThreadLocal<>();

  /** As logging libraries have it. */
  private static final class MDC {
    private static final ThreadLocal<@Nullable Map<String, String>> MAP = new ThreadLocal<>();

    private MDC() {}

    static @Nullable Map<String, String> getCopyOfContextMap() {
      return MAP.get();
    }

    static void setContextMap(Map<String, String> map) {
      MAP.set(Map.copyOf(map));
    }
  }

  // @start region="mdc"
  static final class MdcCarrier implements ContextCarrier<Map<String, String>> {
    @Override
    public Map<String, String> capture() { // in the thread that starts the run
      return Objects.requireNonNullElse(MDC.getCopyOfContextMap(), Map.of());
    }

    @Override
    public Runnable install(
        Map<String, String> captured) { // in a worker's thread, before each attempt
      Map<String, String> before = capture();
      MDC.setContextMap(captured);
      return () -> MDC.setContextMap(before); // after the attempt
    }
  }

  // @end

  @AfterEach
  void clear() {
    CUSTOMER.remove();
    MDC.MAP.remove();
  }

  private static String seen(int item) {
    String customer = CUSTOMER.get();
    Map<String, String> map = Objects.requireNonNullElse(MDC.getCopyOfContextMap(), Map.of());
    MDC.setContextMap(Map.of("request", "another"));
    return customer + map.get("request");
  }

  @Test
  void ofALoggingLibrary() {
    CUSTOMER.set("Ann");
    MDC.setContextMap(Map.of("request", "7"));
    // @start region="carriers"
    var parallel = Parallel.of(8).context(new MdcCarrier(), ContextCarrier.of(CUSTOMER));
    // @end
    assertEquals(
        List.of("Ann7", "Ann7", "Ann7"),
        parallel.map(List.of(1, 2, 3), ContextTest::seen).values());
    assertEquals(Map.of("request", "7"), MDC.getCopyOfContextMap());
  }

  @DisplayName("The context is captured where the page says")
  @Test
  void where() throws Exception {
    var parallel = Parallel.of(2).context(ContextCarrier.of(CUSTOMER));
    CUSTOMER.set("before");
    var function = parallel.function((Integer item) -> CUSTOMER.get());
    var publisher = function.publisher(List.of(1));
    List<String> seen = new ArrayList<>();
    try (var stream = function.stream(List.of(1));
        var values = function.values(List.of(1));
        var batches = function.batches(List.of(1), 1);
        var executor = ParallelExecutor.of(parallel)) {
      Stream<String> gathered =
          Stream.of(1).gather(function.gatherer()).map(outcome -> outcome.value());
      CUSTOMER.set("at");
      seen.add(function.map(List.of(1)).values().getFirst());
      seen.add(function.call(1));
      seen.addAll(stream.map(outcome -> outcome.value()).toList());
      seen.addAll(values.toList());
      seen.addAll(batches.map(batch -> batch.getFirst().value()).toList());
      seen.addAll(gathered.toList());
      seen.add(first(publisher).join());
      var future = executor.submit(CUSTOMER::get);
      try (var run = function.start(List.of(1))) {
        CUSTOMER.set("after");
        seen.add(future.result());
        run.forEach(outcome -> seen.add(outcome.value()));
      }
      CUSTOMER.set("at");
      seen.add(
          TaskGroup.call(
              Context.of(ContextCarrier.of(CUSTOMER)),
              group -> group.start(CUSTOMER::get).result()));
    }
    assertEquals(Collections.nCopies(10, "at"), seen);
  }

  private static <R> CompletableFuture<R> first(Flow.Publisher<Outcome<Integer, R>> publisher) {
    var first = new CompletableFuture<R>();
    publisher.subscribe(
        new Flow.Subscriber<>() {
          @Override
          public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(1);
          }

          @Override
          public void onNext(Outcome<Integer, R> outcome) {
            first.complete(outcome.value());
          }

          @Override
          public void onError(Throwable error) {
            first.completeExceptionally(error);
          }

          @Override
          public void onComplete() {}
        });
    return first;
  }
}
