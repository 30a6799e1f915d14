package io.millrace.recording;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a fresh process loads. */
class ColdStartTest {
  @TempDir Path folder;

  @Test
  @DisplayName("E26: nothing of Flight Recorder is loaded before somebody records")
  void nothingOfFlightRecorderIsLoaded() throws Exception {
    List<String> printed = run("-Xlog:class+load");
    assertTrue(printed.contains("done: 4 and 3"), printed::toString);
    assertEquals(List.of(), printed.stream().filter(line -> line.contains(" jdk.jfr.")).toList());
    assertTrue(printed.stream().anyMatch(line -> line.contains(" io.millrace.Parallel ")));
  }

  @Test
  @DisplayName("E26: a recording that starts with the process sees its first run")
  void aRecordingFromTheStartSeesTheFirstRun() throws Exception {
    Path file = folder.resolve("start.jfr");
    List<String> printed = run("-XX:StartFlightRecording:filename=" + file);
    assertTrue(printed.contains("done: 4 and 3"), printed::toString);
    assertEquals(
        3,
        RecordingFile.readAllEvents(file).stream()
            .map(RecordedEvent::getEventType)
            .filter(type -> type.getName().equals("io.millrace.Run"))
            .count());
  }

  private static List<String> run(String option) throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classes =
        Stream.of(Parallel.class, ColdStart.class)
            .map(type -> type.getProtectionDomain().getCodeSource().getLocation().getPath())
            .collect(Collectors.joining(File.pathSeparator));
    Process process =
        new ProcessBuilder(java, option, "-cp", classes, ColdStart.class.getName())
            .redirectErrorStream(true)
            .start();
    List<String> printed = new ArrayList<>();
    try (var reader = process.inputReader(StandardCharsets.UTF_8)) {
      reader.lines().forEach(printed::add);
    }
    assertEquals(0, process.waitFor(), printed::toString);
    return printed;
  }
}
