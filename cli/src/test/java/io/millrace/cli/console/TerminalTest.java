package io.millrace.cli.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalTest {
  @ParameterizedTest
  @CsvSource({"24 132, 132", "'24 132\n', 132", "0 0, 80", "'', 80", "nonsense, 80", "1 x, 80"})
  void theWidthIsWhatTheTerminalSaysOrTheUsualOne(String size, int columns) {
    assertEquals(columns, Terminal.columns(size));
  }
}
