package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.RawServer;
import io.millrace.testkit.NoLeaks;
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

/** Requests that cost more than one. */
@NoLeaks
class CostTest {
  private RawServer server = RawServer.start((request, number, answer) -> answer.send(200, ""));

  @AfterEach
  void stopServer() {
    server.close();
  }

  private void start(RawServer.Script script) {
    server.close();
    server = RawServer.start(script);
  }

  private String lines(int count, String more) {
    return IntStream.range(0, count)
        .mapToObj(i -> "{\"url\": \"%s\"%s}\n".formatted(server.url("/" + i), more))
        .collect(Collectors.joining());
  }

  private Cli run(String in, String... options) {
    List<String> args = new ArrayList<>(List.of("http", "--jobs", "1", "--retries", "0"));
    args.addAll(List.of(options));
    return Cli.run(in, args.toArray(String[]::new));
  }

  @DisplayName(
      "H33: --tokens is a rate of what lines cost; the first ones may spend those of one time")
  @Test
  void tokensAreARate() {
    long start = System.nanoTime();
    Cli cli = run(lines(5, ", \"t\": 40"), "--tokens", "100/s", "--cost", "t");
    assertEquals(0, cli.code(), cli.err());
    // 200 tokens, of which 100 are there
    assertTrue(server.requests().getLast().nanos() - start >= 990_000_000L, cli.err());
    assertTrue(server.requests().get(2).nanos() - start >= 190_000_000L, cli.err());
  }

  @DisplayName("H33: what a line costs is said by a field, or by the size of its body")
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        ", \"t\": 40; 2",
        ", \"t\": 100; 1",
        ", \"t\": 0; 10",
        ", \"t\": 1, \"body\": \"xx\"; 10",
      })
  void fieldsAreCounted(String more, int times) {
    Cli cli = run(lines(10, more), "--max-cost", "100", "--cost", "t");
    assertEquals(times, server.requests().size(), cli.err());
    assertEquals(times == 10 ? 0 : 3, cli.code());
  }

  @DisplayName("H33: without --cost, a body costs a fourth of its bytes, and nothing costs 1")
  @Test
  void sizesAreCounted() {
    run(lines(10, ", \"body\": \"" + "x".repeat(130) + "\""), "--max-cost", "100");
    assertEquals(3, server.requests().size());
    run(lines(10, ""), "--max-cost", "5");
    assertEquals(3 + 5, server.requests().size());
  }

  @DisplayName("H33: --usage settles what was estimated, in both directions")
  @ParameterizedTest
  @CsvSource({"40, 10, 7, 70", "10, 60, 2, 120", "40, 0, 10, 0"})
  void usageSettles(int estimate, int actual, int times, int spent) {
    start(
        (request, number, answer) ->
            answer.send(200, "{\"usage\": {\"total_tokens\": " + actual + "}}"));
    Cli cli =
        run(
            lines(10, ", \"t\": " + estimate),
            "--max-cost",
            "100",
            "--cost",
            "t",
            "--usage",
            "/usage/total_tokens");
    assertEquals(times, server.requests().size(), cli.err());
    assertTrue(cli.err().contains("  cost: " + spent + " tokens\n"), cli.err());
  }

  @DisplayName("H33: an answer that does not say what it cost keeps its estimate, and succeeds")
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {"{}", "<html>", "{\"u\": -1}", "{\"u\": 1.5}", "{\"u\": \"7\"}", "{\"u\": 1e3}"})
  void noUsageKeepsTheEstimate(String body) {
    start((request, number, answer) -> answer.send(200, body));
    Cli cli = run(lines(10, ", \"t\": 40"), "--max-cost", "100", "--cost", "t", "--usage", "/u");
    assertEquals(2, server.requests().size());
    assertEquals(2, cli.lines().stream().filter(line -> !line.has("error")).count());
    assertTrue(cli.err().contains("cost: 80 tokens (2 answers had no"), cli.err());
  }

  @DisplayName("H33: what an answer says that it cost holds up others for no more than one period")
  @Test
  void usageIsBounded() {
    start(
        (request, number, answer) ->
            answer.send(200, "{\"u\": " + (number == 1 ? "999999999999999999" : "1") + "}"));
    Cli cli =
        run(
            lines(4, ", \"t\": 1"),
            "--tokens",
            "10/s",
            "--cost",
            "t",
            "--usage",
            "/u",
            "--run-timeout",
            "20s");
    assertEquals(0, cli.code(), cli.err());
    assertEquals(4, server.requests().size(), cli.err());
  }

  @DisplayName("H33: no sum of what answers say is negative, or gives back what is spent")
  @Test
  void sumsDoNotOverflow() {
    CostTotal spent = new CostTotal();
    for (int answer = 0; answer < 20; answer++) {
      spent.add(999_999_999_999_999_999L);
    }
    assertEquals("over 9,223,372,036,854,775,807 tokens", spent.toString());
    start((request, number, answer) -> answer.send(200, "{\"u\": 999999999999999999}"));
    Cli cli =
        run(lines(3, ", \"t\": 1"), "--max-cost", "1000000000", "--cost", "t", "--usage", "/u");
    assertEquals(3, cli.code(), cli.err());
    assertEquals(1, server.requests().size());
  }

  @DisplayName("H33: --max-cost ends the run, with exit code 3, and says so")
  @Test
  void maxCostEndsTheRun() {
    Cli cli = run(lines(10, ", \"t\": 40"), "--max-cost", "100", "--cost", "t");
    assertEquals(3, cli.code());
    assertEquals(2, server.requests().size());
    assertTrue(cli.err().contains("stopped by --max-cost"), cli.err());
    assertTrue(cli.err().contains("cost: 80 tokens"), cli.err());
    cli = run(lines(10, ", \"t\": 40"), "--max-cost", "100", "--cost", "t", "--max-calls", "1");
    assertTrue(cli.err().contains("stopped by --max-calls"), cli.err());
    assertEquals(2 + 1, server.requests().size());
  }

  @DisplayName("H33: a request that is redirected costs what its last answer did")
  @Test
  void aRedirectCostsNothing() {
    start(
        (request, number, answer) -> {
          if (request.target().startsWith("/to")) {
            answer.send(200, "{\"u\": 10}");
          } else {
            answer.send(307, "", "Location: /to" + request.target());
          }
        });
    Cli cli = run(lines(3, ", \"t\": 50"), "--tokens", "100/h", "--cost", "t", "--usage", "/u");
    assertEquals(0, cli.code(), cli.err());
    assertTrue(cli.err().contains("cost: 30 tokens"), cli.err());
  }

  @DisplayName(
      "H33: a line that does not say what it costs, or costs too much, fails alone and is not sent")
  @Test
  void badCostsFailTheirLine() {
    for (String more :
        List.of("", ", \"t\": -1", ", \"t\": 1.0", ", \"t\": \"1\"", ", \"t\": 101")) {
      Cli cli = run(lines(1, more) + lines(1, ", \"t\": 1"), "--tokens", "100/h", "--cost", "t");
      assertEquals(1, cli.code(), more);
      assertTrue(
          cli.line(1).get("error").stringValue().matches(".*(--cost|--tokens).*"), cli.out());
    }
    assertEquals(5, server.requests().size());
  }

  @DisplayName("H33: a selected value and its cost come from one answer")
  @Test
  void selectAndUsageGoTogether(@TempDir Path folder) {
    start((request, number, answer) -> answer.send(200, "{\"a\": \"b\", \"u\": 3}"));
    String[] options = {
      "--ordered",
      "--select",
      "/a",
      "--usage",
      "/u",
      "--max-cost",
      "100",
      "--checkpoint",
      folder.resolve("c").toString()
    };
    Cli first = run(lines(2, ""), options);
    assertTrue(first.err().contains("cost: 6 tokens"), first.err());
    Cli second = run(lines(2, ""), options);
    assertEquals(first.out(), second.out());
    assertTrue(second.err().contains("cost: 0 tokens"), second.err());
  }

  @DisplayName("H33: options that need others say which")
  @Test
  void conflictsAreNamed() {
    assertTrue(run("", "--cost", "t").err().contains("--cost needs --tokens"));
    assertTrue(run("", "--usage", "/u").err().contains("--usage needs --tokens"));
    assertTrue(
        run("", "--usage", "/u", "--max-cost", "1", "--no-body").err().contains("leave out"));
    for (String value : List.of("90000", "0/m", "-1/m")) {
      Cli cli = run("", "--tokens", value);
      assertEquals(2, cli.code());
      assertTrue(cli.err().contains("--tokens") && cli.err().contains("90/m"), cli.err());
    }
    assertEquals(2, run("", "--max-cost", "0").code());
    assertEquals(2, run("", "--tokens", "1/m", "--cost", " ").code());
  }
}
