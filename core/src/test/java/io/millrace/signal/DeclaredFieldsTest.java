package io.millrace.signal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is left of the fields of the IETF's draft, and of dates, beside {@link SignalsTest}. */
class DeclaredFieldsTest {
  private static final Instant NOW = Instant.parse("2016-12-31T23:59:00Z");

  private record Answer(int statusCode, Map<String, String> fields) implements HttpReply {
    static Answer of(int status, String... lines) {
      Map<String, String> fields = new TreeMap<>();
      for (String line : lines) {
        String[] parts = line.split(": ", 2);
        fields.put(parts[0].toLowerCase(Locale.ROOT), parts[1]);
      }
      return new Answer(status, fields);
    }

    @Override
    public Optional<String> header(String name) {
      return Optional.ofNullable(fields.get(name));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"a\";r=0;t=60;pk=:eA==:, \"a\";r=5;t=1;pk=:eQ==: | PT1M",
        "\"a\";r=5;t=1;pk=:eQ==:, \"a\";r=0;t=60;pk=:eA==: | PT1M",
        "\"a\";r=0;t=2;pk=:eA==:, \"a\";r=0;t=60;pk=:eQ==:, \"a\";r=0;t=1;pk=:eg==: | PT1M"
      })
  @DisplayName("A50: of several partitions of a limit, the one counts that makes wait the longest")
  void partitions(String field, Duration delay) {
    Signals signals = Signals.in(Answer.of(429, "RateLimit: " + field), NOW);
    assertEquals(Optional.of(delay), signals.delay());
    assertEquals(1, signals.limits().size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"a\";q=600;w=60, \"a\";q=60;w=60",
        "\"a\";q=60;w=60, \"a\";q=600;w=60",
        "\"a\";q=60;w=60, \"a\";q=61;w=1",
      })
  @DisplayName("A50: of two policies of one name the stricter one counts")
  void policiesOfOneName(String policies) {
    Signals signals =
        Signals.in(
            Answer.of(200, "RateLimit-Policy: " + policies, "RateLimit: \"a\";r=5;t=10"), NOW);
    DeclaredLimit limit = signals.limits().getFirst();
    assertEquals(60, limit.quota().getAsLong());
    assertEquals(Optional.of(Duration.ofMinutes(1)), limit.window());
    assertEquals(1, signals.limits().size());
  }

  @Test
  @DisplayName("A50: the window of version 7 is that of the policy with the limit's quota")
  void windowOfVersion7() {
    DeclaredLimit limit =
        Signals.in(
                Answer.of(
                    200,
                    "RateLimit-Policy: 5000;w=3600, 100;w=60",
                    "RateLimit: limit=100, remaining=50, reset=30"),
                NOW)
            .limits()
            .getFirst();
    assertEquals(Optional.of(Duration.ofMinutes(1)), limit.window());
    assertEquals(OptionalLong.of(100), limit.quota());
    assertEquals(OptionalLong.of(50), limit.remaining());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Sat, 31 Dec 2016 23:59:60 GMT | PT1M",
        "Saturday, 31-Dec-16 23:59:60 GMT | PT1M",
        "Sat Dec 31 23:59:60 2016 | PT1M"
      })
  @DisplayName("A50: a date may be a leap second")
  void leapSecond(String date, Duration delay) {
    assertEquals(
        Optional.of(delay), Signals.in(Answer.of(429, "Retry-After: " + date), NOW).delay());
  }
}
