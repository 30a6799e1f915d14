package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.Loopback;
import io.millrace.testkit.NoLeaks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What is promised about the time of a line: it ends in time wherever the line waits, and nothing is sent after it. */
@NoLeaks
class LineTimeTest {
  private static final String TIMED_OUT = "timed out: --item-timeout";
  private static final Duration LONG_BEFORE_THE_PERMIT = Duration.ofSeconds(7);

  private final Loopback server = Loopback.start();
  private final long start = System.nanoTime();

  @AfterEach
  void stopServer() {
    server.close();
  }

  private void refuses(String path, int status) {
    server.on(path, (exchange, number) -> Loopback.send(exchange, number == 1 ? status : 200, ""));
  }

  private void redirects(String path, String to) {
    server.on(
        path,
        (exchange, number) -> {
          exchange.getResponseHeaders().set("Location", to);
          Loopback.send(exchange, 302, "");
        });
  }

  private String elsewhere(String path) {
    return "http://localhost:" + server.port() + path;
  }

  private static void assertTimedOut(JsonNode line, int attempts) {
    assertEquals(TIMED_OUT, line.get("error").stringValue());
    assertEquals(attempts, line.get("attempts").intValue());
  }

  private void assertEndedInTime() {
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(took.compareTo(LONG_BEFORE_THE_PERMIT) < 0, took.toString());
  }

  @DisplayName("H14: the time of a line ends its wait for a permit of --rate before its retry")
  @Test
  void aWaitForTheRateEnds() {
    refuses("/", 503);
    Cli cli = Cli.run(server.url("/"), "http", "--rate", "4/m", "--item-timeout", "1s");
    assertTimedOut(cli.line(), 1);
    assertEndedInTime();
    assertEquals(1, server.requests().size());
  }

  @DisplayName("H14: a permit of --rate-per-host that comes too late is not waited for")
  @Test
  void aWaitForTheRateOfAHostEnds() {
    refuses("/", 503);
    Cli cli = Cli.run(server.url("/"), "http", "--rate-per-host", "6/m", "--item-timeout", "2s");
    assertTimedOut(cli.line(), 1);
    assertEndedInTime();
  }

  @DisplayName("H14: the time of a line ends its wait for a pause that another line has brought")
  @Test
  void aWaitForThePauseOfAnotherLineEnds() {
    CountDownLatch both = new CountDownLatch(2);
    server
        .on(
            "/busy",
            (exchange, number) -> {
              both.countDown();
              Loopback.await(both);
              Loopback.send(exchange, 429, "");
            })
        .on(
            "/pause",
            (exchange, number) -> {
              both.countDown();
              Loopback.await(both);
              exchange.getResponseHeaders().set("Retry-After", "20");
              Loopback.send(exchange, 503, "");
            });
    String in = server.url("/busy") + "\n" + server.url("/pause");
    Cli cli = Cli.run(in, "http", "--retries", "999", "--item-timeout", "2s");
    assertTimedOut(cli.line(1), (int) server.count("/busy"));
    assertEquals("status 503", cli.line(2).get("error").stringValue());
    assertEndedInTime();
  }

  @DisplayName("H14: the time of a line ends its wait for its turn at --per-host")
  @Test
  void aWaitForTheTurnAtAHostEnds() {
    redirects("/old", elsewhere("/new"));
    server.on("/new", 200, "").on("/slow", (exchange, number) -> server.hang());
    String in = elsewhere("/slow") + "\n" + server.url("/old");
    Cli cli =
        Cli.run(
            in,
            "http",
            "--per-host",
            "1",
            "--item-timeout",
            "1s",
            "--timeout",
            "4s",
            "--retries",
            "0");
    assertTimedOut(cli.line(2), 1);
    assertEquals(0, server.count("/new"));
    assertEndedInTime();
  }

  @DisplayName(
      "H14: a request to which a line was redirected waits no longer than is left of the line's time")
  @Test
  void theFirstWaitAfterARedirectEnds() {
    redirects("/old", "/new");
    server.on("/new", 200, "");
    Cli cli = Cli.run(server.url("/old"), "http", "--rate", "4/m", "--item-timeout", "1s");
    assertTimedOut(cli.line(), 1);
    assertEquals(1, cli.line().get("redirects").intValue());
    assertEndedInTime();
    assertEquals(1, server.requests().size());
  }

  @DisplayName("H14: all requests of a line share its time: a redirect does not renew it")
  @Test
  void aRedirectDoesNotRenewTheTime() {
    redirects("/old", "/new");
    refuses("/new", 503);
    // at 0 s, at 1.5 s, and the retry would be at 3 s
    Cli cli = Cli.run(server.url("/old"), "http", "--rate", "40/m", "--item-timeout", "2200ms");
    assertTimedOut(cli.line(), 1);
    assertEquals(2, server.requests().size());
  }

  @DisplayName("H14: a request that was never sent counts nowhere, and takes no permit")
  @Test
  void whatWasNotSentIsNotCounted(@TempDir Path folder) throws Exception {
    server.on("/", 200, "").on("/down", (exchange, number) -> Loopback.send(exchange, 500, ""));
    Path log = folder.resolve("log");
    Path report = folder.resolve("report.html");
    Cli cli =
        Cli.run(
            server.url("/down"),
            "http",
            "--rate",
            "4/m",
            "--item-timeout",
            "500ms",
            "--log",
            log.toString(),
            "--report",
            report.toString());
    assertTimedOut(cli.line(), 1);
    List<String> lines = Files.readAllLines(log);
    assertEquals(1, count(lines, "\"event\":\"start\""), lines.toString());
    assertEquals(1, count(lines, "\"event\":\"end\""), lines.toString());
    assertTrue(cli.err().contains("0 ok, 1 failed, 0 retries"), cli.err());
    assertFalse(cli.err().contains("failed attempts: 2"), cli.err());
    assertTrue(Files.readString(report).contains("[\"retries\",\"0\"]"), "retries of the report");
  }

  private static long count(List<String> lines, String part) {
    return lines.stream().filter(line -> line.contains(part)).count();
  }

  @DisplayName("H14: a backoff that would end after the time of the line is not begun")
  @Test
  void noAttemptAfterABackoffThatTakesTooLong() {
    server.on("/", 500, "");
    Cli cli = Cli.run(server.url("/"), "http", "--retries", "999", "--item-timeout", "1s");
    assertTimedOut(cli.line(), server.requests().size());
    int retries = server.requests().size() - 1;
    assertTrue(cli.err().contains("0 ok, 1 failed, " + retries + " retries"), cli.err());
  }

  @DisplayName("H14: a very long time is no limit")
  @Test
  void aVeryLongTime() {
    refuses("/", 503);
    Stream.of("999999999m", "876000h")
        .forEach(
            time ->
                assertEquals(0, Cli.run(server.url("/"), "http", "--item-timeout", time).code()));
  }
}
