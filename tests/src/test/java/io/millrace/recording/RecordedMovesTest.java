package io.millrace.recording;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.plan.ConcurrencyChange;
import io.millrace.plan.RateChange;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.signal.HttpReply;
import io.millrace.testkit.ManualClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
@DisplayName("E26: Flight Recorder hears why rates, concurrencies and declared limits move")
class RecordedMovesTest {
  private static final List<Integer> ITEMS = IntStream.range(0, 300).boxed().toList();

  @TempDir Path folder;

  private final ManualClock clock = ManualClock.jumping();

  private record Reply(int statusCode, Map<String, String> headers) implements HttpReply {
    @Override
    public Optional<String> header(String name) {
      return Optional.ofNullable(headers.get(name));
    }
  }

  @AfterEach
  void close() {
    clock.close();
  }

  private List<RecordedEvent> recorded(String event, Runnable run) throws IOException {
    Path file = folder.resolve(event + ".jfr");
    try (Recording recording = new Recording()) {
      recording.enable("io.millrace." + event).withoutThreshold();
      recording.start();
      run.run();
      recording.stop();
      recording.dump(file);
    }
    return RecordingFile.readAllEvents(file).stream()
        .filter(each -> each.getEventType().getName().equals("io.millrace." + event))
        .sorted((one, other) -> one.getStartTime().compareTo(other.getStartTime()))
        .toList();
  }

  private Parallel parallel(RateLimit limit) {
    return Parallel.of(8).clock(clock).retry(Retry.http().attempts(8)).rateLimit(limit);
  }

  private Reply reply(int status, Map<String, String> headers) throws InterruptedException {
    clock.sleep(Duration.ofMillis(20));
    return new Reply(status, headers);
  }

  @Test
  @DisplayName("each move of a rate, as its listener hears it")
  void rates() throws IOException {
    Queue<RateChange> heard = new ConcurrentLinkedQueue<>();
    AtomicInteger calls = new AtomicInteger();
    List<RecordedEvent> events =
        recorded(
            "RateChange",
            () ->
                parallel(RateLimit.adaptive().onChange(heard::add))
                    .map(
                        ITEMS,
                        item ->
                            reply(
                                calls.incrementAndGet() % 50 == 49 ? 429 : 200,
                                Map.of("retry-after", "1"))));
    assertTrue(heard.stream().anyMatch(change -> change.reason() == RateChange.Reason.REFUSED));
    assertEquals(
        heard.stream().map(RateChange::toString).sorted().toList(),
        events.stream()
            .map(
                event ->
                    new RateChange(
                            event.getDouble("before"),
                            event.getDouble("after"),
                            RateChange.Reason.valueOf(event.getString("reason")))
                        .toString())
            .sorted()
            .toList());
  }

  @Test
  @DisplayName("each move of a concurrency, as its listener hears it")
  void concurrencies() throws IOException {
    Queue<ConcurrencyChange> heard = new ConcurrentLinkedQueue<>();
    List<RecordedEvent> events =
        recorded(
            "ConcurrencyChange",
            () ->
                Parallel.of()
                    .adaptive(1, 50, heard::add)
                    .clock(clock)
                    .map(ITEMS, item -> reply(200, Map.of())));
    assertTrue(!heard.isEmpty());
    assertEquals(
        List.copyOf(heard),
        events.stream()
            .map(
                event ->
                    new ConcurrencyChange(
                        event.getInt("before"),
                        event.getInt("after"),
                        ConcurrencyChange.Reason.valueOf(event.getString("reason")),
                        event.getDuration("latency"),
                        event.getDuration("unloaded")))
            .toList());
  }

  @Test
  @DisplayName("moves of a concurrency without a listener")
  void concurrencyWithoutListener() throws IOException {
    List<RecordedEvent> events =
        recorded(
            "ConcurrencyChange",
            () -> Parallel.of().adaptive(1, 8).clock(clock).map(ITEMS, i -> reply(200, Map.of())));
    assertEquals(
        List.of("STARTING", "STARTING", "STARTING"),
        events.stream().limit(3).map(event -> event.getString("reason")).toList());
  }

  @Test
  @DisplayName("a declared limit when it is new, used up, renewed and gone; not each permit less")
  void declaredLimits() throws IOException {
    AtomicInteger calls = new AtomicInteger();
    List<RecordedEvent> events =
        recorded(
            "DeclaredLimit",
            () ->
                parallel(RateLimit.declaredByServer(5))
                    .concurrency(1)
                    .map(ITEMS.subList(0, 120), item -> declaring(calls.getAndIncrement())));
    assertEquals(
        List.of(
            "DECLARED 20 19 20000",
            "USED_UP 20 0 20000",
            "RENEWED 20 19 20000",
            "USED_UP 20 0 20000",
            "SILENT -1 -1 0"),
        events.stream()
            .map(
                event ->
                    event.getString("reason")
                        + " "
                        + event.getLong("quota")
                        + " "
                        + event.getLong("remaining")
                        + " "
                        + event.getDuration("resetsIn").toMillis())
            .toList());
    assertEquals("REQUESTS", events.getFirst().getString("unit"));
  }

  /* Two windows of twenty, then nothing is declared. */
  private Reply declaring(int call) throws InterruptedException {
    return call >= 40
        ? reply(200, Map.of())
        : reply(
            200,
            Map.of(
                "x-ratelimit-limit",
                "20",
                "x-ratelimit-remaining",
                Integer.toString(19 - call % 20),
                "x-ratelimit-reset",
                "20"));
  }
}
