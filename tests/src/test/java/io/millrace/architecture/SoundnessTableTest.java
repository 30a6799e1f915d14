package io.millrace.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each promise of soundness has its row in the contract, and each test class there cites it. */
class SoundnessTableTest {
  private static final Pattern ROW =
      Pattern.compile("^\\| ([ESP]\\d+) \\|.*\\| ([^|]+) \\|$", Pattern.MULTILINE);

  private static final Pattern TEST = Pattern.compile("`(\\w+Test)`");

  @Test
  void everyPromiseHasOneRow() throws IOException {
    List<String> ids = new ArrayList<>();
    ROW.matcher(contract()).results().forEach(row -> ids.add(row.group(1)));
    List<String> expected =
        Stream.concat(
                IntStream.rangeClosed(1, 27).mapToObj(id -> "E" + id),
                Stream.concat(
                    IntStream.rangeClosed(1, 4).mapToObj(id -> "S" + id),
                    IntStream.rangeClosed(1, 8).mapToObj(id -> "P" + id)))
            .toList();
    assertEquals(expected, ids);
  }

  @Test
  void everyTestInTheTableCitesThePromise() throws IOException {
    Map<String, List<String>> sources = sources();
    List<String> missing = new ArrayList<>();
    ROW.matcher(contract())
        .results()
        .forEach(
            row ->
                TEST.matcher(row.group(2))
                    .results()
                    .map(test -> test.group(1))
                    .filter(test -> !cites(sources.getOrDefault(test, List.of()), row.group(1)))
                    .forEach(test -> missing.add(row.group(1) + ": " + test)));
    assertEquals(List.of(), missing);
  }

  private static boolean cites(List<String> sources, String id) {
    Pattern name = Pattern.compile("@DisplayName\\(\\s*\"[^\"]*\\b" + id + "\\b");
    return sources.stream().anyMatch(source -> name.matcher(source).find());
  }

  /** The texts of all test classes, by simple name. */
  private static Map<String, List<String>> sources() throws IOException {
    Map<String, List<String>> sources = new TreeMap<>();
    for (String module : List.of("core", "process", "checkpoint", "tests")) {
      try (Stream<Path> files = Files.walk(project().resolve(module).resolve("src/test/java"))) {
        for (Path file : files.filter(path -> path.toString().endsWith("Test.java")).toList()) {
          String name = file.getFileName().toString().replace(".java", "");
          sources.computeIfAbsent(name, _ -> new ArrayList<>()).add(Files.readString(file));
        }
      }
    }
    return sources;
  }

  private static String contract() throws IOException {
    return Files.readString(project().resolve("docs/contract.md"));
  }

  /** The project's directory, wherever the test was started in it. */
  private static Path project() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("mvnw"))) {
      directory = directory.getParent();
    }
    return directory;
  }
}
