package io.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsageTest {

  private static void assertRefused(Cli cli, String... parts) {
    assertEquals(2, cli.code());
    assertEquals("", cli.out());
    assertTrue(cli.err().lines().count() <= 2, cli.err());
    assertAll(
        List.of(parts).stream()
            .map(part -> () -> assertTrue(cli.err().contains(part), part + " in " + cli.err())));
  }

  @Test
  void theVersionIsTheOneOfTheBuild() {
    Cli cli = Cli.run("", "--version");
    assertEquals(0, cli.code());
    assertTrue(cli.out().matches("millrace \\d+\\.\\d+\\.\\d+\\S*\\R"), cli.out());
  }

  @Test
  void helpNamesTheCommands() {
    Cli cli = Cli.run("", "--help");
    assertEquals(0, cli.code());
    assertTrue(cli.out().contains("http") && cli.out().contains("demo"), cli.out());
  }

  @Test
  void helpOfHttpShowsTwoExamplesAndTheExitCodes() {
    Cli cli = Cli.run("", "http", "--help");
    assertEquals(0, cli.code());
    assertEquals(2, cli.out().lines().filter(line -> line.contains("  millrace http --")).count());
    assertTrue(cli.out().contains("Exit code: 0"), cli.out());
    assertFalse(cli.out().contains("\u001b"), "escapes in help that is not on a terminal");
  }

  @DisplayName(
      "H11: an option of curl that is not there says what to do instead, and repeats no value")
  @ParameterizedTest
  @CsvSource({
    "-H, it is --header here",
    "-HAuthorization: SECRET, it is --header here",
    "-X, it is --method here",
    "-XPUT, it is --method here",
    "-d, a body is the field 'body'",
    "--data-raw, a body is the field 'body'",
    "-k, it is --insecure here",
    "-o, it is --output here",
    "-O, --save-dir",
    "-u, user and password stand in the URL",
    "--user, user and password stand in the URL",
    "-L, redirects are followed",
    "-x, it is --proxy here",
    "-sS, it is --quiet here",
    "-m, it is --timeout here",
    "--retry-delay, pauses grow by themselves",
    "--noproxy, it is the variable no_proxy here",
  })
  void optionsOfCurl(String option, String instead) {
    Cli cli = Cli.run("", "http", option, "SECRET", "http://127.0.0.1:1/");
    assertRefused(cli, "unknown option '", "': " + instead);
    assertFalse(cli.err().contains("SECRET"), cli.err());
    assertFalse(cli.err().contains("did you mean"), cli.err());
  }

  @DisplayName("H11: no argument that begins with @ is read as a file of options")
  @Test
  void noFileGivesOptions(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "--quiet\n--help\n");
    for (String[] args :
        new String[][] {
          {"http", "@" + file}, {"http", "--", "@" + file}, {"info", "@" + file}, {"@" + file}
        }) {
      Cli cli = Cli.run("", args);
      assertTrue(cli.code() == 2 || cli.code() == 4, cli.out() + cli.err());
      assertEquals("", cli.out());
    }
  }

  @Test
  void helpOfHttpShowsEachOptionOnceInItsGroup() {
    String help = Cli.run("", "http", "--help").out();
    List<String> shown =
        help.lines()
            .filter(line -> line.startsWith("      --"))
            .map(line -> line.strip().split("[= ]")[0])
            .toList();
    assertEquals(shown.size(), Set.copyOf(shown).size(), help);
    assertTrue(shown.containsAll(List.of("--jobs", "--save-dir", "--key", "--http1.1")), help);
    String others = help.substring(help.indexOf("\nOther:\n"), help.indexOf("\nExit code"));
    assertEquals(
        List.of("--help"), shown.stream().filter(option -> others.contains(option + " ")).toList());
    assertTrue(help.lines().allMatch(line -> line.length() <= 80), help);
  }

  @ParameterizedTest(name = "help of {0} fits into 80 columns, and no paragraph is broken twice")
  @ValueSource(strings = {"http", "run", "spark", "info", "demo"})
  void helpFits(String command) {
    List<String> lines = Cli.run("", command, "--help").out().lines().toList();
    for (int index = 0; index < lines.size(); index++) {
      String line = lines.get(index);
      assertTrue(line.length() <= 80, line);
      boolean isFirstOfMore =
          line.matches("\\S.*[a-z,]")
              && index + 1 < lines.size()
              && lines.get(index + 1).matches("[a-z-].*");
      assertTrue(!isFirstOfMore || line.length() > 50, "broken twice: " + line);
    }
  }

  @Test
  void noCommandIsWrong() {
    assertRefused(Cli.run(""), "no command given: http, run, spark, info or demo");
  }

  @Test
  void anUnknownCommandIsToldWhichThereAre() {
    assertRefused(Cli.run("", "htp"), "unknown command", "http, run, spark, info and demo");
  }

  @Test
  void anUnknownOptionIsNamedWithTheOneThatIsMeant() {
    assertRefused(
        Cli.run("", "http", "--retires", "4"), "unknown option '--retires'", "'--retries'");
  }

  @ParameterizedTest
  @CsvSource({
    "--jobs, 0, whole number from 1",
    "--jobs, many, whole number from 1",
    "--jobs, 99999999999, whole number from 1",
    "--jobs, 1.5, whole number from 1",
    "--retries, -1, whole number from 0",
    "--per-host, 0, whole number from 1",
    "--burst, 0, whole number from 1",
    "--max-failures, 0, whole number from 1",
    "--max-body, -1, whole number from 0",
    "--rate, 400, 400/s",
    "--rate, 0/s, 400/s",
    "--rate, -4/s, 400/s",
    "--rate, NaN/s, 400/s",
    "--rate, 400/d, 400/s",
    "--timeout, 5, 5s",
    "--timeout, 0s, above 0",
    "--timeout, -1s, 5s",
    "--item-timeout, x, 5s",
    "--run-timeout, 1d, 5s",
  })
  void aWrongValueIsNamedWithTheOptionAndWhatIsAllowed(
      String option, String value, String allowed) {
    assertRefused(Cli.run("", "http", option, value), option, "'" + value + "'", allowed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--jobs", "--rate", "--header", "--output"})
  void aMissingValueIsNamed(String option) {
    assertRefused(Cli.run("", "http", option), option);
  }

  @Test
  void anOptionThatIsGivenTwiceIsNamed() {
    assertRefused(Cli.run("", "http", "--jobs", "1", "--jobs", "2"), "'--jobs'", "only once");
  }

  @Test
  void aBurstWithoutARateIsRefused() {
    assertRefused(Cli.run("", "http", "--burst", "5"), "--burst needs --rate", "5");
  }

  @Test
  void forceWithoutOutputIsRefused() {
    assertRefused(
        Cli.run("", "http", "--force"), "--force needs a file to replace, such as --output");
  }

  @Test
  void anInputThatIsNotThereIsRefused() {
    assertRefused(Cli.run("", "http", "no/such/file"), "the input", "no such file", "http://");
    assertRefused(Cli.run("", "http", "no/such.txt"), "'no/such.txt'", "no such file");
  }

  @Test
  void aDirectoryIsNoInput() {
    assertRefused(Cli.run("", "http", "src"), "'src'", "directory");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3cret",
        "Authorization s3cret",
        "Bearer s3cret: x",
        "Authorization: s3cret\u0001",
        "Authorization: s3cret\ud83d",
        "Content-Length: s3cret"
      })
  void aWrongHeaderIsRefusedWithoutItsValue(String header) {
    Cli cli = Cli.run("", "http", "--header", header);
    assertRefused(cli, "--header");
    assertFalse(cli.err().contains("s3cret"), cli.err());
  }

  @DisplayName("H11: nothing that may be a secret is repeated")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://user:s3cret@host/",
        "s3cret",
        "--s3cret",
        "http s3cret",
        "http user:s3cret@example.com",
        "http htps://user:s3cret@example.com/",
        "http -HAuthorization:s3cret",
        "http -uuser:s3cret",
        "http --user:s3cret",
        "http --s3cret=x",
        "http --quiet=s3cret",
        "http --bearer-env s3cret",
        "http --bearer-env --header=A:s3cret",
        "http --header --header=A:s3cret",
        "http --header s3cret:",
        "http --header s3cret:\u0001",
        "http --header-file Authorization:s3cret",
        "http --header=A:x s3cret",
        "http --header=A:x one s3cret",
        "http --proxy s3cret://s3cret@h",
        "http --proxy http://u:s3cret@h:s3cret",
        "demo s3cret",
      })
  void nothingThatMayBeASecretIsRepeated(String line) {
    Cli cli = Cli.run("", line.split(" "));
    assertRefused(cli);
    assertFalse(cli.err().contains("s3cret"), cli.err());
  }

  @Test
  void anUnknownShortOptionIsNamed() {
    assertRefused(Cli.run("", "http", "-QAuthorization: x"), "unknown option '-Q'\n");
    assertRefused(Cli.run("", "http", "--quiet=no"), "'--quiet'", "it takes none");
  }

  @Test
  void aHeaderThatLostItsQuotesIsRefusedWithoutItsValue() {
    Cli spread = Cli.run("", "http", "--header", "Authorization:", "Bearer", "s3cret");
    assertRefused(spread, "quotes");
    assertFalse(spread.err().contains("s3cret"), spread.err());
    Cli joined = Cli.run("", "http", "--header=Authorization:Bearer", "file", "s3cret");
    assertRefused(joined, "quotes");
    assertFalse(joined.err().contains("s3cret"), joined.err());
    Cli mistyped = Cli.run("", "http", "--hedaer=Authorization: s3cret");
    assertRefused(mistyped, "'--hedaer'", "'--header'");
    assertFalse(mistyped.err().contains("s3cret"), mistyped.err());
  }
}
