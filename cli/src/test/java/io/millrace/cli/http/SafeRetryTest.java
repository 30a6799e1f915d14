package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.RawServer;
import io.millrace.cli.RawServer.Seen;
import io.millrace.testkit.NoLeaks;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent again, and what is not. */
@NoLeaks
class SafeRetryTest {
  private RawServer server = RawServer.start((request, number, answer) -> answer.send(200, "ok"));

  @AfterEach
  void stopServer() {
    server.close();
  }

  private void start(RawServer.Script script) {
    server.close();
    server = RawServer.start(script);
  }

  private static String line(String method, String url, String more) {
    return "{\"method\": \"%s\", \"url\": \"%s\"%s}\n".formatted(method, url, more);
  }

  private Cli run(String method, String more, String... options) {
    List<String> args = new ArrayList<>(List.of("http"));
    args.addAll(List.of(options));
    return Cli.run(line(method, server.url("/"), more), args.toArray(String[]::new));
  }

  @DisplayName("H7: after a reset or a hang-up only idempotent methods are sent again")
  @ParameterizedTest
  @CsvSource({
    "GET, 2",
    "HEAD, 2",
    "OPTIONS, 2",
    "PUT, 2",
    "DELETE, 2",
    "TRACE, 2",
    "POST, 1",
    "PATCH, 1",
    "Odd, 1"
  })
  void onlyIdempotentMethodsAreSentAgain(String method, int times) {
    for (boolean isReset : List.of(true, false)) {
      start(
          (request, number, answer) -> {
            if (number > 1) {
              answer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            } else if (isReset) {
              answer.reset();
            } else {
              answer.close();
            }
          });
      Cli cli = run(method, "");
      assertEquals(times, server.requests().size(), method);
      assertEquals(times == 2 ? 0 : 1, cli.code(), cli.out());
      assertEquals(times, cli.line().get("attempts").intValue());
    }
  }

  @DisplayName("H7: after half of an answer only idempotent methods are sent again")
  @ParameterizedTest
  @CsvSource({"GET, 2", "POST, 1"})
  void halfAnAnswerIsLikeNone(String method, int times) {
    start(
        (request, number, answer) -> {
          if (number > 1) {
            answer.send(200, "whole");
          } else {
            answer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf").close();
          }
        });
    run(method, "");
    assertEquals(times, server.requests().size());
  }

  @DisplayName("H7: after a timeout only idempotent methods are sent again")
  @ParameterizedTest
  @CsvSource({"GET, 2", "POST, 1"})
  void aTimeoutIsLikeALostConnection(String method, int times) {
    start((request, number, answer) -> answer.hang());
    Cli cli = run(method, "", "--timeout", "600ms", "--retries", "1");
    assertEquals(times, server.requests().size());
    assertEquals("timed out: --timeout", cli.line().get("error").stringValue());
  }

  @DisplayName("H7: an Idempotency-Key, or --retry-unsafe, has a POST sent again")
  @Test
  void whatIsSafeByOtherMeansIsSentAgain() {
    RawServer.Script dying =
        (request, number, answer) -> {
          if (number == 1) {
            answer.reset();
          } else {
            answer.send(200, "");
          }
        };
    start(dying);
    assertEquals(0, run("POST", ", \"headers\": {\"idempotency-key\": \"7\"}").code());
    start(dying);
    assertEquals(0, run("POST", "", "--header", "Idempotency-Key: 7").code());
    start(dying);
    assertEquals(0, run("POST", "", "--retry-unsafe").code());
  }

  @DisplayName("H7: a POST that the server cannot have done is sent again")
  @ParameterizedTest
  @CsvSource({"429, '', 2", "429, 0, 2", "503, 0, 2", "503, '', 1", "500, '', 1", "408, '', 1"})
  void whatCannotHaveBeenDoneIsSentAgain(int status, String after, int times) {
    start(
        (request, number, answer) ->
            answer.send(
                number == 1 ? status : 200,
                "",
                after.isEmpty() ? "X: y" : "Retry-After: " + after));
    assertEquals(times == 2 ? 0 : 1, run("POST", "").code());
    assertEquals(times, server.requests().size());
  }

  @DisplayName("H7: a POST to a server that refuses connections is tried again")
  @Test
  void aRefusedConnectionIsTriedAgain() {
    server.close();
    Cli cli = run("POST", "", "--retries", "2");
    assertEquals(3, cli.line().get("attempts").intValue());
    assertEquals("cannot connect: Connection refused", cli.line().get("error").stringValue());
  }

  @DisplayName("H7: a connection that the server has closed meanwhile costs no POST")
  @Test
  void aConnectionThatWasClosedMeanwhileCostsNoPost() {
    start(
        (request, number, answer) -> {
          answer.send(200, "");
          answer.close();
        });
    String in =
        IntStream.range(0, 20)
            .mapToObj(i -> line("POST", server.url("/" + i), ", \"body\": \"b\""))
            .collect(Collectors.joining());
    Cli cli = Cli.run(in, "http", "--jobs", "1", "--retries", "0");
    assertEquals(0, cli.code(), cli.out());
    assertEquals(20, server.requests().size());
  }

  @DisplayName("H12: the statuses that curl repeats are repeated, and their like")
  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500, 502, 503, 504, 520, 522, 524, 529})
  void transientStatusesAreRepeated(int status) {
    start((request, number, answer) -> answer.send(number == 1 ? status : 200, ""));
    assertEquals(0, run("GET", "").code());
    assertEquals(2, server.requests().size());
  }

  @DisplayName("H12: other statuses are not repeated")
  @ParameterizedTest
  @ValueSource(ints = {400, 401, 404, 409, 410, 425, 501, 505, 507, 519, 525, 599})
  void otherStatusesAreNotRepeated(int status) {
    start((request, number, answer) -> answer.send(status, ""));
    assertEquals(1, run("GET", "").code());
    assertEquals(1, server.requests().size());
  }

  @DisplayName("H12: --retry-on names the statuses")
  @Test
  void statusesCanBeNamed() {
    start((request, number, answer) -> answer.send(number == 1 ? 404 : 500, ""));
    Cli cli = run("GET", "", "--retry-on", "404, 409");
    assertEquals(2, server.requests().size());
    assertEquals(500, cli.line().get("status").intValue());
    start((request, number, answer) -> answer.send(503, ""));
    run("GET", "", "--retry-on", "none");
    assertEquals(1, server.requests().size());
  }

  @DisplayName("H12: --retry-on names families and ranges of statuses, as --expect does")
  @Test
  void familiesCanBeNamed() {
    start((request, number, answer) -> answer.send(List.of(507, 425, 404).get(number - 1), ""));
    Cli cli = run("GET", "", "--retry-on", "5xx,424-426");
    assertEquals(3, server.requests().size());
    assertEquals(404, cli.line().get("status").intValue());
    start((request, number, answer) -> answer.send(451, ""));
    assertEquals(3, run("GET", "", "--stop-on", "4XX").code());
  }

  @DisplayName("H12: a list of statuses that cannot be read is refused with what is allowed")
  @ParameterizedTest
  @ValueSource(strings = {"", "5x", "399", "2xx", "600", "504-502", "500-", "500,,503", "none,500"})
  void badListsAreRefused(String list) {
    start((request, number, answer) -> answer.send(200, ""));
    Cli cli = run("GET", "", "--retry-on", list);
    assertEquals(2, cli.code());
    assertTrue(cli.err().contains("--retry-on") && cli.err().contains("429,5xx"), cli.err());
  }

  @DisplayName(
      "H7: an overloaded server that says when to come back has not done what a POST asks for")
  @ParameterizedTest
  @CsvSource({"529, Retry-After: 0, 2", "529, X-Else: 0, 1", "520, Retry-After: 0, 1"})
  void overloadedServersAreAskedAgain(int status, String header, int requests) {
    start((request, number, answer) -> answer.send(number == 1 ? status : 200, "", header));
    run("POST", "");
    assertEquals(requests, server.requests().size());
  }

  @DisplayName("H12: a faulty server loses no line that a few more tries can save")
  @Test
  void aFaultyServerLosesNothing() {
    Set<String> failedOnce = ConcurrentHashMap.newKeySet();
    start(
        (request, number, answer) -> {
          int kind = Math.floorMod(request.target().hashCode(), 5);
          if (!failedOnce.add(request.target())) {
            answer.send(200, "fine");
          } else if (kind == 0) {
            answer.reset();
          } else {
            answer.send(List.of(500, 502, 504, 200).get(kind - 1), "fine");
          }
        });
    String in =
        IntStream.range(0, 300)
            .mapToObj(i -> server.url("/" + i))
            .collect(Collectors.joining("\n"));
    Cli cli = Cli.run(in, "http");
    assertEquals(0, cli.code(), cli.err());
    assertEquals(300, server.requests().stream().map(Seen::target).distinct().count(), cli.err());
  }

  @DisplayName("H7: retries are counted over all redirects of a line")
  @Test
  void retriesAreCountedOverRedirects() {
    start(
        (request, number, answer) -> {
          if (number == 1 || number == 3 || number > 3) {
            answer.send(500, "");
          } else {
            answer.send(302, "", "Location: /next");
          }
        });
    Cli cli = run("GET", "", "--retries", "2");
    assertEquals(
        List.of("/", "/", "/next", "/next"), server.requests().stream().map(Seen::target).toList());
    assertEquals(3, cli.line().get("attempts").intValue());
    assertTrue(cli.err().contains("2 retries"), cli.err());
  }
}
