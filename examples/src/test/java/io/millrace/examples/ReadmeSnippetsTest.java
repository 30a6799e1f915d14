package io.millrace.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ReadmeSnippetsTest {
  private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  /** What the README shows is what {@link ReadmeTest} runs, but for white space. */
  @Test
  void theReadmeShowsOnlyWhatATestRuns() throws IOException {
    Path project = Path.of("").toAbsolutePath().getParent();
    String tests =
        squeezed(
            Files.readString(
                project.resolve("examples/src/test/java/io/millrace/examples/ReadmeTest.java")));
    List<String> shown =
        JAVA.matcher(Files.readString(project.resolve("README.md")))
            .results()
            .map(block -> block.group(1))
            .toList();
    assertEquals(3, shown.size());
    shown.forEach(block -> assertTrue(tests.contains(squeezed(block)), block));
  }

  private static String squeezed(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }
}
