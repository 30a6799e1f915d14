package io.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.RawServer.Seen;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command as a process, in locales of which Java makes something, or nothing, of bytes beyond ASCII. */
class LocaleTest {
  @TempDir Path folder;

  /** How it ended; each byte is a character. */
  private record Ended(int code, String out, String err) {}

  /* In the shell, "$@" is the command; $u, $s and $raw are the bytes of two letters, and one that is no UTF-8. */
  private Ended run(Map<String, String> environment, String shell, String... ofJava)
      throws IOException, InterruptedException {
    String bytes = "u=$(printf '\\303\\274'); s=$(printf '\\303\\237'); raw=$(printf '\\374'); ";
    List<String> command = new ArrayList<>(List.of("sh", "-c", bytes + shell, "millrace"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx64m",
            "--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of(ofJava));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.millrace.cli.Main"));
    return ended(environment, command);
  }

  private Ended ended(Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(err.toFile())
            .redirectOutput(out.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it still runs");
    return new Ended(process.exitValue(), text(out), text(err));
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1);
  }

  @DisplayName("C2: options and URLs are read as UTF-8 in any locale")
  @ParameterizedTest
  @ValueSource(strings = {"C", "xx_YY.UTF-8"})
  void optionsOfHttp(String locale) throws Exception {
    try (RawServer server = RawServer.start((_, _, answer) -> answer.send(200, "{}"))) {
      Ended ended =
          run(
              Map.of("LC_ALL", locale, "URL", server.url("/")),
              "printf '{\"url\":\"%s\",\"q\":\"%s\"}\\n' \"$URL\" $s | \"$@\" http --quiet --header \"X-U: $u\""
                  + " --data-template \"{\\\"n\\\":\\\"Gr$u${s}e\\\",\\\"q\\\":{q}}\" && \"$@\" http --quiet \"${URL}p$u?$u\"");
      assertEquals(0, ended.code(), ended.toString());
      Seen posted = server.requests().getFirst();
      assertEquals("\u00c3\u00bc", posted.header("X-U").orElseThrow());
      assertEquals("{\"n\":\"Gr\u00c3\u00bc\u00c3\u009fe\",\"q\":\"\u00c3\u009f\"}", posted.body());
      assertEquals("/p%C3%BC?%C3%BC", server.requests().getLast().target());
    }
  }

  @DisplayName("C2: the values of --env go through as they are, in any locale")
  @ParameterizedTest
  @ValueSource(strings = {"POSIX", "C.UTF-8"})
  void variables(String locale) throws Exception {
    Ended ended =
        run(
            Map.of("LC_ALL", locale),
            "echo a | \"$@\" run --quiet --env \"X=$u{}\" --env=\"Y=$raw{}$raw\" -- sh -c 'printf \"%s,%s\" \"$X\" \"$Y\"'");
    assertEquals(0, ended.code(), ended.toString());
    assertEquals("\u00c3\u00bca,\u00fca\u00fc", ended.out());
  }

  @DisplayName("C2: variables that the command reads are UTF-8 in any locale")
  @ParameterizedTest
  @ValueSource(strings = "C")
  void variablesOfTheCommand(String locale) throws Exception {
    try (RawServer server = RawServer.start((_, _, answer) -> answer.send(200, "{}"))) {
      Ended ended =
          run(
              Map.of("LC_ALL", locale, "URL", server.url("/")),
              "export T=$u; \"$@\" http --quiet --bearer-env T \"$URL\"");
      assertEquals(0, ended.code(), ended.toString());
      assertEquals(
          "Bearer \u00c3\u00bc",
          server.requests().getFirst().header("Authorization").orElseThrow());
      Ended refused =
          run(
              Map.of("LC_ALL", locale, "URL", server.url("/")),
              "export T=$raw; \"$@\" http --quiet --bearer-env T \"$URL\"");
      assertEquals(2, refused.code(), refused.toString());
    }
  }

  @DisplayName("C2: an argument that is no UTF-8 is refused, in any locale")
  @ParameterizedTest
  @CsvSource({
    "C, http --header \"X: $raw\", the value of --header",
    "C.UTF-8, http --header=\"X: $raw\", the value of --header",
    "C, http http://localhost/$raw, argument 2",
    "C.UTF-8, run --env X --key $raw -- echo ::: 1, the value of --key",
  })
  void refused(String locale, String arguments, String which) throws Exception {
    Ended ended = run(Map.of("LC_ALL", locale), "exec \"$@\" " + arguments);
    assertEquals(2, ended.code(), ended.toString());
    assertEquals(
        "millrace: "
            + which
            + " is no UTF-8: arguments are read as UTF-8 in any locale, also names of files\n",
        ended.err());
  }

  @DisplayName("C2: a name that Java cannot give a file is refused, and the locale named")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http d$u",
        "http --save-dir d$u",
        "run d$u -- echo",
        "run --checkpoint d$u -- echo ::: 1"
      })
  void names(String arguments) throws Exception {
    Ended ended = run(Map.of("LC_ALL", "C"), "exec \"$@\" " + arguments + " < /dev/null");
    assertEquals(2, ended.code(), ended.toString());
    assertTrue(
        ended.err().contains("in this locale (ANSI_X3.4-1968), set LC_ALL=C.UTF-8"), ended.err());
  }

  @DisplayName("C2: commands get the locale that was given, byte for byte, and unset stays unset")
  @ParameterizedTest
  @CsvSource({
    "'', '', none",
    "export MILLRACE_GIVEN_LC_ALL=C;, '', C",
    "export MILLRACE_GIVEN_LC_ALL=;, '', ''",
    "export MILLRACE_GIVEN_LC_ALL=\"q$raw\";, '', q\u00fc",
    "export MILLRACE_GIVEN_LC_ALL=C;, --env LC_ALL, 1",
  })
  void localeOfCommands(String given, String option, String seen) throws Exception {
    Ended ended =
        run(
            Map.of("LC_ALL", "C.UTF-8"),
            given
                + "exec \"$@\" run --quiet "
                + option
                + " -- sh -c 'printf \"%s\" \"${LC_ALL-none}\"; env | grep MILLRACE_GIVEN' ::: 1",
            "-Dmillrace.locale=replaced");
    assertEquals(seen, ended.out());
  }

  @DisplayName(
      "C2: the launcher gives Java a locale of UTF-8 where there is none, and keeps what was given")
  @ParameterizedTest
  @CsvSource({
    "'', replaced C.UTF-8 none",
    "LC_ALL=, replaced C.UTF-8 <>",
    "LC_ALL=C, replaced C.UTF-8 <C>",
    "LC_ALL=POSIX LANG=C.UTF-8, replaced C.UTF-8 <POSIX>",
    "LANG=C, replaced C.UTF-8 none",
    "LANG=xx_YY.UTF-8, replaced C.UTF-8 none",
    "LANG=de_DE.ISO-8859-1, replaced C.UTF-8 none",
    "LANG=C.UTF-8, given none none",
    "LC_CTYPE=C.UTF-8 MILLRACE_GIVEN_LC_ALL=x, given none none",
    "LC_ALL=C.UTF-8, given C.UTF-8 none",
  })
  void launcher(String environment, String locale) throws Exception {
    Path script = Path.of("../build/locale.sh").toAbsolutePath().normalize();
    String show =
        "set -eu; . \"$0\"; echo \"$millrace_locale ${LC_ALL-none} ${MILLRACE_GIVEN_LC_ALL-none}\"";
    List<String> command = new ArrayList<>(List.of("env"));
    command.addAll(environment.isEmpty() ? List.of() : List.of(environment.split(" ")));
    command.addAll(List.of("sh", "-c", show, script.toString()));
    Ended ended = ended(Map.of(), command);
    assertEquals(0, ended.code(), ended.toString());
    assertEquals(locale.replaceAll("[<>]", "") + "\n", ended.out());
  }
}
