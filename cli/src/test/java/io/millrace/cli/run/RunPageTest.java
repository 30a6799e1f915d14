package io.millrace.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the page and the help say is what happens. */
class RunPageTest {
  private static final Pattern SESSION =
      Pattern.compile("```console\\n(.*?)```", Pattern.DOTALL | Pattern.MULTILINE);
  private static final Pattern ROW =
      Pattern.compile(
          "^\\| `((?:xargs|find|ls|parallel) .*)` \\| `(.*millrace run .*)` \\|$",
          Pattern.MULTILINE);

  @TempDir Path folder;

  @BeforeEach
  void files() throws IOException {
    Files.writeString(folder.resolve("words"), "one\ntwo\nthree\n");
    Files.writeString(folder.resolve("names"), "words\nhosts.csv\na b.log\n");
    Files.writeString(folder.resolve("hosts.csv"), "host,port\na,80\nb,443\n");
    Files.writeString(folder.resolve("a b.log"), "log\n");
  }

  private static Path project() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("mvnw"))) {
      directory = directory.getParent();
    }
    return directory;
  }

  private static String page() throws IOException {
    return Files.readString(project().resolve("docs/run.md"));
  }

  private record Ran(int code, String out) {
    List<String> sorted() {
      return out.lines().sorted().toList();
    }
  }

  private Ran sh(String script) throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String function =
        "millrace() { \"$JAVA\" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED"
            + " io.millrace.cli.Main \"$@\"; }\n";
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-c", function + script)
            .directory(folder.toFile())
            .redirectError(project().resolve("cli/target/run-page.err").toFile());
    builder.environment().put("JAVA", java);
    builder.environment().put("HOME", folder.toString());
    builder.environment().put("CLASSPATH", absolute(System.getProperty("java.class.path")));
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ran(process.waitFor(), out);
  }

  private static String absolute(String path) {
    return String.join(
        ":",
        Stream.of(path.split(":")).map(each -> Path.of(each).toAbsolutePath().toString()).toList());
  }

  @DisplayName("C19: every session on the page prints what the page says")
  @Test
  void sessions() throws Exception {
    int count = 0;
    for (MatchResult session : SESSION.matcher(page()).results().toList()) {
      String command = "";
      List<String> expected = new ArrayList<>();
      for (String line : (session.group(1) + "$ \n").lines().toList()) {
        if (line.startsWith("$ ")) {
          if (!command.isEmpty()) {
            assertEquals(String.join("\n", expected), sh(command).out().stripTrailing(), command);
            count++;
          }
          command = line.substring(2);
          expected.clear();
        } else {
          expected.add(line);
        }
      }
    }
    assertTrue(count >= 7, count + " sessions");
  }

  @DisplayName(
      "C19: every row of the table of equivalents runs, and prints what the other one does")
  @Test
  @Timeout(400) // two commands for each row
  void equivalents() throws Exception {
    boolean hasParallel = sh("command -v parallel").code() == 0;
    List<MatchResult> rows = ROW.matcher(page()).results().toList();
    assertTrue(rows.size() >= 15, rows.size() + " rows");
    for (MatchResult row : rows) {
      String before = row.group(1).replace("\\|", "|");
      Ran ours = sh(row.group(2).replace("\\|", "|"));
      assertEquals(0, ours.code(), row.group(2));
      if (before.contains("--results")) {
        assertEquals("one\n", Files.readString(folder.resolve("dir2/1.out")));
      } else if (hasParallel || !before.contains("parallel")) {
        assertEquals(sh(before).sorted(), ours.sorted(), before);
      }
      assertFalse(ours.out().isEmpty() && !before.contains("--results"), row.group(2));
    }
  }

  @DisplayName("C19: the help says what --key is here, and what it is for requests")
  @Test
  void keys() {
    String help = Cli.run("", "run", "--help").out().replaceAll("\\s+", " ");
    assertTrue(help.contains("Name items by this field of their JSON or CSV"), help);
    assertTrue(help.contains("files of --output-dir"), help);
    String http = Cli.run("", "http", "--help").out().replaceAll("\\s+", " ");
    assertTrue(http.contains("by its id, or else by what it asks for"), http);
  }

  @DisplayName("C19: the help names every exit code of the page")
  @Test
  void exitCodes() throws Exception {
    String help = Cli.run("", "run", "--help").out().replaceAll("\\s+", " ");
    for (String code :
        List.of(
            "0 all",
            "1 something",
            "2 wrong",
            "3 ended",
            "4 the checkpoint",
            "129, 130 or 143",
            "141 nobody")) {
      assertTrue(help.contains(code), code + " in " + help);
    }
  }
}
