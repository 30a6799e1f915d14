package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.RawServer;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What would be sent. */
@NoLeaks
class DryRunTest {
  private final RawServer server =
      RawServer.start((request, number, answer) -> answer.send(200, ""));

  @TempDir private Path folder;

  @AfterEach
  void nothingWasSent() {
    assertEquals(List.of(), server.requests());
    server.close();
  }

  private Cli run(String in, String... options) {
    List<String> args = new ArrayList<>(List.of("http", "--dry-run"));
    args.addAll(List.of(options));
    return Cli.run(Map.of("TOKEN", "s3cret"), in, args.toArray(String[]::new));
  }

  private String urls(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> server.url("/" + i) + "\n")
        .collect(Collectors.joining());
  }

  @DisplayName("H34: each request is shown as it would be sent, without secrets")
  @Test
  void requestsAreShown() throws IOException {
    Path file = Files.writeString(folder.resolve("f"), "12345");
    Cli cli =
        run(
            "{\"id\": \"a\", \"url\": \"http://me:s3cret@h/x y\", \"query\": {\"q\": 1}, \"n\": \"A\"}\n"
                + "{\"url\": \"http://h/\", \"bodyFile\": \"%s\"}\n".formatted(file)
                + "# a comment\nnonsense\n"
                + "{\"url\": \"http://h/\", \"bodyFile\": \"%s\"}\n".formatted(folder),
            "--bearer-env",
            "TOKEN",
            "--method",
            "PUT",
            "--data-template",
            "{\"name\": {n}}");
    assertEquals(1, cli.code());
    assertFalse((cli.out() + cli.err()).contains("s3cret"), cli.out() + cli.err());
    assertEquals(
        "{\"id\":\"a\",\"method\":\"PUT\",\"url\":\"http://h/x%20y?q=1\",\"headers\":[\"Authorization\",\"User-Agent\","
            + "\"Accept\",\"Content-Type\"],\"body\":\"{\\\"name\\\": \\\"A\\\"}\",\"bytes\":13}",
        cli.out().lines().findFirst().orElse(""));
    assertEquals(file.toString(), cli.line(2).get("bodyFile").stringValue());
    assertEquals(5, cli.line(2).get("bytes").intValue());
    assertTrue(cli.line(4).get("error").stringValue().contains("http://"), cli.out());
    assertEquals(4, cli.line(4).get("line").intValue());
    assertTrue(cli.line(5).get("error").stringValue().contains("not a regular file"), cli.out());
    assertTrue(
        cli.err().contains("4 lines, 2 requests to 1 host, 2 lines that would fail"), cli.err());
  }

  @DisplayName("H34: it says how long the rates make it, what it costs, and which limit ends it")
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "; no rate slows it down",
        "--rate 10/s; at least 9.9 s, for --rate",
        "--rate 10/s --burst 50; at least 5.0 s, for --rate",
        "--rate 1/m --rate-per-host 1000/s; at least 1 h 39 min, for --rate",
        "--rate-per-host 1/s; at least 1 min 39 s, for --rate-per-host",
        "--tokens 10/s; at least 9.0 s, for --tokens",
        "--tokens 10/s; cost: 100 tokens, as estimated",
        "--max-calls 30; --max-calls 30 would end it: 70 lines are left",
        "--max-calls 100; 100 requests",
        "--max-cost 30; --max-cost 30 would end it: 70 lines are left",
        "--max-cost 30 --rate 1/s; at least 29.0 s, for --rate",
        "--run-timeout 9s --rate 10/s; --run-timeout would end it after 9.0 s, before all is sent",
        "--run-timeout 90s --rate-per-host 1/s; --run-timeout would end it after 1 min 30 s",
        "--run-timeout 9s --rate 10/s --max-calls 95; --run-timeout would end it after 9.0 s"
      })
  void timeAndCostAreSaid(String options, String said) {
    Cli cli = run(urls(100), options == null ? new String[0] : options.split(" "));
    assertEquals(0, cli.code());
    assertEquals(100, cli.lines().size());
    assertTrue(cli.err().contains(said), cli.err());
  }

  @DisplayName("H34: a run that may end in its time is not said to be ended by it")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "--run-timeout 1ms",
        "--run-timeout 10s --rate 10/s",
        "--run-timeout 9s --rate 10/s --max-calls 50",
        "--run-timeout 9s --rate 10/s --burst 50"
      })
  void timeThatMayDoIsNotNamed(String options) {
    Cli cli = run(urls(100), options.split(" "));
    assertEquals(0, cli.code(), cli.err());
    assertFalse(cli.err().contains("--run-timeout"), cli.err());
  }

  @DisplayName("H34: no file is made, read from or replaced, whatever other options say")
  @Test
  void noFileIsWritten() throws IOException {
    Path output = Files.writeString(folder.resolve("out"), "old");
    String here = folder.toString();
    Cli cli =
        run(
            urls(2),
            "--output",
            output.toString(),
            "--force",
            "--save-dir",
            here + "/d",
            "--checkpoint",
            here + "/c",
            "--log",
            here + "/l",
            "--failed",
            here + "/x",
            "--report",
            here + "/r.html",
            "--idempotency-key");
    assertEquals(0, cli.code(), cli.err());
    assertEquals(2, cli.lines().size());
    assertEquals("old", Files.readString(output));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(output), files.toList());
    }
  }

  @DisplayName("H34: wrong usage is wrong, and --quiet says nothing more")
  @Test
  void wrongUsageIsWrong() {
    assertEquals(2, run("", "--burst", "5").code());
    assertEquals(2, run("", "--data-template", "[").code());
    assertEquals("", run(urls(1), "--quiet").err());
  }
}
