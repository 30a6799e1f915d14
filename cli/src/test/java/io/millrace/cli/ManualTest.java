package io.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Manual pages and completions, against what {@code --help} prints. */
class ManualTest {
  private static final List<String> COMMANDS = List.of("http", "run", "spark", "info", "demo");

  /** An option, where a line of the help begins with it. */
  private static final Pattern OPTIONS = Pattern.compile("(?m)^ {2,6}(--?\\w.*)$");

  @TempDir static Path share;

  @BeforeAll
  static void writeAll() throws IOException {
    Manual.main(new String[] {share.toString()});
  }

  /* The options in the help of a command, "" for that of all. */
  private static Set<String> options(String command) {
    String[] args = command.isEmpty() ? new String[] {"--help"} : new String[] {command, "--help"};
    Set<String> all = new TreeSet<>();
    OPTIONS
        .matcher(Cli.run("", args).out())
        .results()
        .map(found -> found.group(1).split(" {2,}", 2)[0])
        .flatMap(names -> Arrays.stream(names.split(", ")))
        .forEach(name -> all.add(name.split("[= \\[]", 2)[0]));
    assertTrue(all.contains("--help"), all.toString());
    return all;
  }

  private static Path page(String command) {
    return share.resolve("man/man1/millrace" + (command.isEmpty() ? "" : "-" + command) + ".1");
  }

  /* As a reader sees it, in one line. */
  private static String text(Path page) throws IOException {
    return Files.readString(page)
        .replaceAll("(?m)^\\.(PP|TP|nf|fi|nh|ad l)$", "")
        .replaceAll("\\\\f[BIR]", "")
        .replace("\\-", "-")
        .replace("\\(aq", "'")
        .replace("\\(dq", "\"")
        .replace("\\(ti", "~")
        .replace("\\(ha", "^")
        .replace("\\(ga", "`")
        .replace("\\(rs", "\\")
        .replace("\\&", "")
        .replaceAll("\\s+", " ");
  }

  @ParameterizedTest(name = "the page of ''{0}'' has every option and every word of the help")
  @ValueSource(strings = {"", "http", "run", "spark", "info", "demo"})
  void thePageSaysWhatTheHelpSays(String command) throws IOException {
    String page = text(page(command));
    Set<String> options = options(command);
    assertAll(
        options.stream().map(each -> () -> assertTrue(page.contains(" " + each), each + page)));
    String help =
        Cli.run("", Stream.of(command, "--help").filter(w -> !w.isEmpty()).toArray(String[]::new))
            .out();
    List<String> words =
        Arrays.stream(help.split("\\s+"))
            .filter(word -> !word.isEmpty() && !word.startsWith("-"))
            .filter(word -> !List.of("Usage:", "Commands:", "Exit", "code:").contains(word))
            .filter(word -> !word.matches("Examples:|[A-Z][a-z]+:|ends:|crash:"))
            .toList();
    assertAll(words.stream().map(word -> () -> assertTrue(page.contains(word), word)));
  }

  @Test
  void thePageHasWhatReadersOfManualsExpect() throws IOException {
    for (String command : COMMANDS) {
      List<String> headings =
          Files.readAllLines(page(command)).stream()
              .filter(line -> line.startsWith(".SH "))
              .map(line -> line.substring(".SH ".length()).replace("\"", ""))
              .filter(heading -> !heading.equals("OPERANDS") && !heading.equals("EXAMPLES"))
              .toList();
      List<String> expected =
          List.of("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "SEE ALSO");
      assertEquals(expected, headings, command);
    }
    assertTrue(text(page("run")).contains("EXAMPLES"), "examples of run");
    assertTrue(text(page("http")).contains("50%/100"), "a percent sign");
    assertTrue(text(page("")).contains("millrace-run(1)"), "the pages of the commands");
  }

  @ParameterizedTest(name = "{0} has no warning for a page")
  @CsvSource({"groff, groff -man -Tutf8 -wall -z", "man, man --warnings -E UTF-8 -l"})
  void noWarning(String program, String command) throws Exception {
    assumeTrue(isThere(program), program + " is not installed");
    for (String each : List.of("", "http", "run", "spark", "info", "demo")) {
      List<String> words = new ArrayList<>(List.of(command.split(" ")));
      words.add(page(each).toString());
      Path warnings = share.resolve("warnings");
      Process process =
          new ProcessBuilder(words)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(warnings.toFile())
              .start();
      assertEquals(0, process.waitFor());
      assertEquals("", Files.readString(warnings));
    }
  }

  private static boolean isThere(String program) {
    return Stream.of("/usr/bin", "/bin", "/usr/local/bin", "/opt/homebrew/bin")
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  private static Path script(String shell) {
    return share.resolve(
        switch (shell) {
          case "bash" -> "bash-completion/completions/millrace";
          case "zsh" -> "zsh/site-functions/_millrace";
          default -> "fish/vendor_completions.d/millrace.fish";
        });
  }

  /* What a shell prints for a script that gets the file of completions as its first argument. */
  private static List<String> run(String shell, String script, String... args) throws Exception {
    List<String> command = new ArrayList<>(List.of(shell));
    command.addAll(
        switch (shell) {
          case "bash" -> List.of("--norc", "-c", script, "bash");
          case "zsh" -> List.of("-f", "-c", script, "zsh");
          default -> List.of("--no-config", "-c", script);
        });
    command.add(script(shell).toString());
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("HOME", share.toString());
    builder.environment().put("LC_ALL", "C.UTF-8");
    Process process = builder.directory(share.toFile()).start();
    process.getOutputStream().close();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), printed);
    return printed.lines().toList();
  }

  @ParameterizedTest(name = "{0} accepts the script")
  @ValueSource(strings = {"bash", "zsh", "fish"})
  void shellsAcceptTheScript(String shell) throws Exception {
    assumeTrue(isThere(shell), shell + " is not installed");
    Process process =
        new ProcessBuilder(shell, "-n", script(shell).toString()).redirectErrorStream(true).start();
    assertEquals("", new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    assertEquals(0, process.waitFor());
  }

  /* What bash offers for the last of the words, as it splits them. */
  private static List<String> bash(String... words) throws Exception {
    return run(
        "bash",
        "source \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _millrace; "
            + "((${#COMPREPLY[@]} == 0)) || printf '%s\\n' \"${COMPREPLY[@]}\"",
        words);
  }

  @Test
  void bashOffersEveryOptionOfEveryCommand() throws Exception {
    assumeTrue(isThere("bash"), "bash is not installed");
    Set<String> first = new TreeSet<>(options(""));
    first.addAll(COMMANDS);
    assertEquals(first, new TreeSet<>(bash("millrace", "")));
    for (String command : COMMANDS) {
      assertEquals(options(command), new TreeSet<>(bash("millrace", command, "-")), command);
    }
    assertEquals(List.of("--retry-unsafe"), bash("millrace", "http", "--quiet", "--retry-u"));
    assertEquals(List.of(), bash("millrace", "http", "--jobs", ""));
    assertEquals(List.of(), bash("millrace", "nothing", ""));
  }

  @Test
  void bashOffersFilesWhereFilesStand() throws Exception {
    assumeTrue(isThere("bash"), "bash is not installed");
    Files.createDirectories(share.resolve("with spaces"));
    Files.writeString(share.resolve("with spaces.txt"), "");
    List<String> both = List.of("with spaces", "with spaces.txt");
    assertEquals(both, sorted(bash("millrace", "http", "--output", "with")));
    assertEquals(both, sorted(bash("millrace", "http", "--output", "=", "with")));
    assertTrue(bash("millrace", "http", "--output", "=").containsAll(both));
    assertEquals(both, sorted(bash("millrace", "run", "--quiet", "with")));
    assertEquals(both, sorted(bash("millrace", "info", "with")));
    assertEquals(List.of("with spaces"), bash("millrace", "http", "--save-dir", "with"));
    assertEquals(List.of(), bash("millrace", "demo", "with"));
  }

  private static List<String> sorted(List<String> lines) {
    return lines.stream().sorted().toList();
  }

  @Test
  void bashOffersCommandsBehindTheSeparator() throws Exception {
    assumeTrue(isThere("bash"), "bash is not installed");
    Files.writeString(share.resolve("data.gz"), "");
    assertTrue(bash("millrace", "run", "--jobs", "4", "--", "ba").contains("bash"));
    assertEquals(List.of("data.gz"), bash("millrace", "run", "--", "cat", "data"));
    assertEquals(List.of(), bash("millrace", "run", "--", "cat", "--retries"));
  }

  /* What fish offers for the last word of a line. */
  private static Set<String> fish(String line) throws Exception {
    Set<String> words = new TreeSet<>();
    run("fish", "source $argv[1]; complete -C $argv[2]", line)
        .forEach(each -> words.add(each.split("\t", 2)[0]));
    return words;
  }

  @Test
  void fishOffersEveryOptionOfEveryCommand() throws Exception {
    assumeTrue(isThere("fish"), "fish is not installed");
    assertEquals(Set.copyOf(COMMANDS), Set.copyOf(fish("millrace ")));
    assertEquals(options(""), fish("millrace -"));
    for (String command : COMMANDS) {
      assertEquals(options(command), fish("millrace " + command + " -"), command);
    }
    Files.createDirectories(share.resolve("folder"));
    assertTrue(fish("millrace http --save-dir f").contains("folder/"));
    assertEquals(Set.of(), fish("millrace http --jobs f"));
    assertTrue(fish("millrace run --quiet -- ba").contains("bash"));
    assertEquals(Set.of(), fish("millrace run -- bash --retries"));
  }

  @Test
  void zshIsToldEveryOptionOfEveryCommand() throws Exception {
    assumeTrue(isThere("zsh"), "zsh is not installed");
    String script =
        "_arguments() { print -rl -- \"$@\" }; _normal() { print -r -- $CURRENT $words }; "
            + "_describe() { print -rl -- $commands }; "
            + "file=$1; shift; words=(\"$@\"); CURRENT=$#; source $file";
    for (String command : COMMANDS) {
      Set<String> offered = new TreeSet<>();
      for (String line : run("zsh", script, "millrace", command, "-")) {
        // as *--header=[…] or (-j --jobs)-j+[…]
        var option = Pattern.compile("(?:\\*|\\([^)]*\\))(-[^=+\\[]+)[=+]?\\[.+").matcher(line);
        if (option.matches()) {
          offered.add(option.group(1));
        }
      }
      assertEquals(options(command), offered, command);
    }
    assertEquals(
        List.of("2 bash -"), run("zsh", script, "millrace", "run", "-0", "--", "bash", "-"));
  }
}
