package io.millrace.cli;

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

/** Each promise of the command has its row in the contract, and each test class there cites it. */
class ContractTest {
  private static final Pattern ROW =
      Pattern.compile("^\\| (H\\d+) \\|.*\\| ([^|]+) \\|$", Pattern.MULTILINE);
  private static final Pattern TEST = Pattern.compile("`(\\w+Test)`");

  @Test
  void everyPromiseHasOneRow() throws IOException {
    assertEquals(
        IntStream.rangeClosed(1, 36).mapToObj(id -> "H" + id).toList(),
        ROW.matcher(contract()).results().map(row -> row.group(1)).toList());
  }

  @Test
  void everyTestInTheTableCitesThePromise() throws IOException {
    Map<String, String> sources = sources();
    List<String> missing = new ArrayList<>();
    ROW.matcher(contract())
        .results()
        .forEach(
            row ->
                TEST.matcher(row.group(2))
                    .results()
                    .map(test -> test.group(1))
                    .filter(
                        test ->
                            !Pattern.compile(
                                    "@DisplayName\\(\\s*\"[^\"]*\\b" + row.group(1) + "\\b")
                                .matcher(sources.getOrDefault(test, ""))
                                .find())
                    .forEach(test -> missing.add(row.group(1) + ": " + test)));
    assertEquals(List.of(), missing);
  }

  private static Map<String, String> sources() throws IOException {
    Map<String, String> sources = new TreeMap<>();
    try (Stream<Path> files = Files.walk(project().resolve("cli/src/test/java"))) {
      for (Path file : files.filter(path -> path.toString().endsWith("Test.java")).toList()) {
        sources.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
      }
    }
    return sources;
  }

  private static String contract() throws IOException {
    return Files.readString(project().resolve("docs/contract.md"));
  }

  private static Path project() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("mvnw"))) {
      directory = directory.getParent();
    }
    return directory;
  }
}
