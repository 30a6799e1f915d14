package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.Loopback;
import io.millrace.cli.Loopback.Seen;
import io.millrace.testkit.NoLeaks;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@NoLeaks
class HttpCommandTest {
  private final Loopback server = Loopback.start();

  @AfterEach
  void stopServer() {
    server.close();
  }

  @Test
  void aUrlBecomesALineWithTheAnswer() {
    server.on("/", 200, "hello");
    Cli cli = Cli.run(server.url("/a?b=c") + "\n", "http");
    JsonNode line = cli.line();
    assertEquals(0, cli.code());
    assertEquals(
        List.of("id", "url", "status", "attempts", "millis", "body"),
        List.copyOf(line.propertyNames()));
    assertEquals(1, line.get("id").intValue());
    assertEquals(server.url("/a?b=c"), line.get("url").stringValue());
    assertEquals(200, line.get("status").intValue());
    assertEquals(1, line.get("attempts").intValue());
    assertEquals("hello", line.get("body").stringValue());
  }

  @Test
  void blankLinesAndCommentsAreSkippedAndCounted() {
    server.on("/", 200, "x");
    String in = "\uFEFF# first\r\n\r\n  " + server.url("/a") + "  \r\n#\n" + server.url("/b");
    Cli cli = Cli.run(in, "http");
    assertEquals(server.url("/a"), cli.line(3).get("url").stringValue());
    assertEquals(server.url("/b"), cli.line(5).get("url").stringValue());
    assertEquals(2, cli.lines().size());
  }

  @DisplayName("H4: a byte order mark is no part of a line, also where files were joined")
  @Test
  void byteOrderMarks() {
    server.on("/", 200, "x");
    String url = server.url("/a");
    String in =
        "\uFEFF" + url + "\n\uFEFF" + url + "\n\uFEFF{\"url\": \"" + url + "\"}\n\uFEFF\n\uFEFF#\n";
    Cli cli = Cli.run(in, "http");
    assertEquals(0, cli.code(), cli.out());
    assertEquals(3, cli.lines().size());
  }

  @Test
  void noInputIsNoFailure() {
    Cli cli = Cli.run("", "http");
    assertEquals(0, cli.code());
    assertEquals("", cli.out());
    assertTrue(cli.err().startsWith("millrace: 0 done in "), cli.err());
  }

  @Test
  void aJsonLineSaysMethodHeadersAndBody() {
    server.on("/", 201, "made");
    String json =
        """
        {"id": "x", "method": "put", "url": "%s", "headers": {"A": "1", "B": ["2", "3"]}, "body": "b\u00e4"}
        """;
    Cli cli = Cli.run(json.formatted(server.url("/")), "http");
    assertEquals("x", cli.line().get("id").stringValue());
    assertEquals(201, cli.line().get("status").intValue());
    Seen request = server.requests().getFirst();
    assertEquals("PUT", request.method());
    assertEquals("1", request.header("A"));
    assertEquals("2|3", request.header("B"));
    assertEquals("bä", request.body());
  }

  @Test
  void aBodyMakesItAPostAndAnObjectMakesItJson() {
    server.on("/", 200, "");
    String json = "{\"url\": \"%s\", \"body\": {\"a\": [1, null]}}";
    assertEquals(0, Cli.run(json.formatted(server.url("/")), "http").code());
    Seen request = server.requests().getFirst();
    assertEquals("POST", request.method());
    assertEquals("application/json", request.header("Content-type"));
    assertEquals("{\"a\": [1, null]}", request.body());
  }

  @Test
  void headersOfTheCommandAreSentUnlessALineHasItsOwn() {
    server.on("/", 200, "");
    String json = "{\"url\": \"%s\", \"headers\": {\"x-one\": \"own\"}}\n";
    String in = json.formatted(server.url("/own")) + server.url("/plain");
    Cli cli = Cli.run(in, "http", "--header", "X-One: 1", "--header", "X-Two:2: 3");
    assertEquals(0, cli.code());
    for (Seen request : server.requests()) {
      assertEquals(request.path().equals("/own") ? "own" : "1", request.header("X-one"));
      assertEquals("2: 3", request.header("X-two"));
      assertEquals("millrace", request.header("User-agent"));
    }
  }

  @Test
  void anIdIsWrittenAsItWasAndMayComeTwice() {
    server.on("/", 200, "");
    String in =
        """
        {"id": "7", "url": "%1$s"}
        {"id": 12345678901234567890, "url": "%1$s"}
        {"id": "7", "url": "%1$s"}
        {"id": null, "url": "%1$s"}
        """;
    Cli cli = Cli.run(in.formatted(server.url("/")), "http", "--ordered");
    assertEquals(0, cli.code());
    assertEquals(
        List.of("\"7\"", "12345678901234567890", "\"7\"", "4"),
        cli.lines().stream().map(line -> line.get("id").toString()).toList());
  }

  @Test
  void unicodeComesThroughEverywhere() {
    server.on(
        "/",
        (exchange, number) -> {
          exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=\"utf-8\"");
          Loopback.send(exchange, 200, "gr\u00fc\u00df\ud83d\ude00\u0000\u2028");
        });
    String url = server.url("/\u00e4/\ud83d\ude00?q=\u00f1");
    Cli cli = Cli.run("{\"id\": \"\u65e5\u672c\", \"url\": \"" + url + "\"}", "http");
    assertEquals("\u65e5\u672c", cli.line().get("id").stringValue());
    assertEquals(url, cli.line().get("url").stringValue());
    assertEquals("gr\u00fc\u00df\ud83d\ude00\u0000\u2028", cli.line().get("body").stringValue());
    assertEquals("/%C3%A4/%F0%9F%98%80", server.requests().getFirst().path());
  }

  @Test
  void aBodyIsDecodedByItsCharset() {
    server.on(
        "/",
        (exchange, number) -> {
          byte[] latin = "caf\u00e9".getBytes(StandardCharsets.ISO_8859_1);
          exchange.getResponseHeaders().set("Content-Type", "text/html; Charset=ISO-8859-1");
          exchange.sendResponseHeaders(200, latin.length);
          exchange.getResponseBody().write(latin);
        });
    assertEquals("caf\u00e9", Cli.run(server.url("/"), "http").line().get("body").stringValue());
  }

  @Test
  void aBinaryBodyIsWrittenInBase64() {
    byte[] bytes = new byte[256];
    IntStream.range(0, 256).forEach(index -> bytes[index] = (byte) index);
    server.on(
        "/",
        (exchange, number) -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write(bytes);
        });
    JsonNode line = Cli.run(server.url("/"), "http").line();
    assertEquals("base64", line.get("bodyEncoding").stringValue());
    assertArrayEquals(bytes, Base64.getDecoder().decode(line.get("body").stringValue()));
  }

  @Test
  void aStatusAbove399IsAFailureWithItsBody() {
    server.on("/404", 404, "none").on("/500", 500, "broken").on("/ok", 200, "fine");
    String in = server.url("/404") + "\n" + server.url("/500") + "\n" + server.url("/ok");
    Cli cli = Cli.run(in, "http");
    assertEquals(1, cli.code());
    assertEquals(404, cli.line(1).get("status").intValue());
    assertEquals("none", cli.line(1).get("body").stringValue());
    assertEquals("status 404", cli.line(1).get("error").stringValue());
    assertNull(cli.line(3).get("error"));
    assertEquals(1, server.count("/404"), "a 404 was repeated");
    assertEquals(4, server.count("/500"), "a 500 was not repeated");
    assertTrue(cli.err().contains("3 done in "), cli.err());
    assertTrue(cli.err().contains("1 ok, 2 failed, 3 retries"), cli.err());
    assertTrue(cli.err().contains("status: 200 x 1, 404 x 1, 500 x 1"), cli.err());
    assertTrue(cli.err().contains("  1 x status 404"), cli.err());
  }

  @Test
  void aMalformedLineFailsAloneAndIsNamedByItsNumber() {
    server.on("/", 200, "fine");
    List<String> lines =
        List.of(
            server.url("/"),
            "ftp://example.org/",
            "no url",
            "{\"url\": ",
            "{\"id\": 40, \"method\": \"GET\"}",
            "{\"id\": 50, \"url\": 5}",
            "{\"id\": 60, \"url\": \"%s\", \"body\": \"\\ud83d\"}".formatted(server.url("/x")),
            "{\"id\": 70, \"url\": \"%s\", \"method\": \"A B\"}".formatted(server.url("/x")),
            "{\"id\": 80, \"url\": \"%s\", \"headers\": {\"X\": 1}}".formatted(server.url("/x")),
            "{\"url\": \"%1$s\", \"url\": \"%1$s\"}".formatted(server.url("/x")),
            "{\"id\": [], \"url\": \"%s\"}".formatted(server.url("/x")),
            "{\"url\": \"%s\"} {}".formatted(server.url("/x")),
            "http://:80/nohost",
            "http://127.0.0.1:99999/",
            server.url("/"));
    Cli cli = Cli.run(String.join("\n", lines), "http");
    assertEquals(1, cli.code());
    assertEquals(lines.size(), cli.lines().size());
    assertEquals("fine", cli.line(1).get("body").stringValue());
    assertEquals("fine", cli.line(15).get("body").stringValue());
    assertError(cli, 2, "line 2: a URL has to start with http:// or https://");
    assertError(cli, 3, "line 3: a URL has to start with http:// or https://");
    assertError(cli, 4, "line 4: not one JSON object");
    assertError(cli, 40, "line 5: 'url' is missing");
    assertError(cli, 50, "line 6: 'url' must be a string");
    assertError(cli, 60, "line 7: 'body' has half of a surrogate pair");
    assertError(cli, 70, "line 8: 'A B' is not a method");
    assertError(cli, 80, "line 9: a header must be a string");
    assertError(cli, 10, "line 10: not one JSON object with each field once");
    assertError(cli, 11, "line 11: 'id' must be");
    assertError(cli, 12, "line 12: not one JSON object");
    assertError(cli, 13, "line 13: the URL has no valid host");
    assertError(cli, 14, "line 14: the port");
    assertEquals(0, server.count("/x"));
    assertTrue(cli.err().contains("2 ok, 13 failed, 0 retries"), cli.err());
  }

  private static void assertError(Cli cli, int id, String start) {
    JsonNode line = cli.line(id);
    assertTrue(line.get("error").stringValue().startsWith(start), line.toString());
    assertEquals(0, line.get("attempts").intValue());
  }

  @Test
  void aLineThatIsNotUtf8FailsAlone() {
    server.on("/", 200, "fine");
    byte[] in =
        (server.url("/\u00e9") + "\n" + server.url("/")).getBytes(StandardCharsets.ISO_8859_1);
    Cli cli = Cli.run(new ByteArrayInputStream(in), "http");
    assertError(cli, 1, "line 1: not UTF-8");
    assertEquals("fine", cli.line(2).get("body").stringValue());
  }

  @Test
  void aBodyAboveTheLimitFailsAndIsNotRepeated() {
    server.on("/", 200, "12345678901");
    Cli cli = Cli.run(server.url("/"), "http", "--max-body", "10");
    assertEquals(1, cli.code());
    assertEquals(200, cli.line().get("status").intValue());
    assertNull(cli.line().get("body"));
    assertEquals(
        "the body is larger than 10 bytes: see --max-body", cli.line().get("error").stringValue());
    assertEquals(1, server.requests().size());
    assertEquals(0, Cli.run(server.url("/"), "http", "--max-body", "11").code());
  }

  @Test
  void anEndlessBodyDoesNotEatMemory() {
    server.on(
        "/",
        (exchange, number) -> {
          exchange.sendResponseHeaders(200, 0);
          byte[] much = new byte[1 << 20];
          try {
            while (true) {
              exchange.getResponseBody().write(much);
            }
          } catch (IOException hungUp) {
            // as it should
          }
        });
    Cli cli = Cli.run(server.url("/"), "http");
    assertTrue(
        cli.line().get("error").stringValue().startsWith("the body is larger than 10000000 bytes"));
  }

  @Test
  void bodiesAreLeftOutOnRequest() {
    server.on("/", 200, "hello").on("/404", 404, "none");
    Cli cli = Cli.run(server.url("/") + "\n" + server.url("/404"), "http", "--no-body");
    assertFalse(cli.out().contains("body"), cli.out());
    assertEquals(404, cli.line(2).get("status").intValue());
  }

  @Test
  void answersCanBeInTheOrderOfTheInput() {
    CountDownLatch others = new CountDownLatch(9);
    server.on(
        "/",
        (exchange, number) -> {
          if (exchange.getRequestURI().getPath().equals("/0")) {
            Loopback.await(others);
          } else {
            others.countDown();
          }
          Loopback.send(exchange, 200, "");
        });
    String in =
        IntStream.range(0, 10).mapToObj(i -> server.url("/" + i)).collect(Collectors.joining("\n"));
    Cli cli = Cli.run(in, "http", "--ordered", "--jobs", "10");
    assertEquals(
        IntStream.rangeClosed(1, 10).boxed().toList(),
        cli.lines().stream().map(line -> line.get("id").intValue()).toList());
  }

  @Test
  void aFileIsReadAndManyItemsEachHaveOneLine(@TempDir Path folder) throws IOException {
    server.on("/", 200, "x");
    Path file = folder.resolve("urls.txt");
    Files.write(file, IntStream.range(0, 500).mapToObj(i -> server.url("/" + i)).toList());
    Cli cli = Cli.run("", "http", "--jobs", "50", file.toString());
    assertEquals(0, cli.code());
    assertEquals(500, cli.lines().size());
    assertEquals(
        500,
        new HashSet<>(cli.lines().stream().map(l -> l.get("url").stringValue()).toList()).size());
    assertEquals(500, server.requests().size());
  }

  @Test
  void quietSaysNothing() {
    server.on("/", 404, "");
    assertEquals("", Cli.run(server.url("/"), "http", "--quiet").err());
  }

  @Test
  void aServerThatIsNotThereIsAFailure() {
    String url = server.url("/");
    server.close();
    Cli cli = Cli.run(url, "http", "--retries", "1");
    assertEquals(1, cli.code());
    assertEquals("cannot connect: Connection refused", cli.line().get("error").stringValue());
    assertEquals(2, cli.line().get("attempts").intValue());
  }
}
