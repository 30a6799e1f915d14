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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@NoLeaks
class RetryTest {
  private final Loopback server = Loopback.start();

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
}
