package io.millrace.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.process.wire.WorkerRules;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  @Test
  @DisplayName("L8: options show what differs from the defaults, but nothing that may be secret")
  void options() {
    assertEquals("ProcessOptions[processes=2]", ProcessOptions.of(2).toString());
    String all =
        ProcessOptions.of(2)
            .maxTasksPerWorker(5)
            .setup(() -> {})
            .jvmOptions("-Dpassword=secret")
            .memoryLimit(64L << 20)
            .withoutEnvironment()
            .environment("TOKEN", "secret")
            .directory(Path.of("work"))
            .startTimeout(Duration.ofSeconds(7))
            .grace(Duration.ofSeconds(3))
            .standardOutput(WorkerOutput.discard())
            .standardError(WorkerOutput.lines(line -> {}))
            .maxOutput(1)
            .allow("com.acme.*", "b.A")
            .maxMessage(1024)
            .maxDepth(9)
            .readTimeout(Duration.ofMinutes(1))
            .toString();
    assertEquals(
        "ProcessOptions[processes=2, maxTasksPerWorker=5, setup, jvmOptions, memoryLimit=67108864,"
            + " environment=inherits [], sets [TOKEN], directory=work, startTimeout=7s, grace=3s,"
            + " standardOutput=discard, standardError=lines, maxOutput=1, allow=[b.A, com.acme.*],"
            + " maxMessage=1024, maxDepth=9, readTimeout=1m]",
        all);
  }

  @DisplayName("P3: the answers of all workers fit in half of the heap, descriptions included")
  @ParameterizedTest
  @ValueSource(ints = {1, 12, 100, 1_000})
  void allAnswersFitInHalfOfTheHeap(int processes) {
    Settings settings = new Settings().with(copy -> copy.processes = processes);
    long heap = Runtime.getRuntime().maxMemory();
    assertTrue(
        settings.mostAnswerBytes() * processes <= heap / 2, () -> "" + settings.mostAnswerBytes());
    WorkerRules rules = settings.rulesOfWorkers();
    assertEquals(rules.text(), WorkerRules.parse(rules.text()).text());
    assertEquals(
        settings.mostAnswerBytes(), rules.rules().mostBytes() + (long) rules.mostDescription());
  }
}
