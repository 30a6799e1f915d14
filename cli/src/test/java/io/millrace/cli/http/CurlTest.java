package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.RawServer;
import io.millrace.cli.RawServer.Seen;
import io.millrace.cli.http.CurlCases.Case;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The requests that a server sees from the command are those that it sees from curl, or differ for a
 * reason. The table {@code curl.tsv} has a line for each case: its name, the requests of curl, those of the
 * command where they differ, and why. With the variable {@code MILLRACE_CURL_TABLE} the table is written to
 * that file anew, and its differences are to be explained by hand.
 */
class CurlTest {
  private static final String UNEXPLAINED = "?";

  @TempDir Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void makeFile() throws IOException {
    file = Files.writeString(folder.resolve("upload"), "b");
  }

  private record Row(String curl, String own, String reason) {
    String expected() {
      return own.isEmpty() ? curl : own;
    }
  }

  private static Map<String, Row> table() throws IOException {
    try (InputStream in = CurlTest.class.getResourceAsStream("curl.tsv")) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      Map<String, Row> rows = new LinkedHashMap<>();
      text.lines()
          .map(line -> line.split("\t", -1))
          .forEach(cells -> rows.put(cells[0], new Row(cells[1], cells[2], cells[3])));
      return rows;
    }
  }

  private static String own(Case asked) {
    try (RawServer server = RawServer.start(asked.script())) {
      List<String> args = new ArrayList<>(List.of("http"));
      args.addAll(asked.options());
      Cli.run(asked.line().replace("HOST", host(server)), args.toArray(String[]::new));
      return text(server);
    }
  }

  private String curl(Case asked) throws IOException, InterruptedException {
    try (RawServer server = RawServer.start(asked.script())) {
      List<String> command = new ArrayList<>(List.of("curl", "-q", "-s", "-m", "5"));
      for (String arg : asked.curl()) {
        String own = arg.replace("HOST", host(server)).replace("FILE", file.toString());
        command.addAll(isAscii(own) ? List.of(own) : List.of("-K", configured(own)));
      }
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD);
      builder
          .environment()
          .keySet()
          .removeIf(name -> name.toLowerCase(Locale.ROOT).endsWith("_proxy"));
      Process process = builder.start();
      process.waitFor();
      return text(server);
    }
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80);
  }

  /* The locale of the build may have no letters but those of ASCII, so that no process gets others as arguments. */
  private String configured(String url) throws IOException {
    String quoted = url.replace("\\", "\\\\").replace("\"", "\\\"");
    Path config = Files.createTempFile(folder, "curl", ".config"); // cases run at the same time
    return Files.writeString(config, "url = \"" + quoted + "\"\n").toString();
  }

  private static String host(RawServer server) {
    return "127.0.0.1:" + server.port();
  }

  private static String text(RawServer server) {
    return server.requests().stream()
        .map(CurlTest::text)
        .map(text -> text.replace(host(server), "HOST"))
        .collect(Collectors.collectingAndThen(Collectors.joining(" > "), CurlTest::orNothing));
  }

  private static String orNothing(String requests) {
    return requests.isEmpty() ? "nothing" : requests;
  }

  private static String text(Seen request) {
    String credentials = request.header("authorization").map(value -> " " + value).orElse("");
    String body = request.body().isEmpty() ? "" : " [" + request.body() + "]";
    return request.method() + " " + request.target() + credentials + body;
  }

  @DisplayName("H1, H2, H7, H12, H15: requests are those that curl sends, or differ for a reason")
  @Test
  void requestsAreThoseOfCurl() throws Exception {
    Map<String, Row> table = table();
    assertEquals(List.of(), differences(table, Row::expected, CurlTest::own));
  }

  private static List<String> differences(
      Map<String, Row> table, Function<Row, String> expected, Asking asking) throws Exception {
    Row missing = new Row("no row in curl.tsv", "", "");
    List<String> differences = new ArrayList<>();
    askAll(asking)
        .forEach(
            (name, requests) -> {
              String wanted = expected.apply(table.getOrDefault(name, missing));
              if (!wanted.equals(requests)) {
                differences.add(name + ": " + wanted + ", but was: " + requests);
              }
            });
    return differences;
  }

  /** Asks curl or the command. */
  @FunctionalInterface
  private interface Asking {
    String ask(Case asked) throws Exception;
  }

  /** What was seen, by the names of the cases. Many are asked at once: most of them wait. */
  private static Map<String, String> askAll(Asking asking) throws Exception {
    Map<String, Future<String>> pending = new LinkedHashMap<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
      for (Case asked : CurlCases.all()) {
        pending.put(asked.name(), threads.submit(() -> asking.ask(asked)));
      }
    }
    Map<String, String> seen = new LinkedHashMap<>();
    for (Map.Entry<String, Future<String>> each : pending.entrySet()) {
      seen.put(each.getKey(), each.getValue().get());
    }
    return seen;
  }

  @Test
  void thereAreManyCasesAndEachDifferenceHasAReason() throws IOException {
    Map<String, Row> table = table();
    assertTrue(table.size() >= 150, "only " + table.size());
    assertEquals(CurlCases.all().stream().map(Case::name).toList(), List.copyOf(table.keySet()));
    assertEquals(
        List.of(),
        table.entrySet().stream()
            .filter(row -> row.getValue().own().isEmpty() != row.getValue().reason().isEmpty())
            .filter(row -> !row.getValue().reason().equals(UNEXPLAINED))
            .map(Map.Entry::getKey)
            .toList());
  }

  @Test
  void theTableIsWhatCurlDoes() throws Exception {
    assumeTrue(isThere(), "curl 7.88 is not installed: the table was not compared with it");
    assertEquals(List.of(), differences(table(), Row::curl, this::curl));
  }

  private static boolean isThere() {
    try {
      Process version = new ProcessBuilder("curl", "--version").start();
      String text = new String(version.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return version.waitFor() == 0 && text.startsWith("curl 7.88.");
    } catch (IOException notThere) {
      return false;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Test
  void theTableIsWrittenOnRequest() throws Exception {
    String file = System.getenv("MILLRACE_CURL_TABLE");
    if (file == null) {
      return;
    }
    Map<String, Row> before = table();
    List<String> lines = new ArrayList<>();
    Map<String, String> own = askAll(CurlTest::own);
    askAll(this::curl)
        .forEach((name, curl) -> lines.add(line(name, curl, own.get(name), before.get(name))));
    Files.write(Path.of(file), lines);
  }

  private static String line(String name, String curl, String own, Row before) {
    boolean isSame = own.equals(curl);
    String known = before == null || before.reason().isEmpty() ? UNEXPLAINED : before.reason();
    return String.join("\t", name, curl, isSame ? "" : own, isSame ? "" : known);
  }
}
