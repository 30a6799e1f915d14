package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import io.millrace.cli.Cli;
import io.millrace.cli.Loopback;
import io.millrace.cli.Loopback.Seen;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

@NoLeaks
class RedirectTest {
  private final Loopback server = Loopback.start().on("/new", 200, "moved");

  @AfterEach
  void stopServer() {
    server.close();
  }

  private void redirect(int status, String location) {
    server.on("/old", (exchange, number) -> send(exchange, status, location));
  }

  private static void send(HttpExchange exchange, int status, String location) throws IOException {
    exchange.getResponseHeaders().set("Location", location);
    Loopback.send(exchange, status, "");
  }

  @ParameterizedTest
  @CsvSource({
    "301, PUT, GET",
    "302, POST, GET",
    "303, PUT, GET",
    "307, PUT, PUT",
    "308, POST, POST",
    "302, HEAD, HEAD"
  })
  void itIsFollowedWithTheRightMethod(int status, String method, String then) {
    redirect(status, "new?x");
    String in = "{\"url\": \"%s\", \"method\": \"%s\", \"body\": \"b\"}";
    Cli cli = Cli.run(in.formatted(server.url("/old"), method), "http");
    assertEquals(0, cli.code());
    assertEquals(server.url("/old"), cli.line().get("url").stringValue());
    assertEquals(1, cli.line().get("attempts").intValue());
    Seen last = server.requests().getLast();
    assertEquals("/new", last.path());
    assertEquals(then, last.method());
    assertEquals(then.equals("GET") ? "" : "b", last.body());
  }

  @Test
  void headersGoOnlyToTheHostTheyWereGivenFor() {
    server
        .on("/near", (exchange, number) -> send(exchange, 302, "/new"))
        .on(
            "/far",
            (exchange, number) ->
                send(exchange, 302, "http://localhost:" + server.port() + "/new"));
    Cli.run(server.url("/near"), "http", "--header", "Authorization: s3cret");
    assertEquals("s3cret", server.requests().getLast().header("Authorization"));
    Cli.run(server.url("/far"), "http", "--header", "X-key: s3cret", "--header", "Cookie: s3cret");
    Seen last = server.requests().getLast();
    assertEquals("/new", last.path());
    assertEquals("", last.header("X-key") + last.header("Cookie"));
    assertEquals("millrace", last.header("User-agent"));
  }

  @ParameterizedTest
  @CsvSource({"ftp://h/x", "http://", "'http://a b/'", "/old"})
  void whatCannotBeFollowedIsAFailure(String location) {
    redirect(302, location);
    Cli cli = Cli.run(server.url("/old"), "http", "--retries", "0");
    JsonNode line = cli.line();
    assertEquals(1, cli.code());
    assertEquals(302, line.get("status").intValue());
    assertEquals("status 302: the redirect was not followed", line.get("error").stringValue());
    assertTrue(server.requests().size() <= 6, "a circle was followed for too long");
  }
}
