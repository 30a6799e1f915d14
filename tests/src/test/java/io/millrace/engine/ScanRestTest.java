package io.millrace.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long nobody looks for timeouts after a scan, which no deadline may notice. */
class ScanRestTest {
  @ParameterizedTest(name = "{0} attempts: {1} to {2} microseconds")
  @CsvSource({
    "1, 0, 10",
    "100, 10, 100",
    "10000, 1000, 5000",
    "100000, 5000, 10000",
    "2000000000, 5000, 10000"
  })
  @DisplayName(
      "AF8: a deadline waits for the pause between two scans for a few milliseconds at most")
  void isShort(int attempts, long leastMicros, long mostMicros) {
    Duration rest = Duration.ofNanos(Interrupter.rest(attempts));
    assertTrue(
        rest.compareTo(Duration.ofNanos(leastMicros * 1000)) >= 0, () -> "too short: " + rest);
    assertTrue(rest.compareTo(Duration.ofNanos(mostMicros * 1000)) <= 0, () -> "too long: " + rest);
  }
}
