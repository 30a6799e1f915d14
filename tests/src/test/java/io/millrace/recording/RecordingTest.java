package io.millrace.recording;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.plan.Backoff;
import io.millrace.plan.Retry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingTest {
  @TempDir Path folder;

  @Test
  void flightRecorderSeesRunsAttemptsRetriesAndPauses() throws IOException {
    Path file = folder.resolve("run.jfr");
    try (Recording recording = new Recording()) {
      for (String event : List.of("Run", "Attempt", "Retry", "Pause")) {
        recording.enable("io.millrace." + event).withoutThreshold();
      }
      recording.start();
      Retry retry =
          Retry.ofAttempts(2)
              .backoff(Backoff.none())
              .serverWait((result, error, now) -> Optional.of(Duration.ZERO));
      Parallel.of(2)
          .retry(retry)
          .map(
              List.of("fine", "bad"),
              item -> {
                if (item.equals("bad")) {
                  throw new IOException(item);
                }
                return item;
              });
      recording.stop();
      recording.dump(file);
    }

    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    Map<String, Long> counts =
        events.stream()
            .map(event -> event.getEventType().getName())
            .filter(name -> name.startsWith("io.millrace."))
            .collect(groupingBy(name -> name.substring("io.millrace.".length()), counting()));
    assertEquals(Map.of("Run", 1L, "Attempt", 3L, "Retry", 1L, "Pause", 2L), counts);
    RecordedEvent run =
        events.stream()
            .filter(event -> event.getEventType().getName().equals("io.millrace.Run"))
            .findFirst()
            .orElseThrow();
    assertEquals("COMPLETED", run.getString("status"));
    assertEquals(2, run.getLong("items"));
    assertEquals(1, run.getLong("failures"));
  }

  @Test
  @DisplayName("E26: a recording that starts in the middle of a run sees its further attempts")
  void aRecordingThatStartsLaterSeesTheRest() throws Exception {
    Path file = folder.resolve("later.jfr");
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch recorded = new CountDownLatch(1);
    try (Run<Integer, Integer> run =
        Parallel.of(1)
            .start(
                List.of(0, 1, 2),
                item -> {
                  begun.countDown();
                  recorded.await();
                  return item;
                })) {
      begun.await();
      try (Recording recording = new Recording()) {
        recording.enable("io.millrace.Attempt").withoutThreshold();
        recording.enable("io.millrace.Run").withoutThreshold();
        recording.start();
        recorded.countDown();
        while (run.take().isPresent()) {}
        recording.dump(file);
      }
    }
    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    assertEquals(
        List.of(1L, 2L),
        events.stream()
            .filter(event -> event.getEventType().getName().equals("io.millrace.Attempt"))
            .map(event -> event.getLong("index"))
            .filter(
                index -> index > 0) // the first one's end may be seen, if somebody recorded before
            .sorted()
            .toList());
    assertEquals(
        1,
        events.stream()
            .filter(event -> event.getEventType().getName().equals("io.millrace.Run"))
            .count());
  }
}
