package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.RawServer;
import io.millrace.cli.RawServer.Answer;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that keep a connection, and close it at the moment when it is used again. */
@NoLeaks
class KeptConnectionTest {
  /* How many requests came over each connection. */
  private final Map<Integer, Integer> counts = new ConcurrentHashMap<>();
  private RawServer server = RawServer.start((_, _, answer) -> answer.send(200, "ok"));

  @AfterEach
  void stopServer() {
    server.close();
  }

  /** What is done about the second request of a connection. */
  @FunctionalInterface
  private interface Ending {
    void of(Answer answer) throws IOException;
  }

  private void start(Ending ending) {
    server.close();
    server =
        RawServer.start(
            (request, _, answer) -> {
              if (counts.merge(request.connection(), 1, Integer::sum) == 1) {
                answer.send(200, "ok");
              } else {
                ending.of(answer);
              }
            });
  }

  private Cli run(String method, int lines, String... options) {
    List<String> args = new ArrayList<>(List.of("http", "--retries", "0", "--method", method));
    args.addAll(List.of(options));
    return Cli.run((server.url("/") + "\n").repeat(lines), args.toArray(String[]::new));
  }

  private static void assertAllInOneAttempt(Cli cli, int lines) {
    assertEquals(0, cli.code(), cli.out());
    assertEquals(lines, cli.lines().size());
    cli.lines().forEach(line -> assertEquals(1, line.get("attempts").intValue()));
    assertTrue(cli.err().contains(lines + " ok, 0 failed, 0 retries"), cli.err());
  }

  @DisplayName(
      "H7: a request that a kept connection has lost is sent again over a new one, which is no retry")
  @ParameterizedTest
  @CsvSource({"GET, true", "GET, false", "PUT, true", "DELETE, false"})
  void sentAgainOverANewConnection(String method, boolean isReset) {
    start(isReset ? Answer::reset : Answer::close);
    assertAllInOneAttempt(run(method, 6, "--jobs", "1"), 6);
    assertEquals(6, counts.size());
    assertEquals(11, server.requests().size());
  }

  @DisplayName("H7: it is not sent over another kept connection, which may be closed as well")
  @Test
  void notOverAnotherKeptOne() {
    start(Answer::close);
    assertAllInOneAttempt(run("GET", 60, "--jobs", "6"), 60);
    assertEquals(0, counts.values().stream().filter(count -> count > 2).count(), counts.toString());
    assertEquals(60, counts.size());
  }

  @DisplayName("H7: what may not be sent twice is not sent again")
  @ParameterizedTest
  @ValueSource(strings = {"POST", "PATCH"})
  void notRepeatable(String method) {
    start(Answer::close);
    Cli cli = run(method, 2, "--jobs", "1");
    assertEquals(1, cli.code());
    assertEquals(2, server.requests().size());
    assertTrue(cli.out().contains("the connection was closed without an answer"), cli.out());
  }

  @DisplayName(
      "H7: behind a kept connection that cannot be used, a refused one is no connection: nothing was sent")
  @Test
  void refusedBehindAKeptOne() {
    server.close();
    server =
        RawServer.start(
            (_, _, answer) -> {
              server.refuse();
              answer.write(
                  "HTTP/1.1 200 Yes\r\nContent-Length: 2\r\n\r\nok, and what nobody asked for");
            });
    Cli cli =
        Cli.run(
            (server.url("/") + "\n").repeat(2),
            "http",
            "--method=POST",
            "--jobs=1",
            "--retries=1",
            "--ordered");
    assertEquals(1, cli.line(1).get("attempts").intValue());
    assertEquals(2, cli.line(2).get("attempts").intValue(), cli.out());
    assertTrue(cli.line(2).get("error").stringValue().startsWith("cannot connect"), cli.out());
    assertEquals(1, server.requests().size());
  }

  @DisplayName("H7: with an idempotency key a POST may be sent twice")
  @Test
  void withAKey() {
    start(Answer::close);
    assertAllInOneAttempt(run("POST", 3, "--jobs", "1", "--idempotency-key"), 3);
    assertEquals(
        3,
        server.requests().stream()
            .map(request -> request.header("Idempotency-Key"))
            .collect(Collectors.toSet())
            .size());
  }

  @DisplayName(
      "H7: a new connection that is closed is a failure, and so is one that was lost in the middle of an answer")
  @ParameterizedTest
  @CsvSource({"'', 3", "HTTP/1.1 2, 2", "'HTTP/1.1 100 Go on\r\n\r\n', 2"})
  void failures(String start, int requests) {
    server.close();
    server =
        RawServer.start(
            (_, number, answer) -> {
              if (number == 1) {
                answer.send(200, "ok");
              } else {
                answer.write(start).close();
              }
            });
    Cli cli = run("GET", 2, "--jobs", "1");
    assertEquals(1, cli.code(), cli.out());
    assertEquals(requests, server.requests().size());
  }

  @DisplayName("H7: a server that closes after each answer, and does not say so, loses no line")
  @ParameterizedTest
  @ValueSource(strings = {"", "--rate=200/s"})
  void closedAfterEachAnswer(String option) {
    server.close();
    server = RawServer.start((_, _, answer) -> answer.send(200, "ok").close());
    assertAllInOneAttempt(
        option.isEmpty() ? run("GET", 200, "--jobs", "8") : run("GET", 40, "--jobs", "1", option),
        option.isEmpty() ? 200 : 40);
  }
}
