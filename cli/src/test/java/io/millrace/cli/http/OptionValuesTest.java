package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.option.Rate;
import io.millrace.cli.option.TimeSpan;
import io.millrace.plan.RateLimit;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class OptionValuesTest {
  @ParameterizedTest
  @CsvSource({
    "500ms, PT0.5S",
    "5s, PT5S",
    "1.5m, PT1M30S",
    "2h, PT2H",
    "0.000000001s, PT0.000000001S",
    "999999999h, PT876000H"
  })
  void aTimeHasAUnit(String text, Duration time) {
    assertEquals(time, new TimeSpan().convert(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "5", "s", "0ms", "0.000000001ms", "-1s", "1e9s", "1 s", "9999999999s"})
  void otherTimesAreRefused(String text) {
    assertThrows(TypeConversionException.class, () -> new TimeSpan().convert(text));
  }

  @DisplayName(
      "0 jobs, as for xargs, and percents, as for GNU parallel: what to give instead is said")
  @ParameterizedTest
  @ValueSource(strings = {"0", "200%"})
  void jobsOfOtherCommands(String jobs) {
    for (String command : new String[] {"run", "http"}) {
      Cli cli = Cli.run("", command, "--jobs", jobs, "--", "true");
      assertEquals(2, cli.code());
      assertTrue(cli.err().contains("'" + jobs + "' is not a whole number from 1 "), cli.err());
      assertTrue(cli.err().contains("$(nproc)"), cli.err());
    }
  }

  @Test
  void aRateHasAPeriod() {
    assertEquals(RateLimit.perSecond(400), new Rate().convert("400/s"));
    assertEquals(RateLimit.perMinute(0.5), new Rate().convert("0.5/m"));
    assertEquals(RateLimit.perHour(1_000), new Rate().convert("1000/h"));
  }
}
