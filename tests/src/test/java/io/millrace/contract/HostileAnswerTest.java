package io.millrace.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.millrace.signal.HttpReply;
import io.millrace.signal.Signals;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An answer that is meant to take long to read")
class HostileAnswerTest {
  private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");

  /** Work is measured by what it allocates: a clock says more about the machine. */
  private static long allocated(Supplier<?> work) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    var _ = work.get(); // what is loaded once
    long before = threads.getCurrentThreadAllocatedBytes();
    var _ = work.get();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  private record Answer(List<String> values, Optional<String> body) implements HttpReply {
    @Override
    public int statusCode() {
      return 429;
    }

    @Override
    public Optional<String> header(String name) {
      return headers(name).stream().findFirst();
    }

    @Override
    public List<String> headers(String name) {
      return values;
    }
  }

  @ParameterizedTest(name = "costs little where all that is looked at is full of {0}")
  @ValueSource(strings = {"%\"\",", "\"\",", "::,", "a;b,", "(),", "?1,", "\"a\";q=1,", "9"})
  void aFullHeader(String member) {
    String full = member.repeat(8_190 / member.length());
    Answer answer = new Answer(List.of(full + "1"), Optional.empty());
    long bytes = allocated(() -> Signals.in(answer, NOW));
    assertTrue(bytes < 8_000_000, member + ": " + bytes);
  }

  @DisplayName("costs as little as any other, for which no names of headers are made")
  @Test
  void namesAreNotMadeForEachAnswer() {
    Answer silent = new Answer(List.of(), Optional.empty());
    long bytes =
        allocated(() -> IntStream.range(0, 100).mapToObj(_ -> Signals.in(silent, NOW)).toList());
    assertTrue(bytes < 100 * 16_000, bytes + " bytes");
  }

  @DisplayName("is looked at only in part: 8,192 characters of a header in all, 65,536 of a body")
  @Test
  void whatIsLookedAtIsBounded() {
    String limit = "\"a\";r=1";
    String padded = limit + " ".repeat(8_192 - limit.length());
    assertEquals(1, Signals.in(new Answer(List.of(padded), Optional.empty()), NOW).limits().size());
    assertEquals(
        List.of(), Signals.in(new Answer(List.of(padded + " "), Optional.empty()), NOW).limits());
    assertEquals(
        List.of(), Signals.in(new Answer(List.of(limit, padded), Optional.empty()), NOW).limits());
    List<String> together = List.of("5", " ".repeat(8_192));
    assertTrue(Signals.in(new Answer(together, Optional.empty()), NOW).delay().isEmpty());
    String delay = "\"retryDelay\":\"3s\"";
    String full = " ".repeat(65_536 - delay.length()) + delay;
    assertTrue(Signals.in(new Answer(List.of(), Optional.of(full)), NOW).delay().isPresent());
    assertTrue(Signals.in(new Answer(List.of(), Optional.of(" " + full)), NOW).delay().isEmpty());
  }

  @DisplayName("costs little in all, whatever it has in its headers")
  @Test
  void fiveLargeHeaders() {
    for (String member : List.of("%\"\",", "\"\";q=1,", "\"\";r=1,", "9", "(1 ")) {
      Answer answer =
          new Answer(
              Collections.nCopies(5, member.repeat(60_000 / member.length())),
              Optional.of("\"retryDelay\" ".repeat(5_000)));
      long bytes = allocated(() -> Signals.in(answer, NOW));
      assertTrue(bytes < 4_000_000, member + ": " + bytes);
    }
  }
}
