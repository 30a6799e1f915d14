package io.millrace.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each promise of {@code millrace run} has its row in the contract, and each test class there cites it. */
class RunContractTest {
  private static final Pattern ROW =
      Pattern.compile("^\\| (C\\d+) \\|.*\\| ([^|]+) \\|$", Pattern.MULTILINE);
  private static final Pattern TEST = Pattern.compile("`(\\w+Test)`");

  @Test
  void everyPromiseIsTested() throws IOException {
    Path project = project();
    List<MatchResult> rows =
        ROW.matcher(Files.readString(project.resolve("docs/contract.md"))).results().toList();
    assertEquals(
        IntStream.rangeClosed(1, 22).mapToObj(id -> "C" + id).toList(),
        rows.stream().map(row -> row.group(1)).toList());
    for (MatchResult row : rows) {
      for (MatchResult test : TEST.matcher(row.group(2)).results().toList()) {
        Path file = source(project, test.group(1));
        Pattern cites = Pattern.compile("@DisplayName\\(\\s*\"[^\"]*\\b" + row.group(1) + "\\b");
        assertTrue(cites.matcher(Files.readString(file)).find(), row.group(1) + ": " + file);
      }
    }
  }

  private static Path source(Path project, String name) throws IOException {
    try (Stream<Path> files = Files.walk(project.resolve("cli/src/test/java"))) {
      return files.filter(file -> file.endsWith(name + ".java")).findFirst().orElseThrow();
    }
  }

  private static Path project() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("mvnw"))) {
      directory = directory.getParent();
    }
    return directory;
  }
}
