package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import io.millrace.cli.Cli;
import io.millrace.cli.Loopback;
import io.millrace.cli.Loopback.Seen;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

@NoLeaks
class RedirectTest {
  private final Loopback server = Loopback.start().on("/new", 200, "x");

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

  @DisplayName(
      "H1: a redirect changes the method of POST at 301 and 302, and of all but HEAD at 303")
  @ParameterizedTest
  @CsvSource({
    "300, GET, GET",
    "300, POST, POST",
    "301, GET, GET",
    "301, HEAD, HEAD",
    "301, POST, GET",
    "301, PUT, PUT",
    "301, PATCH, PATCH",
    "301, DELETE, DELETE",
    "302, GET, GET",
    "302, HEAD, HEAD",
    "302, POST, GET",
    "302, PUT, PUT",
    "302, PATCH, PATCH",
    "302, DELETE, DELETE",
    "302, Odd, Odd",
    "303, GET, GET",
    "303, HEAD, HEAD",
    "303, POST, GET",
    "303, PUT, GET",
    "303, PATCH, GET",
    "303, DELETE, GET",
    "307, POST, POST",
    "307, PUT, PUT",
    "307, DELETE, DELETE",
    "308, POST, POST",
    "308, PATCH, PATCH",
  })
  void itIsFollowedWithTheRightMethod(int status, String method, String then) {
    redirect(status, "new?x");
    boolean hasBody = !method.equals("HEAD");
    String body = hasBody ? ", \"body\": {\"b\": 1}" : "";
    String in = "{\"url\": \"%s\", \"method\": \"%s\"%s}";
    Cli cli = Cli.run(in.formatted(server.url("/old"), method, body), "http");
    assertEquals(0, cli.code());
    JsonNode line = cli.line();
    assertEquals(server.url("/new?x"), line.get("url").stringValue());
    assertEquals(1, line.get("redirects").intValue());
    assertEquals(1, line.get("attempts").intValue());
    Seen last = server.requests().getLast();
    assertEquals("/new", last.path());
    assertEquals(then, last.method());
    boolean keepsBody = hasBody && then.equals(method) && !(status == 303);
    assertEquals(keepsBody ? "{\"b\": 1}" : "", last.body());
    assertEquals(keepsBody ? "application/json" : "", last.header("Content-type"));
    assertEquals(keepsBody ? "8" : "", last.header("Content-length"));
  }

  @DisplayName("H2: what a header says of a body goes with the body")
  @ParameterizedTest
  @CsvSource({"301, POST, true", "303, PUT, true", "307, POST, false", "308, PUT, false"})
  void headersOfABodyGoWithIt(int status, String method, boolean go) {
    redirect(status, "new");
    List<String> names =
        List.of("Digest", "Repr-digest", "Content-digest", "Content-language", "Last-modified");
    String headers =
        names.stream().map(name -> "\"" + name + "\": \"x\"").collect(Collectors.joining(","));
    String in = "{\"url\": \"%s\", \"method\": \"%s\", \"body\": \"b\", \"headers\": {%s}}";
    assertEquals(
        0,
        Cli.run(in.formatted(server.url("/old"), method, headers), "http", "--header", "A: a")
            .code());
    Seen last = server.requests().getLast();
    for (String name : names) {
      assertEquals(go ? "" : "x", last.header(name), name);
    }
    assertEquals("a", last.header("A"));
  }

  @DisplayName("H1: --max-redirects 0 makes a redirect an answer")
  @Test
  void redirectsCanBeSwitchedOff() {
    redirect(302, "new");
    Cli cli = Cli.run(server.url("/old"), "http", "--max-redirects", "0", "--include", "Location");
    assertEquals(0, cli.code());
    assertEquals(302, cli.line().get("status").intValue());
    assertEquals("new", cli.line().get("headers").get("location").stringValue());
    assertNull(cli.line().get("redirects"));
    assertEquals(1, server.requests().size());
  }

  @DisplayName("H1: redirects are counted over several, and there is a most")
  @Test
  void thereIsAMost() {
    server.on(
        "/count",
        (exchange, number) -> {
          String path = exchange.getRequestURI().getPath();
          int count = Integer.parseInt(path.substring("/count".length()));
          send(exchange, 302, count == 0 ? "/new" : "/count" + (count - 1));
        });
    Cli fine = Cli.run(server.url("/count4"), "http", "--max-redirects", "5");
    assertEquals(0, fine.code());
    assertEquals(5, fine.line().get("redirects").intValue());
    assertEquals(server.url("/new"), fine.line().get("url").stringValue());
    Cli tooMany = Cli.run(server.url("/count5"), "http", "--max-redirects", "5");
    assertEquals(1, tooMany.code());
    assertEquals(302, tooMany.line().get("status").intValue());
    assertEquals(
        "status 302: the redirect was not followed: it would be one more than --max-redirects 5",
        tooMany.line().get("error").stringValue());
    assertEquals(12, server.requests().size());
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

  @DisplayName("H1: another host gets the headers that the help names, and no others")
  @Test
  void anotherHostGetsTheHeadersThatTheHelpNames() {
    server.on(
        "/far",
        (exchange, number) -> send(exchange, 307, "http://localhost:" + server.port() + "/new"));
    String help = Cli.run("", "http", "--help").out().replaceAll("\\s+", " ");
    String named =
        help.replaceAll(".*to another scheme, host or port gets none but (.*?)\\. .*", "$1");
    List<String> names = List.of(named.split(", | and "));
    assertEquals(5, names.size(), named);
    List<String> others =
        List.of("Authorization", "Cookie", "X-Key", "Proxy-Authorization", "Referer", "Host");
    String headers =
        Stream.concat(names.stream(), others.stream())
            .map(name -> "\"" + name + "\": \"own\"")
            .collect(Collectors.joining(", "));
    Cli.run(
        "{\"url\": \"%s\", \"body\": {}, \"headers\": {%s}}".formatted(server.url("/far"), headers),
        "http");
    Seen last = server.requests().getLast();
    assertEquals("/new", last.path());
    names.forEach(name -> assertEquals("own", last.header(canonical(name)), name));
    others.forEach(name -> assertNotEquals("own", last.header(canonical(name)), name));
  }

  /** As the JDK's server writes names. */
  private static String canonical(String name) {
    return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT);
  }

  @Test
  void userAndPasswordGoOnWithinAnOriginOnly() {
    server
        .on("/near", (exchange, number) -> send(exchange, 302, "/new"))
        .on(
            "/far",
            (exchange, number) ->
                send(exchange, 302, "http://localhost:" + server.port() + "/new"));
    String start = "http://user:s3cret@127.0.0.1:" + server.port();
    Cli near = Cli.run(start + "/near", "http");
    assertEquals("Basic dXNlcjpzM2NyZXQ=", server.requests().getLast().header("Authorization"));
    assertFalse(near.out().contains("s3cret"), near.out());
    Cli.run(start + "/far", "http");
    assertEquals("", server.requests().getLast().header("Authorization"));
  }

  @ParameterizedTest
  @CsvSource({
    "ftp://h/x, a URL has to start with http:// or https://",
    "http://, the URL has no valid host",
    "'http://a b/', the URL has no valid host",
    "'', it does not say where to",
    "/old, it would be one more than --max-redirects 5"
  })
  void whatCannotBeFollowedIsAFailure(String location, String why) {
    redirect(302, location);
    Cli cli = Cli.run(server.url("/old"), "http", "--retries", "0", "--max-redirects", "5");
    JsonNode line = cli.line();
    assertEquals(1, cli.code());
    assertEquals(302, line.get("status").intValue());
    assertEquals(
        "status 302: the redirect was not followed: " + why, line.get("error").stringValue());
    assertTrue(server.requests().size() <= 6, "a circle was followed for too long");
  }

  @DisplayName("H3: each redirect takes a permit")
  @Test
  void eachRedirectTakesAPermit() {
    redirect(302, "/new");
    String in =
        IntStream.range(0, 5).mapToObj(i -> server.url("/old")).collect(Collectors.joining("\n"));
    long start = System.nanoTime();
    assertEquals(0, Cli.run(in, "http", "--rate", "20/s").code());
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertEquals(10, server.requests().size());
    assertTrue(took.compareTo(Duration.ofMillis(450)) >= 0, took.toString());
  }

  @DisplayName("H3: each redirect takes a slot of its host")
  @Test
  void eachRedirectTakesASlotOfItsHost() {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    server
        .on(
            "/slot",
            (exchange, number) -> {
              most.accumulateAndGet(running.incrementAndGet(), Math::max);
              Thread.yield();
              running.decrementAndGet();
              Loopback.send(exchange, 200, "");
            })
        .on(
            "/there",
            (exchange, number) -> {
              String host = "http://localhost:" + server.port();
              send(exchange, 302, host + "/slot" + exchange.getRequestURI().getQuery());
            });
    String in =
        IntStream.range(0, 40)
            .mapToObj(i -> server.url("/there?" + i))
            .collect(Collectors.joining("\n"));
    assertEquals(0, Cli.run(in, "http", "--jobs", "8", "--per-host", "1").code());
    assertEquals(80, server.requests().size());
    assertEquals(1, most.get());
  }

  @DisplayName("H3: a pause is for the host that a redirect has led to")
  @Test
  void aPauseIsForTheHostThatAsked() {
    server
        .on("/near", 200, "")
        .on(
            "/refusing",
            (exchange, number) -> {
              exchange.getResponseHeaders().set("Retry-After", "1");
              Loopback.send(exchange, number == 1 ? 429 : 200, "");
            })
        .on(
            "/far",
            (exchange, number) ->
                send(exchange, 302, "http://localhost:" + server.port() + "/refusing"));
    String in = server.url("/far") + "\n" + server.url("/near") + "\n";
    Cli cli = Cli.run(in, "http", "--jobs", "1", "--window", "2");
    assertEquals(0, cli.code());
    List<String> paths = server.requests().stream().map(Seen::path).toList();
    assertEquals("/refusing", paths.getLast(), paths.toString());
    assertEquals(4, paths.size(), paths.toString());
    assertTrue(paths.indexOf("/near") < 3, paths.toString());
    assertEquals(2, cli.line(1).get("attempts").intValue());
    assertEquals(1, cli.line(1).get("redirects").intValue());
  }

  @DisplayName("H3: redirects keep the order of the input and its window")
  @Test
  void redirectsKeepTheOrderOfTheInput() {
    redirect(302, "/new");
    String in =
        IntStream.range(0, 60)
            .mapToObj(i -> server.url(i % 3 == 0 ? "/old" : "/new"))
            .collect(Collectors.joining("\n"));
    Cli cli = Cli.run(in, "http", "--ordered", "--jobs", "7", "--window", "9");
    assertEquals(
        IntStream.rangeClosed(1, 60).boxed().toList(),
        cli.lines().stream().map(line -> line.get("id").intValue()).toList());
    assertEquals(80, server.requests().size());
  }
}
