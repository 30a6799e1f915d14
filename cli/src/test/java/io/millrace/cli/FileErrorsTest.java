package io.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** H14: what is said of a file that cannot be used has the reason in words, and no class. */
@NoLeaks
class FileErrorsTest {
  @TempDir private Path folder;

  @BeforeEach
  void makeFiles() throws IOException {
    Files.createDirectory(folder.resolve("folder"));
    Files.writeString(folder.resolve("file"), "text");
    Files.createSymbolicLink(folder.resolve("loop"), Path.of("loop"));
  }

  private Map<String, String> unusable() {
    return Map.of(
        "a directory that is not there", folder.resolve("no/file").toString(),
        "a file in place of a directory", folder.resolve("file/file").toString(),
        "a directory", folder.resolve("folder").toString(),
        "a link to itself", folder.resolve("loop").toString(),
        "a long name", folder.resolve("x".repeat(300)).toString(),
        "no name", "a\0b");
  }

  @DisplayName("H14: an error of a file says in words what is wrong, whatever option names it")
  @ParameterizedTest
  @CsvSource({
    "http, ''",
    "http, --output",
    "http, --failed",
    "http, --log",
    "http, --report",
    "http, --header-file",
    "http, --data-template-file",
    "http, --cacert",
    "http, --body-dir",
    "http, --save-dir",
    "http, --checkpoint",
    "run, ''",
    "run, --output-dir",
    "run, --checkpoint",
    "info, ''"
  })
  void theReasonIsSaidInWords(String command, String option) {
    unusable()
        .forEach(
            (kind, name) -> {
              List<String> arguments = new ArrayList<>(List.of(command));
              if (!command.equals("info")) {
                arguments.add("--quiet");
              }
              if (!option.isEmpty()) {
                arguments.add(option);
              }
              arguments.add(name);
              if (command.equals("run")) {
                arguments.addAll(List.of("--", "true"));
              }
              Cli cli = Cli.run("", arguments.toArray(String[]::new));
              boolean isGood = kind.equals("a directory") && option.endsWith("-dir");
              String said = cli.err().lines().findFirst().orElse("");
              String text = arguments + " " + cli.err();
              assertAll(
                  () -> assertEquals(isGood, cli.code() == 0, text),
                  () -> assertEquals(isGood, said.isEmpty(), text),
                  () -> assertFalse(said.contains("Exception"), text),
                  () -> assertFalse(said.contains("java."), text),
                  () -> assertFalse(said.contains("null"), text),
                  // what comes behind the name says why
                  () -> assertFalse(said.matches(".*: " + Pattern.quote(name)), text));
            });
  }

  @DisplayName("H14: a checkpoint in a directory that is not there says so")
  @Test
  void aCheckpointInNoDirectory() {
    String file = folder.resolve("no/c").toString();
    Cli cli = Cli.run("", "http", "--checkpoint", file);
    assertEquals(4, cli.code());
    assertEquals(
        "millrace http: checkpoint "
            + file
            + " cannot be used: "
            + folder.resolve("no")
            + ": no such file or directory. What was stored before is intact. Create the directory, or mend the path\n",
        cli.err());
  }

  @DisplayName("H14: an output that is a directory is said to be one")
  @Test
  void anOutputThatIsADirectory() {
    Cli cli = Cli.run("", "http", "--output", folder.resolve("folder").toString());
    assertTrue(cli.err().contains("is a directory: give the name of a file"), cli.err());
  }
}
