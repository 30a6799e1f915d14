package io.millrace.spark;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Monitor;
import io.millrace.Parallel;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.Codec;
import io.millrace.outcome.Wording;
import io.millrace.plan.Budget;
import io.millrace.plan.ContextCarrier;
import io.millrace.plan.Hedge;
import io.millrace.plan.Order;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.RunControl;
import io.millrace.plan.StopToken;
import io.millrace.plan.Truncation;
import io.millrace.plan.Workers;
import io.millrace.testkit.MemoryStore;
import io.millrace.time.TimeSource;
import java.lang.reflect.Modifier;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoder;
import org.apache.spark.sql.Encoders;
import org.apache.spark.util.LongAccumulator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is refused on the driver, before anything runs. */
class RefusalsTest {
  private static final ThreadLocal<String> NAME = new ThreadLocal<>();
  private static final ScopedValue<String> SCOPED = ScopedValue.newInstance();

  private static final Map<String, UnaryOperator<Parallel>> REFUSED =
      Map.ofEntries(
          Map.entry("barrier", p -> p.barrier(5)),
          Map.entry("failurePolicy", p -> p.failFast()),
          Map.entry("failFast", p -> p.failFast()),
          Map.entry("maxFailures", p -> p.maxFailures(3)),
          Map.entry("failureRate", p -> p.failureRate(0.5, 10)),
          Map.entry("budget", p -> p.budget(Budget.calls(5))),
          Map.entry("runTimeout", p -> p.runTimeout(Duration.ofHours(1))),
          Map.entry("stopToken", p -> p.stopToken(new StopToken())),
          Map.entry("control", p -> p.control(new RunControl())),
          Map.entry(
              "checkpoint",
              p ->
                  p.checkpoint(
                      Checkpoint.of(
                          new MemoryStore(), CheckpointName.of("name", "1"), Codec.text()))),
          Map.entry("truncation", p -> p.truncation(Truncation.SILENT)),
          Map.entry("context", p -> p.context(ContextCarrier.of(NAME))),
          Map.entry("scopedValues", p -> p.scopedValues(SCOPED)));

  private static final Map<String, UnaryOperator<Parallel>> TAKEN =
      Map.ofEntries(
          Map.entry("concurrency", p -> p.concurrency(5)),
          Map.entry("adaptive", p -> p.adaptive(1, 5)),
          Map.entry("window", p -> p.window(7)),
          Map.entry("withoutWindow", Parallel::withoutWindow),
          Map.entry("withoutBarrier", Parallel::withoutBarrier),
          Map.entry("ordered", Parallel::ordered),
          Map.entry("unordered", Parallel::unordered),
          Map.entry("order", p -> p.order(Order.INPUT)),
          Map.entry("workers", p -> p.workers(Workers.platform())),
          Map.entry("rateLimit", p -> p.rateLimit(RateLimit.perSecond(5))),
          Map.entry("concurrencyPerKey", p -> p.<Object>concurrencyPerKey(1, item -> item)),
          Map.entry("withoutConcurrencyPerKey", Parallel::withoutConcurrencyPerKey),
          Map.entry("retry", p -> p.retry(Retry.http())),
          Map.entry("hedgeIdempotent", p -> p.hedgeIdempotent(Hedge.after(Duration.ofSeconds(1)))),
          Map.entry("withoutHedge", Parallel::withoutHedge),
          Map.entry("shedAfter", p -> p.shedAfter(Duration.ofSeconds(1))),
          Map.entry("initialDelay", p -> p.initialDelay(Duration.ofSeconds(1))),
          Map.entry("attemptTimeout", p -> p.attemptTimeout(Duration.ofSeconds(1))),
          Map.entry("itemTimeout", p -> p.itemTimeout(Duration.ofSeconds(1))),
          Map.entry("grace", p -> p.grace(Duration.ofSeconds(1))),
          Map.entry("patience", p -> p.patience(Duration.ofSeconds(1))),
          Map.entry("withoutCheckpoint", Parallel::withoutCheckpoint),
          Map.entry("withoutFailureRate", Parallel::withoutFailureRate),
          Map.entry("itemKey", p -> p.<Object>itemKey(item -> item)),
          Map.entry("withoutItemKey", Parallel::withoutItemKey),
          Map.entry("onProgress", p -> p.onProgress((_, _) -> {})),
          Map.entry("onOutcome", p -> p.onOutcome(_ -> {})),
          Map.entry("onAttempt", p -> p.onAttempt(_ -> {})),
          Map.entry("withoutListeners", Parallel::withoutListeners),
          Map.entry("monitor", p -> p.monitor(Monitor.of())),
          Map.entry("withoutMonitor", Parallel::withoutMonitor),
          Map.entry("clock", p -> p.clock(TimeSource.system())));

  @Test
  @DisplayName(
      "K10 every option of Parallel works on Spark, or is refused on the driver with the reason")
  void everyOptionWorksOrIsRefused() {
    TreeSet<String> options = new TreeSet<>();
    Stream.of(Parallel.class.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .filter(method -> method.getReturnType() == Parallel.class)
        .forEach(method -> options.add(method.getName()));
    TreeSet<String> known = new TreeSet<>(REFUSED.keySet());
    known.addAll(TAKEN.keySet());
    assertEquals(options, known);
    REFUSED
        .keySet()
        .forEach(
            name -> {
              String message = refusal(() -> SparkParallel.of(() -> with(name)));
              assertTrue(message.matches("on Spark there is no .{4,}: .{20,}"), message);
            });
    TAKEN
        .keySet()
        .forEach(name -> assertDoesNotThrow(() -> SparkParallel.of(() -> with(name)), name));
    String callers = refusal(() -> SparkParallel.of(() -> Parallel.of().workers(Workers.caller())));
    assertTrue(callers.contains("Workers.caller()"), callers);
  }

  /* By its name: the functions themselves are not serializable. */
  private static Parallel with(String option) {
    return REFUSED.getOrDefault(option, TAKEN.get(option)).apply(Parallel.of(2));
  }

  @Test
  @DisplayName(
      "K11 what cannot be sent to the workers is refused on the driver, and the message says what to do")
  void functionsThatCannotBeSent() {
    SparkParallel calling = SparkParallel.of(() -> Parallel.of(2));
    Dataset<Long> items = LocalSpark.session().range(3).as(Encoders.LONG());
    try (HttpClient client = HttpClient.newHttpClient()) {
      String action =
          refusal(() -> calling.map(items, item -> client.version().name(), Encoders.STRING()));
      assertTrue(action.startsWith("action cannot be sent to the workers"), action);
      assertTrue(action.contains("HttpClient") && action.contains("on the worker"), action);
      String supplier =
          refusal(() -> calling.map(items, () -> client, (c, item) -> item, Encoders.LONG()));
      assertTrue(supplier.startsWith("client cannot be sent to the workers"), supplier);
    }
    Monitor monitor = Monitor.of();
    String configuration = refusal(() -> SparkParallel.of(() -> Parallel.of(2).monitor(monitor)));
    assertTrue(configuration.startsWith("configuration cannot be sent"), configuration);
    assertTrue(configuration.contains("io.millrace.Monitor"), configuration);
    String around = refusal(() -> calling.map(items, item -> item + hashCode(), Encoders.LONG()));
    assertTrue(around.contains(RefusalsTest.class.getName()), around);
    assertTrue(around.contains("local variable"), around);
  }

  @Test
  @DisplayName("K10 a checkpoint is one that all tasks share, and that finds rows by their keys")
  void checkpoints() {
    SparkParallel.of(() -> shared(true));
    String positions = refusal(() -> SparkParallel.of(() -> shared(false)));
    assertTrue(positions.contains("Checkpoint.key"), positions);
    String alone = refusal(() -> SparkParallel.of(() -> with("checkpoint")));
    assertTrue(alone.contains("JdbcStore.url(...).shared()"), alone);
  }

  private static Parallel shared(boolean hasKeys) {
    Checkpoint checkpoint =
        Checkpoint.of(new SharedMemoryStore(), CheckpointName.of("name", "1"), Codec.text());
    return Parallel.of(2).checkpoint(hasKeys ? checkpoint.key((Long item) -> item) : checkpoint);
  }

  @Test
  @DisplayName(
      "K11 an accumulator would count for one task of a worker: whoever captures one is told what to do")
  void accumulators() {
    SparkParallel calling = SparkParallel.of(() -> Parallel.of(2));
    Dataset<Long> items = LocalSpark.session().range(3).as(Encoders.LONG());
    LongAccumulator calls = LocalSpark.session().sparkContext().longAccumulator("calls");
    String action =
        refusal(
            () ->
                calling.map(
                    items,
                    item -> {
                      calls.add(1L);
                      return item;
                    },
                    Encoders.LONG()));
    assertTrue(action.startsWith("action captures an accumulator"), action);
    assertTrue(action.contains("SparkParallel.counting"), action);
    CallCounts counts = CallCounts.register(LocalSpark.session().sparkContext(), "counts");
    String client =
        refusal(() -> calling.map(items, () -> counts, (c, item) -> item, Encoders.LONG()));
    assertTrue(client.startsWith("client captures an accumulator"), client);
  }

  /** Cannot be sent. */
  private static final class NotSent implements Wording {}

  @Test
  @DisplayName(
      "K11 a monitor of which the workers could not tell all, or to which they cannot, is refused")
  void monitors() {
    SparkParallel calling = SparkParallel.of(() -> Parallel.of(2));
    String listener = refusal(() -> calling.monitor(Monitor.of(Wording.PLAIN, _ -> {})));
    assertTrue(listener.contains("with a listener"), listener);
    String wording = refusal(() -> calling.monitor(Monitor.of(new NotSent())));
    assertTrue(wording.startsWith("the monitor's wording cannot be sent"), wording);
    String second =
        refusal(
            () ->
                SparkParallel.of(() -> Parallel.of(2).monitor(Monitor.of())).monitor(Monitor.of()));
    assertTrue(second.contains("beside one of the configuration"), second);
    assertThrows(NullPointerException.class, () -> calling.monitor(null));
  }

  @Test
  @DisplayName("K11 a configuration that throws or gives nothing is refused on the driver")
  void configurationsThatFail() {
    String thrown =
        refusal(
            () ->
                SparkParallel.of(
                    () -> {
                      throw new java.io.IOException("no file");
                    }));
    assertTrue(thrown.contains("no file"), thrown);
    assertThrows(NullPointerException.class, () -> SparkParallel.of(() -> null));
    assertThrows(IllegalArgumentException.class, () -> SparkParallel.of(() -> Parallel.of(0)));
    String keepOpen =
        refusal(() -> SparkParallel.of(Parallel::of).keepOpen(Duration.ofSeconds(-1)));
    assertEquals("keepOpen must be from zero to a day, not PT-1S", keepOpen);
  }

  @Test
  @DisplayName(
      "K11 a missing encoder, and one for values that cannot be null, are refused on the driver")
  void encoders() {
    SparkParallel calling = SparkParallel.of(() -> Parallel.of(2));
    Dataset<Long> items = LocalSpark.session().range(3).as(Encoders.LONG());
    Encoder<Long> none = null;
    String missing =
        assertThrows(NullPointerException.class, () -> calling.map(items, item -> item, none))
            .getMessage();
    assertTrue(missing.contains("encoder") && missing.contains("Encoders.STRING()"), missing);
    String kryo = refusal(() -> calling.map(items, item -> item, Encoders.kryo(Long.class)));
    assertTrue(kryo.startsWith("encoder must be one for values that can be null"), kryo);
    String record = refusal(() -> calling.map(items, Point::new, Encoders.bean(Point.class)));
    assertTrue(record.contains("has none") && record.contains("record"), record);
  }

  /** Not a bean. */
  public record Point(long x) {}

  private static String refusal(org.junit.jupiter.api.function.Executable call) {
    return assertThrows(IllegalArgumentException.class, call).getMessage();
  }
}
