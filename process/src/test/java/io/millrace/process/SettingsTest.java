package io.millrace.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.process.wire.WorkerRules;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
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
