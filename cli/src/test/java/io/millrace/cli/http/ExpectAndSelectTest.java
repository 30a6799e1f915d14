package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.Loopback;
import io.millrace.testkit.NoLeaks;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What counts as a success, and one value of an answer. */
@NoLeaks
class ExpectAndSelectTest {
  private final Loopback server = Loopback.start();

  @AfterEach
  void stopServer() {
    server.close();
  }

  private Cli run(String in, String... options) {
    List<String> args = new ArrayList<>(List.of("http"));
    args.addAll(List.of(options));
    return Cli.run(in, args.toArray(String[]::new));
  }

  @DisplayName("H29: --expect says which statuses are a success, and those are not repeated")
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "200; 404; 1; 1",
        "404; 404; 0; 1",
        "404; 2xx,404; 0; 1",
        "204; 200-203, 205; 1; 1",
        "201; 200-204; 0; 1",
        "503; 5XX; 0; 1",
        "503; 2xx; 1; 2",
        "302; 302; 0; 1"
      })
  void statusesAreJudged(int status, String expect, int code, int times) {
    server.on("/", (exchange, number) -> exchange.sendResponseHeaders(status, -1));
    Cli cli = run(server.url("/"), "--expect", expect, "--max-redirects", "0", "--retries", "1");
    assertEquals(code, cli.code(), cli.out() + cli.err());
    assertEquals(times, server.requests().size());
    assertEquals(status, cli.line().get("status").intValue());
    assertEquals(code == 1, cli.line().has("error"), cli.out());
  }

  @DisplayName(
      "H29: a redirect that is followed is not judged, and an unexpected success says why it is none")
  @Test
  void theLastAnswerIsJudged() {
    server.on("/to", 200, "there");
    server.on(
        "/from",
        (exchange, number) -> {
          exchange.getResponseHeaders().set("Location", "/to");
          exchange.sendResponseHeaders(302, -1);
        });
    assertEquals(0, run(server.url("/from"), "--expect", "200").code());
    Cli cli = run(server.url("/to"), "--expect", "404,201");
    assertEquals("status 200: it is not one of --expect", cli.line().get("error").stringValue());
    assertEquals("there", cli.line().get("body").stringValue());
  }

  @DisplayName("H29: a list that cannot be read is refused with what is allowed")
  @ParameterizedTest
  @ValueSource(strings = {"", "2x", "199", "600", "204-200", "200-", "1xx", "200,,404", "none"})
  void badListsAreRefused(String list) {
    Cli cli = run("", "--expect", list);
    assertEquals(2, cli.code());
    assertTrue(cli.err().contains("--expect") && cli.err().contains("2xx,404"), cli.err());
  }

  @DisplayName("H29: what is expected can neither end the run nor be repeated by name")
  @Test
  void contradictionsAreRefused() {
    assertTrue(run("", "--expect", "4xx", "--stop-on", "401").err().contains("--stop-on"));
    assertTrue(run("", "--expect", "404", "--retry-on", "404").err().contains("--retry-on"));
    assertEquals(0, run("", "--expect", "429").code());
  }

  private static final String ANSWER =
      "\uFEFF{\"a\": [10, {\"b/c~\": 12345678901234567.890}], \"s\": \"x\\u202e\u202e\\n\", \"n\": null,\n"
          + " \"o\": { \"p\" : [ 1 ,\n2 ] }, \"\": 7}";

  @DisplayName("H30: --select keeps one value of the answer, as it was written")
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "/a/0; 10",
        "/a/1/b~1c~0; 12345678901234567.890",
        "/s; \"x\\u202e\\u202e\\n\"",
        "/n; null",
        "/o/p; [ 1 , 2 ]",
        "/; 7"
      })
  void oneValueIsKept(String pointer, String value) {
    server.on("/", 200, ANSWER);
    Cli cli = run(server.url("/"), "--select", pointer);
    assertEquals(0, cli.code(), cli.out());
    assertTrue(cli.out().strip().endsWith(",\"value\":" + value + "}"), cli.out());
    assertFalse(cli.line().has("body"));
  }

  @DisplayName(
      "H30: an answer without the value, or that is no JSON, fails its line and shows its body")
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{\"b\": 1}; no value at --select /a/b",
        "{\"a\": 1}; no value at --select /a/b",
        "{\"a\": [1]}; no value at --select /a/b",
        "[]; no value at --select /a/b",
        "7; no value at --select /a/b",
        "{\"a\": {\"b\": 1}; not JSON",
        "{\"a\": {\"b\": 1}} x; not JSON",
        "{\"a\": {\"b\": 'x'}}; not JSON",
        "<html>; not JSON",
        "``; not JSON",
      })
  void anAbsentValueFails(String answer, String error) {
    server.on("/", 200, answer);
    Cli cli = run(server.url("/"), "--select", "/a/b");
    assertEquals(1, cli.code(), cli.out());
    assertTrue(cli.line().get("error").stringValue().contains(error), cli.out());
    assertEquals(answer, cli.line().get("body").stringValue());
    assertEquals(1, server.requests().size());
  }

  @DisplayName("H30: JSON in other bytes than UTF-8 is none, and costs its line only")
  @Test
  void otherBytesAreNoJson() {
    byte[] utf16 = "{\"a\": 1}".getBytes(StandardCharsets.UTF_16);
    byte[] broken = "{\"a\": \"\u00e4\"}".getBytes(StandardCharsets.ISO_8859_1);
    for (byte[] bytes : List.of(utf16, broken)) {
      String path = "/" + bytes.length;
      server.on(
          path,
          (exchange, number) -> {
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
          });
      Cli cli = run(server.url(path), "--select", "/a");
      assertEquals(1, cli.code(), cli.out());
      assertTrue(cli.out().contains("not JSON"), cli.out());
    }
  }

  @DisplayName("H30: deep JSON costs no stack")
  @Test
  void deepJsonCostsItsLine() {
    server.on("/", 200, "{\"a\": 1, \"b\": " + "[".repeat(200_000) + "]".repeat(200_000) + "}");
    Cli cli = run(server.url("/"), "--select", "/a");
    assertEquals(1, cli.code());
    assertTrue(
        cli.out().contains("the answer has more than 500 lists and objects in each other"),
        cli.out().substring(0, 200));
  }

  @DisplayName("H30: a failed answer is not searched")
  @Test
  void aFailedAnswerIsNotSearched() {
    server.on("/", 404, "{\"a\": 1}");
    JsonNode line = run(server.url("/"), "--select", "/a").line();
    assertEquals("status 404", line.get("error").stringValue());
    assertEquals("{\"a\": 1}", line.get("body").stringValue());
  }

  @DisplayName("H30: only the value takes memory until its line is written")
  @Test
  void onlyTheValueTakesMemory() {
    String filler = "x".repeat(200_000);
    server.on(
        "/",
        (exchange, number) -> {
          Loopback.send(exchange, 200, "{\"filler\": \"" + filler + "\", \"a\": 1}");
        });
    String in =
        IntStream.range(0, 50).mapToObj(i -> server.url("/" + i)).collect(Collectors.joining("\n"));
    Cli cli =
        run(
            in,
            "--select",
            "/a",
            "--ordered",
            "--max-memory",
            "1m",
            "--window",
            "100",
            "--jobs",
            "4");
    assertEquals(0, cli.code(), cli.err());
    assertEquals(
        50, cli.lines().stream().filter(line -> line.get("value").intValue() == 1).count());
  }

  @DisplayName("H30: what is no pointer is refused, and so are options that exclude it")
  @Test
  void badPointersAreRefused() {
    for (String pointer : List.of("a", "$.a", "/a~2", "/a~")) {
      Cli cli = run("", "--select", pointer);
      assertEquals(2, cli.code());
      assertTrue(
          cli.err().contains("--select") && cli.err().contains("/usage/total_tokens"), cli.err());
    }
    assertTrue(run("", "--select", "/a", "--no-body").err().contains("exclude each other"));
  }

  @DisplayName("H30: a selected value comes out of a checkpoint as it went in")
  @Test
  void aSelectedValueIsKept(@TempDir Path folder) {
    server.on("/", 200, ANSWER);
    String checkpoint = folder.resolve("c").toString();
    String[] options = {"--checkpoint", checkpoint, "--select", "/o/p", "--expect", "2xx"};
    Cli first = run(server.url("/"), options);
    Cli second = run(server.url("/"), options);
    assertEquals(first.out(), second.out());
    assertEquals(1, server.requests().size());
    assertEquals(4, run("", "--checkpoint", checkpoint, "--select", "/a").code());
    assertEquals(4, run("", "--checkpoint", checkpoint, "--select", "/o/p").code());
  }
}
