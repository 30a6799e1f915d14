package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.Loopback;
import io.millrace.cli.Loopback.Seen;
import io.millrace.testkit.NoLeaks;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@NoLeaks
class RetryTest {
  private Loopback server = Loopback.start();

  @AfterEach
  void stopServer() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 503})
  void aRefusalIsRepeatedWhenTheServerSaysSo(int status) {
    server.on(
        "/",
        (exchange, number) -> {
          exchange.getResponseHeaders().set("Retry-After", "1");
          Loopback.send(exchange, number == 1 ? status : 200, "answer");
        });
    Cli cli = Cli.run(server.url("/"), "http");
    assertEquals(0, cli.code());
    assertEquals(2, cli.line().get("attempts").intValue());
    List<Seen> requests = server.requests();
    Duration between = Duration.ofNanos(requests.get(1).nanos() - requests.get(0).nanos());
    assertTrue(between.compareTo(Duration.ofSeconds(1)) >= 0, between.toString());
    assertTrue(cli.err().contains("1 ok, 0 failed, 1 retries"), cli.err());
  }

  @Test
  void aHostThatAsksToWaitIsLeftAloneAndOthersAreNot() {
    server.on(
        "/",
        (exchange, number) -> {
          boolean refused = exchange.getRequestURI().getPath().equals("/refused") && number == 1;
          exchange.getResponseHeaders().set("Retry-After", "1");
          Loopback.send(exchange, refused ? 429 : 200, "");
        });
    String other = "http://localhost:" + server.port() + "/other";
    String in = server.url("/refused") + "\n" + other;
    Cli cli = Cli.run(in, "http", "--jobs", "1");
    assertEquals(0, cli.code());
    assertEquals(
        "/other", server.requests().get(1).path(), "a pause of one host held up another one");
    assertEquals(3, server.requests().size());
  }

  @DisplayName(
      "a refusal from a cache does not say how long to wait by what was left when it was made")
  @Test
  void aRefusalFromACacheIsOld() {
    server.on(
        "/",
        (exchange, number) -> {
          if (number == 1) {
            exchange.getResponseHeaders().set("Age", "7");
            exchange.getResponseHeaders().set("X-RateLimit-Remaining", "0");
            exchange.getResponseHeaders().set("X-RateLimit-Reset", "200");
          }
          Loopback.send(exchange, number == 1 ? 503 : 200, "answer");
        });
    Cli cli = Cli.run(server.url("/"), "http", "--run-timeout", "30s");
    assertEquals(0, cli.code(), cli.out() + cli.err());
    assertEquals(2, server.requests().size());
  }

  @Test
  void aRefusalThatStaysIsAFailureWithStatusAndBody() {
    server.on("/", 503, "sorry");
    Cli cli = Cli.run(server.url("/"), "http", "--retries", "1");
    JsonNode line = cli.line();
    assertEquals(1, cli.code());
    assertEquals(503, line.get("status").intValue());
    assertEquals("sorry", line.get("body").stringValue());
    assertEquals("status 503", line.get("error").stringValue());
    assertEquals(2, line.get("attempts").intValue());
  }

  @Test
  void retriesCanBeSwitchedOff() {
    server.on("/", 429, "");
    Cli.run(server.url("/"), "http", "--retries", "0");
    assertEquals(1, server.requests().size());
  }

  @Test
  void aConnectionThatIsClosedWithoutAnAnswerIsRepeatedOnlyByTheRetry() {
    server.on("/", (exchange, number) -> {});
    Cli cli = Cli.run(server.url("/"), "http", "--retries", "1");
    assertEquals(1, cli.code());
    assertEquals(2, cli.line().get("attempts").intValue());
    assertEquals(2, server.requests().size(), "requests that took no permit");
    assertEquals(
        "the connection was closed without an answer", cli.line().get("error").stringValue());
  }

  @Test
  void aConnectionThatBreaksIsRepeated() {
    server.on(
        "/",
        (exchange, number) -> {
          if (number == 1) {
            exchange.sendResponseHeaders(200, 100);
            exchange.getResponseBody().write('a');
            exchange.getResponseBody().flush();
          } else {
            Loopback.send(exchange, 200, "whole");
          }
        });
    Cli cli = Cli.run(server.url("/"), "http");
    assertEquals(0, cli.code());
    assertEquals("whole", cli.line().get("body").stringValue());
    assertEquals(2, cli.line().get("attempts").intValue());
  }

  @Test
  @DisplayName("H12, R7: a host that is down gets a tenth more requests than lines, and a hundred")
  void aHostThatIsDownIsNotStormed() {
    server.on("/", (exchange, number) -> Loopback.send(exchange, 500, ""));
    Cli cli = Cli.run((server.url("/") + "\n").repeat(400), "http", "--jobs", "50");
    assertEquals(1, cli.code());
    int retries = server.requests().size() - 400;
    assertTrue(retries >= 100 && retries <= 140, retries + " retries");
    String refused = "not repeated: this host has had its share of retries, --retry-budget";
    assertTrue(cli.out().contains("\"error\":\"status 500 (" + refused + ")\""), cli.out());
  }

  @Test
  @DisplayName("R7: without a budget the retries are as many as --retries says")
  void withoutABudget() {
    server.on("/", (exchange, number) -> Loopback.send(exchange, 500, ""));
    Cli cli =
        Cli.run(
            (server.url("/") + "\n").repeat(100), "http", "--retry-budget", "none", "--jobs", "50");
    assertEquals(1, cli.code());
    assertEquals(400, server.requests().size());
    assertEquals(2, Cli.run("", "http", "--retry-budget", "101%").code());
    assertEquals(2, Cli.run("", "http", "--retry-budget", "ten").code());
  }

  @DisplayName("R7: a host that refuses with 429 gets all lines in the end, however often")
  @ParameterizedTest
  @ValueSource(strings = {"0", ""})
  void refusalsAreNotCounted(String retryAfter) {
    server.on(
        "/",
        (exchange, number) -> {
          if (!retryAfter.isEmpty()) {
            exchange.getResponseHeaders().set("Retry-After", retryAfter);
          }
          Loopback.send(exchange, number <= 50 ? 429 : 200, "");
        });
    String lines = (server.url("/") + "\n").repeat(100);
    Cli cli = Cli.run(lines, "http", "--retry-budget", "0%", "--retries", "9", "--jobs", "50");
    assertEquals(0, cli.code(), cli.err());
    assertEquals(150, server.requests().size());
  }

  /* How long after the refusal of one line the next one is sent. */
  private Duration leftAlone() {
    List<Seen> requests = server.requests();
    return Duration.ofNanos(requests.get(1).nanos() - requests.get(0).nanos());
  }

  private void refuseFirst(int status, String body, String... headers) {
    server.on(
        "/",
        (exchange, number) -> {
          if (number == 1) {
            for (int at = 0; at < headers.length; at += 2) {
              exchange.getResponseHeaders().set(headers[at], headers[at + 1]);
            }
          }
          Loopback.send(exchange, number == 1 ? status : 200, number == 1 ? body : "");
        });
  }

  @DisplayName("H13: a host is left alone if it says so, whatever its status, repeated or not")
  @ParameterizedTest
  @ValueSource(ints = {400, 403, 404, 409, 413, 429, 500, 503})
  void everyRefusalIsObeyed(int status) {
    refuseFirst(status, "", "Retry-After", "1");
    Cli.run((server.url("/") + "\n").repeat(2), "http", "--jobs", "1", "--retries", "0");
    assertEquals(2, server.requests().size());
    assertTrue(leftAlone().compareTo(Duration.ofSeconds(1)) >= 0, leftAlone().toString());
  }

  @DisplayName("H13: what the body says of the wait is obeyed, also if the request is repeated")
  @Test
  void bodiesAreObeyed() {
    refuseFirst(429, "{\"error\": {\"retryDelay\": \"1s\"}}");
    Cli cli = Cli.run(server.url("/"), "http");
    assertEquals(0, cli.code());
    assertTrue(leftAlone().compareTo(Duration.ofSeconds(1)) >= 0, leftAlone().toString());
  }

  @DisplayName("H12: x-should-retry decides, unless --retry-on names statuses")
  @Test
  void theServersWord() {
    refuseFirst(409, "", "x-should-retry", "true");
    assertEquals(2, Cli.run(server.url("/"), "http").line().get("attempts").intValue());
    restart();
    refuseFirst(409, "", "x-should-retry", "true");
    Cli named = Cli.run(server.url("/"), "http", "--retry-on", "503");
    assertEquals(1, named.line().get("attempts").intValue());
    restart();
    refuseFirst(503, "", "x-should-retry", "false");
    assertEquals(1, Cli.run(server.url("/"), "http").line().get("attempts").intValue());
    restart();
    refuseFirst(503, "", "x-should-retry", "false");
    named = Cli.run(server.url("/"), "http", "--retry-on", "503");
    assertEquals(1, named.line().get("attempts").intValue());
  }

  @DisplayName("H12: 403 with a wait is repeated, without one it is not; POST as well")
  @Test
  void forbiddenForAWhile() {
    refuseFirst(403, "", "Retry-After", "0");
    String post = "{\"method\": \"POST\", \"url\": \"" + server.url("/") + "\"}";
    assertEquals(2, Cli.run(post, "http").line().get("attempts").intValue());
    restart();
    refuseFirst(403, "");
    assertEquals(1, Cli.run(server.url("/"), "http").line().get("attempts").intValue());
  }

  @DisplayName("H40: what a failure says in its body is read, also if no body is kept")
  @ParameterizedTest
  @ValueSource(strings = {"", "--no-body"})
  void saidInTheBody(String option) {
    server.on("/", 429, "{\"error\": {\"code\": \"insufficient_quota\"}}");
    Cli cli =
        option.isEmpty()
            ? Cli.run(server.url("/"), "http")
            : Cli.run(server.url("/"), "http", option);
    assertEquals(1, server.requests().size());
    assertEquals(option.isEmpty(), cli.line().has("body"), cli.out());
  }

  private void restart() {
    server.close();
    server = Loopback.start();
  }
}
