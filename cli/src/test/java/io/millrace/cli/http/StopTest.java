package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.Loopback;
import io.millrace.cli.RawServer;
import io.millrace.cli.console.EndReason;
import io.millrace.outcome.AbandonedException;
import io.millrace.outcome.Details;
import io.millrace.outcome.Failure;
import io.millrace.outcome.RunStatus;
import io.millrace.testkit.NoLeaks;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a line is told when its run, or its time, ends. */
@NoLeaks
class StopTest {
  private RawServer server = RawServer.start((request, number, answer) -> answer.hang());

  @AfterEach
  void stopServer() {
    server.close();
  }

  @DisplayName(
      "H14: a line that is cut off is told so in the user's words, at whatever stage it was")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 ",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"
      })
  void aLineThatIsCutOffIsToldSo(String start) {
    server.close();
    server = RawServer.start((request, number, answer) -> answer.write(start).hang());
    Cli cli = Cli.run(server.url("/"), "http", "--run-timeout", "400ms");
    assertEquals(3, cli.code());
    assertEquals("cut off by --run-timeout", cli.line().get("error").stringValue());
    assertEquals(1, cli.line().get("attempts").intValue());
    assertTrue(cli.err().contains("stopped by --run-timeout: 1 cut off, 0 not started"), cli.err());
  }

  @DisplayName("R2: --max-calls sends so many requests, retries included")
  @Test
  void callsAreCapped() {
    server.close();
    server = RawServer.start((request, number, answer) -> answer.send(503, "", "Retry-After: 0"));
    String lines = (server.url("/") + "\n").repeat(20);
    Cli cli = Cli.run(lines, "http", "--max-calls", "7", "--jobs", "3");
    assertEquals(3, cli.code());
    assertEquals(7, server.requests().size());
    assertTrue(cli.err().contains("stopped by --max-calls: "), cli.err());
  }

  @DisplayName("R4: --stop-on ends a run whose key is refused; without it, other hosts go on")
  @Test
  void aStatusEndsTheRun() {
    server.close();
    server =
        RawServer.start((request, number, answer) -> answer.send(401, "\"insufficient_quota\""));
    String lines = (server.url("/") + "\n").repeat(20);
    Cli cli = Cli.run(lines, "http", "--stop-on", "401,402", "--jobs", "1");
    assertEquals(3, cli.code());
    assertEquals(1, server.requests().size());
    assertTrue(cli.err().contains("stopped by --stop-on: "), cli.err());
    assertEquals(1, Cli.run(lines, "http", "--jobs", "1").code());
    assertEquals(21, server.requests().size());
  }

  @DisplayName("R3: --fail-rate ends a run of whose last lines too many failed")
  @Test
  void aFailureRateEndsTheRun() {
    server.close();
    server = RawServer.start((request, number, answer) -> answer.send(404, ""));
    String lines = (server.url("/") + "\n").repeat(50);
    Cli cli = Cli.run(lines, "http", "--fail-rate", "50%/4", "--jobs", "1");
    assertEquals(3, cli.code());
    assertEquals(4, server.requests().size());
    assertTrue(cli.err().contains("stopped by --fail-rate:"), cli.err());
    assertEquals(2, Cli.run("", "http", "--fail-rate", "half").code());
  }

  @DisplayName("R3: what was sent before the last failure is answered, not thrown away")
  @ParameterizedTest
  @ValueSource(strings = {"--max-failures=1", "--fail-rate=0%/1"})
  void whatIsUnderWayFinishes(String option) {
    server.close();
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch underWay = new CountDownLatch(4);
    server =
        RawServer.start(
            (request, number, answer) -> {
              underWay.countDown();
              Loopback.await(underWay);
              if (request.target().equals("/bad")) {
                answer.send(404, "");
              } else {
                passes(never); // so the failure comes first
                answer.send(200, "paid");
              }
            });
    String good = (server.url("/good") + "\n").repeat(3);
    Cli cli = Cli.run(good + server.url("/bad") + "\n" + good, "http", option, "--jobs", "4");
    assertEquals(3, cli.code(), cli.err());
    assertEquals(server.requests().size(), cli.lines().size(), cli.out());
    assertEquals(
        cli.lines().size() - 1,
        cli.lines().stream().filter(line -> line.get("status").intValue() == 200).count(),
        cli.out());
  }

  private static void passes(CountDownLatch never) {
    try {
      assertFalse(never.await(500, TimeUnit.MILLISECONDS));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @DisplayName("H14: a line that waits for a pause is cut off like any other")
  @Test
  void aLineThatWaitsIsCutOff() {
    server.close();
    server = RawServer.start((request, number, answer) -> answer.send(429, "", "Retry-After: 60"));
    Cli cli =
        Cli.run(
            server.url("/a") + "\n" + server.url("/b"),
            "http",
            "--jobs",
            "1",
            "--run-timeout",
            "400ms");
    assertEquals("cut off by --run-timeout", cli.line(1).get("error").stringValue());
    assertEquals(1, cli.lines().size());
    assertTrue(cli.err().contains("1 cut off, 1 not started"), cli.err());
  }

  @DisplayName("H14: the times of a request and of a line are named by their options")
  @Test
  void timesAreNamedByTheirOptions() {
    Cli one = Cli.run(server.url("/"), "http", "--timeout", "200ms", "--retries", "0");
    assertEquals("timed out: --timeout", one.line().get("error").stringValue());
    Cli all =
        Cli.run(
            server.url("/"),
            "http",
            "--timeout",
            "200ms",
            "--item-timeout",
            "300ms",
            "--retries",
            "9");
    assertEquals("timed out: --item-timeout", all.line().get("error").stringValue());
  }

  @DisplayName("H14: a wait that --item-timeout does not allow is not begun")
  @Test
  void aWaitThatCannotEndInTimeIsNotBegun() {
    server.close();
    server = RawServer.start((request, number, answer) -> answer.send(503, "", "Retry-After: 60"));
    Cli cli = Cli.run(server.url("/"), "http", "--item-timeout", "2s");
    assertEquals("status 503", cli.line().get("error").stringValue());
    assertEquals(1, cli.line().get("attempts").intValue());
  }

  @DisplayName("H14: what the engine calls abandoned is cut off for the user")
  @Test
  void whatIsAbandonedIsCutOff() throws Exception {
    LineHistory history = new LineHistory(0);
    history.requestStarts(System.nanoTime());
    Request request =
        new Request("GET", Url.parse("http://h/"), List.of(), List.of(), Optional.empty());
    InputLine line = new InputLine.Call(InputLine.Label.of(13), history, request);
    LineResult result =
        LineResult.of(
                new Failure<>(
                    line,
                    new AbandonedException("item 12 was abandoned", new StackTraceElement[0]),
                    new Details(12, null, 1, 1, false)),
                RunStatus.CANCELLED,
                new EndReason(List.of(), false))
            .orElseThrow();
    assertEquals(LineResult.State.CUT_OFF, result.state());
    assertEquals("cut off by an interrupt", result.error().orElseThrow());
    assertFalse(result.error().orElseThrow().contains("item"));
  }
}
