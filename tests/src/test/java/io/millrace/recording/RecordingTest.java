package io.millrace.recording;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.Parallel;
import io.millrace.plan.Backoff;
import io.millrace.plan.Retry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
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
}
