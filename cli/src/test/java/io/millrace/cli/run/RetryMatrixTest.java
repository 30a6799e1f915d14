package io.millrace.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.millrace.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Commands that are repeated, with every other option, and with every two of them. */
class RetryMatrixTest {
  /* A try fails after it has printed, and the one after it succeeds. */
  private static final String SECOND_TIME =
      """
      item=$1; test -n "$item" || read -r item || :
      echo . >> "$0/$item.tries"; try=$(wc -l < "$0/$item.tries")
      echo "$item out $try"; echo "$item err $try" >&2
      if [ "$try" -eq 1 ]; then case $item in hang) sleep 317;; *) exit 75;; esac; fi
      """;

  private static final List<String> ITEMS = List.of("a", "b");

  private static final Map<String, List<String>> OPTIONS = new LinkedHashMap<>();

  static {
    OPTIONS.put("--output-dir", List.of("--output-dir", "DIR/outputs"));
    OPTIONS.put("--tag", List.of("--tag"));
    OPTIONS.put("--json", List.of("--json"));
    OPTIONS.put("--ordered", List.of("--ordered"));
    OPTIONS.put("--checkpoint", List.of("--checkpoint", "DIR/run.db"));
    OPTIONS.put("--key", List.of("--key", "k"));
    OPTIONS.put("--stdin", List.of("--stdin"));
    OPTIONS.put("--timeout", List.of("--timeout", "20s"));
    OPTIONS.put("--retry-on", List.of("--retry-on", "75"));
    OPTIONS.put("--max-output", List.of("--max-output", "1k"));
    OPTIONS.put("--csv", List.of("--csv"));
    OPTIONS.put("-0", List.of("-0"));
    OPTIONS.put("--per-key", List.of("--per-key", "k=1"));
    OPTIONS.put("--rate", List.of("--rate", "1000/s"));
    OPTIONS.put("--jobs", List.of("--jobs", "1", "--window", "1"));
    OPTIONS.put("--max-failures", List.of("--max-failures", "1"));
    OPTIONS.put("--fail-rate", List.of("--fail-rate", "10%/2"));
  }

  private static final Set<Set<String>> EXCLUDED =
      Set.of(
          Set.of("--json", "--tag"),
          Set.of("--output-dir", "--tag"),
          Set.of("--output-dir", "--max-output"),
          Set.of("--csv", "-0"),
          // a folder of a checkpoint needs a key
          Set.of("--output-dir", "--checkpoint"));

  @TempDir Path folder;

  @DisplayName("C21: only the output of the last try is written, whatever other options there are")
  @TestFactory
  Stream<DynamicTest> pairs() {
    List<String> names = new ArrayList<>(OPTIONS.keySet());
    List<Set<String>> cases = new ArrayList<>();
    cases.add(Set.of());
    cases.add(Set.of("--output-dir", "--checkpoint", "--key"));
    for (String first : names) {
      cases.add(Set.of(first));
      for (String second : names.subList(names.indexOf(first) + 1, names.size())) {
        if (!EXCLUDED.contains(Set.of(first, second))) {
          cases.add(Set.of(first, second));
        }
      }
    }
    return cases.stream().map(each -> dynamicTest(each.toString(), () -> check(each)));
  }

  private void check(Set<String> given) throws IOException {
    Path home = Files.createTempDirectory(folder, "case");
    Map<String, List<String>> expected = new TreeMap<>();
    ITEMS.forEach(item -> expected.put(item, List.of(item + " out 2", item + " err 2")));
    Cli cli = run(home, given, "1");
    assertEquals(0, cli.code(), cli.err());
    assertEquals(expected, printed(home, given, cli), cli.toString());
    if (given.contains("--checkpoint")) {
      Cli again = run(home, given, "1");
      assertEquals(0, again.code(), again.err());
      assertEquals(expected, printed(home, given, again), again.toString());
    }
  }

  @DisplayName("C21: with no try left, the output of the last one is written as well")
  @TestFactory
  Stream<DynamicTest> exhausted() {
    return Stream.of(Set.<String>of(), Set.of("--output-dir"), Set.of("--json"))
        .map(given -> dynamicTest(given.toString(), () -> checkExhausted(given)));
  }

  private void checkExhausted(Set<String> given) throws IOException {
    Path home = Files.createTempDirectory(folder, "case");
    for (String item : ITEMS) {
      Files.writeString(home.resolve(item + ".tries"), "");
    }
    Cli cli = call(home, given, "2", "exit 9");
    assertEquals(1, cli.code(), cli.err());
    Map<String, List<String>> expected = new TreeMap<>();
    ITEMS.forEach(item -> expected.put(item, List.of(item + " out 3", item + " err 3")));
    assertEquals(expected, printed(home, given, cli), cli.toString());
  }

  @DisplayName("C21: a try that took too long is repeated, and leaves nothing in the folder")
  @Test
  void timeouts() throws IOException {
    Path home = Files.createTempDirectory(folder, "case");
    Cli cli =
        Cli.run(
            "hang\n",
            "run",
            "--quiet",
            "--retries",
            "1",
            "--timeout",
            "1s",
            "--output-dir",
            home + "/outputs",
            "--",
            "sh",
            "-c",
            SECOND_TIME,
            home.toString(),
            "{}");
    assertEquals(0, cli.code(), cli.err());
    assertEquals(
        Map.of("1.out", "hang out 2\n", "1.err", "hang err 2\n"), files(home.resolve("outputs")));
  }

  @DisplayName("C21: what only the try before has printed is not left in the folder")
  @Test
  void quietAtLast() throws IOException {
    Path home = Files.createTempDirectory(folder, "case");
    String script = "test -e \"$0/$1\" && exit 0; : > \"$0/$1\"; echo out; echo err >&2; exit 1";
    Cli cli =
        Cli.run(
            "a\n",
            "run",
            "--quiet",
            "--retries",
            "1",
            "--output-dir",
            home + "/outputs",
            "--",
            "sh",
            "-c",
            script,
            home.toString(),
            "{}");
    assertEquals(0, cli.code(), cli.err());
    assertEquals(Map.of("1.out", ""), files(home.resolve("outputs")));
  }

  @DisplayName("C11: a file of somebody else is not replaced, also not with retries")
  @Test
  void foreignFiles() throws IOException {
    Path outputs = Files.createDirectory(folder.resolve("outputs"));
    Files.writeString(outputs.resolve("1.err"), "mine");
    Cli cli =
        Cli.run(
            "a\n",
            "run",
            "--quiet",
            "--json",
            "--retries",
            "3",
            "--output-dir",
            outputs.toString(),
            "--",
            "false");
    assertTrue(cli.line().get("error").stringValue().contains("there already"), cli.out());
    assertFalse(cli.line().has("stdoutFile"), cli.out());
    assertEquals(Map.of("1.err", "mine"), files(outputs));
  }

  private Cli run(Path home, Set<String> given, String retries) {
    return call(home, given, retries, "");
  }

  private static Cli call(Path home, Set<String> given, String retries, String end) {
    boolean isCsv = given.contains("--csv");
    boolean hasFields = isCsv || given.contains("--key") || given.contains("--per-key");
    String delimiter = given.contains("-0") ? "\0" : "\n";
    List<String> lines = new ArrayList<>();
    if (isCsv) {
      lines.add("k");
    }
    ITEMS.forEach(item -> lines.add(hasFields && !isCsv ? "{\"k\":\"" + item + "\"}" : item));
    List<String> args = new ArrayList<>(List.of("run", "--quiet", "--retries", retries));
    for (String name : given) {
      OPTIONS.get(name).forEach(word -> args.add(word.replace("DIR", home.toString())));
    }
    args.addAll(List.of("--", "sh", "-c", SECOND_TIME + end, home.toString()));
    args.add(hasFields ? "{k}" : given.contains("--stdin") ? "" : "{}");
    return Cli.run(String.join(delimiter, lines) + delimiter, args.toArray(String[]::new));
  }

  /* By item: what stands on standard output and standard error, wherever that has gone. */
  private static Map<String, List<String>> printed(Path home, Set<String> given, Cli cli)
      throws IOException {
    List<String> out;
    List<String> err;
    if (given.contains("--output-dir")) {
      Map<String, String> files = files(home.resolve("outputs"));
      out = lines(files, ".out");
      err = lines(files, ".err");
    } else if (given.contains("--json")) {
      out = cli.lines().stream().map(line -> text(line, "stdout")).toList();
      err = cli.lines().stream().map(line -> text(line, "stderr")).toList();
    } else {
      out = cli.out().lines().toList();
      err = cli.err().lines().filter(line -> !line.startsWith("millrace run:")).toList();
    }
    if (given.contains("--tag")) {
      out = out.stream().map(line -> line.replaceFirst("^[^\t]*\t", "")).toList();
      err = err.stream().map(line -> line.replaceFirst("^[^\t]*\t", "")).toList();
    }
    Map<String, List<String>> all = new TreeMap<>();
    for (String line : Stream.concat(out.stream(), err.stream()).toList()) {
      all.computeIfAbsent(line.split(" ")[0], _ -> new ArrayList<>()).add(line);
    }
    return all;
  }

  private static String text(JsonNode line, String name) {
    return line.get(name).stringValue().stripTrailing();
  }

  private static List<String> lines(Map<String, String> files, String end) {
    return files.entrySet().stream()
        .filter(file -> file.getKey().endsWith(end))
        .flatMap(file -> file.getValue().lines())
        .toList();
  }

  private static Map<String, String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.collect(
          Collectors.toMap(file -> file.getFileName().toString(), RetryMatrixTest::read));
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      throw new java.io.UncheckedIOException(unreadable);
    }
  }
}
