package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.RawServer;
import io.millrace.testkit.NoLeaks;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A bad line costs that line, whatever it holds. */
@NoLeaks
class BadLinesTest {
  private final RawServer server =
      RawServer.start((request, number, answer) -> answer.send(200, "ok"));

  @AfterEach
  void stopServer() {
    server.close();
  }

  @DisplayName("H4: a bad line costs that line, and no option that nobody gave is named")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"url\": \"http://127.0.0.1/\\ud83d\"}",
        "{\"url\": \"http://\\ud83d/\"}",
        "{\"url\": \"http://h/\\u0000\"}",
        "{\"url\": \"http://u\\ud83d:p@h/\"}",
        "{\"url\": \"http://h/\", \"method\": \"\\ud83d\"}",
        "{\"url\": \"http://h/\", \"method\": \"\"}",
        "{\"url\": \"http://h/\", \"method\": \"CONNECT\"}",
        "{\"url\": \"http://h/\", \"method\": \"trace\", \"body\": \"x\"}",
        "{\"url\": \"http://h/\", \"method\": \"TRACE\", \"form\": {\"a\": 1}}",
        "{\"url\": \"http://h/\", \"body\": \"\\udc00\"}",
        "{\"url\": \"http://h/\", \"headers\": {\"\\ud83d\": \"x\"}}",
        "{\"url\": \"http://h/\", \"headers\": {\"\": \"x\"}}",
        "{\"url\": \"http://h/\", \"headers\": {\"X\": \"a\\r\\nY: b\"}}",
        "{\"url\": \"http://h/\", \"headers\": {\"X\": [\"a\", [\"b\"]]}}",
        "{\"url\": \"http://h/\", \"headers\": {\"Transfer-Encoding\": \"chunked\"}}",
        "{\"url\": \"http://h/\", \"headers\": []}",
        "{\"url\": \"http://h/\", \"id\": 1.5}",
        "{\"url\": \"http://h/\", \"id\": {}}",
        "{\"url\": null}",
        "{}",
        "{\"a\"",
        "{\"url\": \"http://h/\"}}",
        "[]",
        "\"http://h/\"",
        "http://",
        "http://[::1",
        "http://\u00ad/",
        "http://h:65536/",
        "\ufffe",
        "http://\u0130\u0307../"
      })
  void aBadLineCostsThatLine(String bad) {
    Cli cli = Cli.run(server.url("/1") + "\n" + bad + "\n" + server.url("/3"), "http");
    assertEquals(3, cli.lines().size(), cli.out() + cli.err());
    assertEquals("ok", cli.line(1).get("body").stringValue());
    assertEquals("ok", cli.line(3).get("body").stringValue());
    JsonNode line =
        cli.lines().stream().filter(each -> each.has("error")).findFirst().orElseThrow();
    assertTrue(line.get("error").stringValue().startsWith("line 2: "), line.toString());
    assertEquals(1, cli.code());
    assertFalse(cli.err().contains("--max-failures"), cli.err());
  }

  @DisplayName("H4: endless headers of an answer are cut off")
  @ParameterizedTest
  @ValueSource(strings = {"X: y\r\n", "X"})
  void endlessHeadersAreCutOff(String part) {
    try (RawServer hostile =
        RawServer.start(
            (request, number, answer) -> {
              answer.write("HTTP/1.1 200 OK\r\n");
              String much = part.repeat(10_000);
              for (int times = 0; times < 10_000; times++) {
                answer.write(much);
              }
            })) {
      Cli cli = Cli.run(hostile.url("/"), "http", "--retries", "0", "--timeout", "20s");
      assertEquals(
          "the headers of the answer are too many or too long",
          cli.line().get("error").stringValue());
    }
  }

  @DisplayName("H4: deep nesting and long numbers cost their line at most")
  @Test
  void extremesCostTheirLineAtMost() {
    String url = "{\"url\": \"" + server.url("/") + "\", \"body\": ";
    String in =
        url
            + "[".repeat(100_000)
            + "]".repeat(100_000)
            + "}\n"
            + url
            + "1".repeat(200_000)
            + "}\n"
            + url
            + "{\""
            + "n".repeat(200_000)
            + "\": 1}}\n"
            + server.url("/" + "x".repeat(200_000))
            + "\n"
            + server.url("/")
            + "\n";
    Cli cli = Cli.run(in, "http");
    assertEquals(5, cli.lines().size());
    assertEquals("ok", cli.line(2).get("body").stringValue());
    assertEquals("ok", cli.line(3).get("body").stringValue());
    assertEquals("ok", cli.line(5).get("body").stringValue());
  }

  @DisplayName("H4: lines made by chance, from bytes and from a grammar, cost themselves at most")
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void linesMadeByChanceCostThemselvesAtMost(long seed) {
    LineMaker maker = new LineMaker(new Random(seed), server.port());
    ByteArrayOutputStream in = new ByteArrayOutputStream();
    List<Integer> good = new ArrayList<>();
    int number = 0;
    for (int round = 0; round < 60; round++) {
      for (byte[] line :
          List.of(
              maker.bytes(), maker.mutated(), server.url("/").getBytes(StandardCharsets.UTF_8))) {
        in.writeBytes(line);
        in.write('\n');
        number++;
      }
      good.add(number);
    }
    Cli cli =
        Cli.run(
            new ByteArrayInputStream(in.toByteArray()),
            "http",
            "--retries",
            "0",
            "--timeout",
            "2s");
    List<Integer> answered =
        cli.lines().stream()
            .filter(line -> line.has("body") && line.get("id").isInt())
            .map(line -> line.get("id").intValue())
            .toList();
    assertTrue(answered.containsAll(good), "seed " + seed);
    assertFalse(cli.err().contains("cut off"), cli.err());
  }

  @DisplayName("H4: JSON that is nested too deeply is not called malformed: the limit is named")
  @Test
  void nestedTooDeeply() {
    String deep = "{\"url\": \"http://localhost\", \"body\": %s%s}\n";
    String line = deep.formatted("[".repeat(5_000), "]".repeat(5_000));
    assertTrue(
        Cli.run(line, "http")
            .out()
            .contains("line 1: JSON with more than 500 lists and objects in each other"));
    assertEquals(
        0, Cli.run(deep.formatted("[".repeat(499), "]".repeat(499)), "http", "--dry-run").code());
    Cli run = Cli.run(line, "run", "--", "echo", "{url}");
    assertTrue(
        run.err().contains("it is JSON with more than 500 lists and objects in each other"),
        run.err());
  }
}
