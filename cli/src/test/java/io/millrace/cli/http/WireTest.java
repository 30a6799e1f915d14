package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.millrace.cli.console.Breakdown;
import io.millrace.cli.text.MalformedInputException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Requests to more servers than a run can remember. */
class WireTest {
  private static final int SERVERS = 3_500;

  @DisplayName("H8: what is kept of servers does not grow with their number")
  @Test
  void serversAreForgotten() throws MalformedInputException {
    int most = 0;
    try (Alarms alarms = new Alarms(new Breakdown("test", System.err, () -> {}));
        Wire wire = new Wire(2, Proxies.of(Optional.empty(), Map.of()), Tls.ofRuntime())) {
      for (int server = 0; server < SERVERS; server++) {
        refused(wire, alarms, "http://127.1." + server / 250 + "." + server % 250 + ":1/");
        most = Math.max(most, wire.known());
      }
    }
    assertTrue(most <= 1_100, most + " of " + SERVERS + " servers are known");
  }

  @DisplayName("H8: a connection takes no more than 40,000 bytes of memory")
  @Test
  void connectionsAreSmall() throws IOException {
    ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    var _ = new QuietConnection(null, Wire.BOUNDS); // loads classes
    long before = memory.getCurrentThreadAllocatedBytes();
    var _ = new QuietConnection(null, Wire.BOUNDS);
    long taken = memory.getCurrentThreadAllocatedBytes() - before;
    assertTrue(taken <= 40_000, taken + " bytes");
  }

  /* Nobody listens there. */
  private static void refused(Wire wire, Alarms alarms, String url) throws MalformedInputException {
    Request request = new Request("GET", Url.parse(url), List.of(), List.of(), Optional.empty());
    InputLine.Call call = new InputLine.Call(InputLine.Label.of(1), new LineHistory(0), request);
    try (Attempt attempt = Attempt.start(call, alarms, Duration.ofMinutes(1))) {
      assertThrows(
          IOException.class,
          () -> wire.send(request, attempt, (_, _, _) -> new Wire.Answer<>("answered", true)));
    }
  }
}
