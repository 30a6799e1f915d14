package io.millrace.cli.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.Main;
import io.millrace.testkit.NoLeaks;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The files beside the output of {@code millrace run}: as those of {@code millrace http}. */
@NoLeaks
class RunFilesTest {
  @TempDir private Path folder;

  private static Cli run(String in, String... args) {
    return Cli.run(in, Stream.concat(Stream.of("run"), Stream.of(args)).toArray(String[]::new));
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private String read(String name) throws IOException {
    return Files.readString(folder.resolve(name), StandardCharsets.ISO_8859_1);
  }

  private void assertPrivate(String name) throws IOException {
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name))));
  }

  @DisplayName("M14: --failed of run has the items that failed, as they were read, byte for byte")
  @Test
  void failedLines() throws IOException {
    byte[] bytes = "ok\nb\u00e4d\n\nno  \r\nok\n".getBytes(StandardCharsets.ISO_8859_1);
    Cli cli =
        Cli.run(
            new ByteArrayInputStream(bytes),
            "run",
            "--jobs",
            "1",
            "--failed",
            path("again"),
            "--",
            "test",
            "{}",
            "=",
            "ok");
    assertEquals(1, cli.code(), cli.err());
    assertArrayEquals(
        "b\u00e4d\n\nno  \r\n".getBytes(StandardCharsets.ISO_8859_1),
        Files.readAllBytes(folder.resolve("again")));
    assertPrivate("again");
    assertTrue(cli.err().contains("  3 x exit code 1, the first: item 2\n"), cli.err());
    assertTrue(
        cli.err()
            .contains(
                "  only these again: millrace run --jobs 1 "
                    + path("again")
                    + " -- test '{}' = ok\n"),
        cli.err());
    Cli again = run("", path("again"), "--", "test", "{}", "=", "ok");
    assertTrue(again.err().contains("3 done"), again.err());
  }

  @DisplayName(
      "M14: the command for what failed does without the folder, where its files are already")
  @Test
  void failedWithFolder() throws IOException {
    String[] files = {"--output-dir", path("folder"), "--failed", path("again")};
    Cli cli = run("ok\nno\n", all(files, new String[] {"--", "test", "{}", "=", "ok"}));
    assertTrue(
        cli.err()
            .contains("  only these again: millrace run " + path("again") + " -- test '{}' = ok\n"),
        cli.err());
  }

  private static PrintStream unread() {
    return new PrintStream(
        new OutputStream() {
          @Override
          public void write(int octet) throws IOException {
            throw new IOException("nobody reads this");
          }
        });
  }

  @DisplayName("M14: --failed has all that has failed, also if the output could not be written")
  @Test
  void failedBeforeABrokenOutput() throws IOException {
    String[] command = {"--", "sh", "-c", "head -c 100000 /dev/zero; exit 1", "sh"};
    int code =
        Main.run(
            Map.of(),
            new ByteArrayInputStream("item\n".getBytes(StandardCharsets.UTF_8)),
            unread(),
            Cli.utf8(new ByteArrayOutputStream()),
            all(new String[] {"run", "--failed", path("again")}, command));
    assertEquals(141, code);
    assertEquals("item\n", read("again"));
  }

  @DisplayName("M14: --failed has what was under way when the output could not be written")
  @Test
  void cutOffByABrokenOutput() throws IOException {
    // the first one ends when the other one runs, which has no end
    String script =
        "if [ $0 = ends ]; then until [ -e "
            + path("on")
            + " ]; do sleep 0.01; done; echo; else "
            + "touch "
            + path("on")
            + "; exec sleep 600; fi";
    int code =
        Main.run(
            Map.of(),
            new ByteArrayInputStream("ends\nhangs\n".getBytes(StandardCharsets.UTF_8)),
            unread(),
            Cli.utf8(new ByteArrayOutputStream()),
            all(
                new String[] {"run", "--jobs", "2"},
                new String[] {"--failed", path("again"), "--", "sh", "-c", script, "{}"}));
    assertEquals(141, code);
    assertEquals("hangs\n", read("again"));
  }

  @DisplayName("R7: --force behind -- is the command's own, and is not the one that replaces files")
  @Test
  void forceOfTheCommand() {
    String[] files = {"--checkpoint", path("done.db"), "--failed", path("failed")};
    Cli cli = run("x\n", all(files, new String[] {"--", "false", "--force"}));
    assertTrue(cli.err().contains("    millrace run --force --checkpoint "), cli.err());
  }

  @DisplayName("M14: --failed has what ends in a byte 0 as such, and so what stands behind :::")
  @Test
  void failedZero() throws IOException {
    run("a\nb\0ok\0", "-0", "--failed", path("zero"), "--", "test", "{}", "=", "ok");
    assertEquals("a\nb\0", read("zero"));
    Cli cli =
        run(
            "",
            "--jobs",
            "2",
            "--env",
            "X=it's",
            "--failed",
            path("given"),
            "--",
            "test",
            "{}",
            "=",
            "ok",
            ":::",
            "c\nd",
            "ok");
    assertEquals("c\nd\0", read("given"));
    assertTrue(
        cli.err()
            .contains(
                "  only these again: millrace run -0 --jobs 2 --env 'X=it'\\''s' "
                    + path("given")
                    + " -- test '{}' = ok\n"),
        cli.err());
  }

  @DisplayName(
      "M14: the command for what failed takes {name} as this run did, whichever line is the first then")
  @Test
  void failedFields() throws IOException {
    String json = "{\"a\": \"ok\"}\nno json\n{\"a\": \"no\"}\n";
    Cli fields = run(json, "-P", "1", "--failed", path("json"), "--", "test", "{a}", "=", "ok");
    assertEquals("no json\n{\"a\": \"no\"}\n", read("json"));
    String command = " --fields --jobs 1 " + path("json") + " -- test '{a}' = ok\n";
    assertTrue(fields.err().contains("only these again: millrace run" + command), fields.err());
    Cli again = run("", "--fields", "--dry-run", path("json"), "--", "echo", "{a}");
    assertEquals("echo no\n", again.out());
    assertTrue(again.err().contains("item 1: it is not one JSON object"), again.err());

    Cli text = run("ok\n{no\n", "--failed", path("text"), "--", "test", "{} {a}", "=", "ok {a}");
    command = " --no-fields " + path("text") + " -- test '{} {a}' = 'ok {a}'\n";
    assertTrue(text.err().contains("only these again: millrace run" + command), text.err());
    assertEquals("{no\n", read("text"));
    assertEquals(2, run("", "--fields", "--no-fields", "--", "echo").code());
  }

  @DisplayName(
      "M14: the command for what failed can have several lines, and says that numbers are others")
  @Test
  void failedScript() {
    String script = "\n# {#}\n\ntest $1 = ok\n";
    Cli cli = run("ok\nno\n", "--failed", path("again"), "--", "sh", "-c", script, "sh", "{}");
    String shown = "only these again: millrace run %s -- sh -c '%s' sh '{}'\n";
    assertTrue(cli.err().contains(shown.formatted(path("again"), script)), cli.err());
    assertTrue(cli.err().contains("\n  there, {#} is the number in that file\n"), cli.err());
  }

  @DisplayName(
      "M14: the command for what failed has no user and password of a URL, wherever it stands")
  @Test
  void failedSecrets() {
    String url = "http://joe:secret@host/";
    Cli cli = run("no\n", "--env", "A=" + url, "--failed", path("again"), "--", "false", url);
    String shown = "run --env A=http://...@host/ %s -- false http://...@host/  (what may be secret";
    assertTrue(cli.err().contains(shown.formatted(path("again"))), cli.err());
  }

  @DisplayName("M14: --failed of CSV has its first line once, also of files with another order")
  @Test
  void failedCsv() throws IOException {
    Files.writeString(folder.resolve("one.csv"), "\ufeffhost,note\r\na,\"x\ny\"\r\nok,-\r\n");
    Files.writeString(folder.resolve("two.csv"), "note,host\n\"say \"\"hi\"\"\",b\nc\n");
    Cli cli =
        run(
            "",
            "--csv",
            "--ordered",
            "--failed",
            path("again.csv"),
            path("one.csv"),
            path("two.csv"),
            "--",
            "test",
            "{host}",
            "=",
            "ok");
    assertEquals(1, cli.code(), cli.err());
    assertEquals(
        "host,note\n\"a\",\"x\ny\"\n\"b\",\"say \"\"hi\"\"\"\n", read("again.csv"), cli.err());
    assertTrue(cli.err().contains("  not in --failed: 1 "), cli.err());
    Cli again =
        run("", "--quiet", "--csv", "--ordered", path("again.csv"), "--", "echo", "{host}={note}");
    assertEquals("a=x\ny\nb=say \"hi\"\n", again.out(), again.err());
  }

  @DisplayName("M14: a line that is no JSON is in --failed, one that was too long is not")
  @Test
  void failedMalformed() throws IOException {
    Cli cli =
        run(
            "{\"id\":1}\nno json\n{\"id\":\"" + "x".repeat(50) + "\"}\n",
            "--max-line",
            "40",
            "--failed",
            path("again"),
            "--",
            "test",
            "{id}",
            "=",
            "1");
    assertEquals("no json\n", read("again"));
    assertTrue(cli.err().contains("  not in --failed: 1 too long or no whole records"), cli.err());
  }

  @DisplayName("M15: --log of run has each attempt, wait and retry, and neither items nor commands")
  @Test
  void log() throws IOException {
    Cli cli =
        run(
            "secret1\nsecret2\n",
            "--jobs",
            "2",
            "--rate",
            "20/s",
            "--retries",
            "1",
            "--log",
            path("log"),
            "--",
            "test",
            "{}",
            "=",
            "secret2");
    assertEquals(1, cli.code(), cli.err());
    assertPrivate("log");
    assertFalse(read("log").contains("secret"), read("log"));
    List<JsonNode> lines = read("log").lines().map(JsonMapper.shared()::readTree).toList();
    Map<String, Long> events =
        lines.stream()
            .collect(
                Collectors.groupingBy(
                    line -> line.get("event").stringValue(), Collectors.counting()));
    assertEquals(3, events.get("start"));
    assertEquals(3, events.get("end"));
    assertEquals(1, events.get("retry"));
    assertTrue(events.get("wait") >= 1, events::toString);
    JsonNode retry =
        lines.stream()
            .filter(line -> line.get("event").stringValue().equals("retry"))
            .findFirst()
            .orElseThrow();
    assertEquals("item 1", retry.get("item").stringValue());
    assertEquals("exit code 1", retry.get("error").stringValue());
  }

  @DisplayName(
      "M16: --report of run is a page with the settings, and has neither items nor commands")
  @Test
  void report() throws IOException {
    Cli cli =
        run(
            "secret1\n",
            "--jobs",
            "3",
            "--env",
            "A=secret2",
            "--failed",
            path("again"),
            "--report",
            path("page.html"),
            "--",
            "sh",
            "-c",
            "exit 7 # secret3");
    assertEquals(1, cli.code(), cli.err());
    assertPrivate("page.html");
    String page = read("page.html");
    assertFalse(page.contains("secret"), "a secret");
    int from = page.indexOf("id=\"data\">") + "id=\"data\">".length();
    JsonNode data =
        JsonMapper.shared().readTree(page.substring(from, page.indexOf("</script>", from)));
    assertEquals("millrace run", data.get("title").stringValue());
    assertEquals("[\"1\",\"exit code 7\",\"item 1\"]", data.get("failures").get(0).toString());
    assertEquals("[[\"--jobs\",\"3\"]]", data.get("settings").toString());
    assertEquals(
        "millrace run " + path("again") + ", with the options of this run",
        data.get("again").stringValue());
  }

  @DisplayName("M18: failures are grouped by cause with the number and the --key of the first one")
  @Test
  void groups() {
    String lines =
        IntStream.range(0, 12)
            .mapToObj(n -> "{\"sku\":\"s" + n + "\\u001b\",\"code\":" + n % 3 + "}\n")
            .collect(Collectors.joining());
    Cli cli =
        run(
            lines,
            "--jobs",
            "1",
            "--checkpoint",
            path("done.db"),
            "--key",
            "sku",
            "--",
            "sh",
            "-c",
            "exit {code}");
    assertEquals(1, cli.code(), cli.err());
    assertTrue(cli.err().contains("  4 x exit code 1, the first: item 2 (s1\\u001b)\n"), cli.err());
    assertTrue(cli.err().contains("  4 x exit code 2, the first: item 3 (s2\\u001b)\n"), cli.err());
    assertTrue(cli.err().contains("  to run again what has failed"), cli.err());
  }

  @DisplayName("M15: the failures of the page add up to all that failed, whatever their causes")
  @Test
  void manyCauses() throws IOException {
    String codes =
        IntStream.rangeClosed(1, 105).mapToObj(Integer::toString).collect(Collectors.joining("\n"));
    run(codes, "--report", path("page.html"), "--", "sh", "-c", "exit $1", "sh");
    String page = read("page.html");
    String start = "<script type=\"application/json\" id=\"data\">";
    int from = page.indexOf(start) + start.length();
    JsonNode failures =
        JsonMapper.shared()
            .readTree(page.substring(from, page.indexOf("</script>", from)))
            .get("failures");
    assertEquals(101, failures.size());
    assertEquals("[\"5\",\"other causes\",\"\"]", failures.get(100).toString());
  }

  @DisplayName("M17: a file that is there already is not replaced without --force")
  @ParameterizedTest
  @ValueSource(strings = {"--failed", "--log", "--report"})
  void taken(String option) throws IOException {
    Files.writeString(folder.resolve("taken"), "mine");
    Cli cli = run("x\n", option, path("taken"), "--", "touch", path("ran"));
    assertEquals(2, cli.code());
    assertTrue(cli.err().contains(option + " '" + path("taken") + "' is there already"), cli.err());
    assertEquals("mine", read("taken"));
    assertFalse(Files.exists(folder.resolve("ran")), "a command ran");
    assertEquals(0, run("x\n", "--force", option, path("taken"), "--", "true").code());
    assertFalse(read("taken").contains("mine"));
    assertPrivate("taken");
    Cli directory = run("x\n", "--force", option, folder.toString(), "--", "true");
    assertEquals(2, directory.code(), directory.err());
    assertEquals(2, run("x\n", "--force", "--", "true").code());
  }

  @DisplayName("M17: with --dry-run no file is written")
  @Test
  void dryRun() {
    Cli cli = run("x\n", "--dry-run", "--failed", path("a"), "--report", path("b"), "--", "true");
    assertEquals(0, cli.code(), cli.err());
    assertFalse(Files.exists(folder.resolve("a")) || Files.exists(folder.resolve("b")));
  }

  @DisplayName("H9: none of the files is one that the run also reads, or writes for something else")
  @ParameterizedTest
  @ValueSource(strings = {"--failed", "--log", "--report"})
  void conflicts(String option) throws IOException {
    Files.writeString(folder.resolve("in"), "x\n");
    Files.createSymbolicLink(folder.resolve("link"), Path.of("in"));
    String other = option.equals("--log") ? "--report" : "--log";
    for (List<String> files :
        List.of(
            List.of(option, path("in"), path("in")),
            List.of(option, path("link"), path("in")),
            List.of(option, path("c"), "--checkpoint", path("c"), path("in")),
            List.of(option, path("o"), "--checkpoint", path("o.unfinished"), path("in")),
            List.of(option, path("f"), other, path("f"), path("in")))) {
      for (boolean isForced : new boolean[] {false, true}) {
        String[] force = isForced ? new String[] {"--force"} : new String[0];
        Cli cli = run("", all(force, files.toArray(String[]::new), new String[] {"--", "true"}));
        assertEquals(2, cli.code(), files + cli.err());
        assertTrue(cli.err().contains(": give one of them another name"), cli.err());
        assertEquals("x\n", read("in"));
      }
    }
  }

  @DisplayName("H9: an item whose output is one of the files fails")
  @Test
  void outputFolder() throws IOException {
    Files.createDirectory(folder.resolve("out"));
    Cli cli = run("x\n", "--output-dir", path("out"), "--failed", path("out/1.out"), "--", "echo");
    assertEquals(1, cli.code(), cli.err());
    assertTrue(cli.err().contains("'1.out' is also --failed"), cli.err());
    assertEquals("x\n", read("out/1.out"));
  }

  @DisplayName("M15: a log that cannot be written ends nothing, and standard error says so")
  @Test
  void brokenLog() {
    Cli cli = run("x\n", "--force", "--log", "/dev/full", "--", "echo");
    assertEquals("x\n", cli.out());
    assertEquals(0, cli.code(), cli.err());
    assertTrue(cli.err().contains("millrace run: --log is not complete: "), cli.err());
  }

  @DisplayName("M14, M16: a list of failures or a page that cannot be written is an error")
  @ParameterizedTest
  @ValueSource(strings = {"--failed", "--report"})
  void brokenFile(String option) {
    Cli cli = run("x\n", "--force", option, "/dev/full", "--", "false");
    assertEquals(1, cli.code(), cli.err());
    assertTrue(
        cli.err().contains("millrace run: cannot write the output: '/dev/full': "), cli.err());
  }

  @DisplayName("R7: with a checkpoint the files come into being when the run is through")
  @Test
  void withCheckpoint() throws IOException {
    String lines = "ok\nno1\nok2\nno2\n";
    String[] files = {
      "--checkpoint",
      path("done.db"),
      "--failed",
      path("failed"),
      "--log",
      path("log"),
      "--report",
      path("page.html")
    };
    String[] command = {"--", "sh", "-c", "case $1 in no*) exit 1;; esac", "sh", "{}"};
    Cli first =
        run(lines, all(new String[] {"--jobs", "1", "--max-failures", "1"}, files, command));
    assertEquals(3, first.code(), first.err());
    assertTrue(
        first
            .err()
            .contains(
                "  written so far: 'failed.unfinished', 'log.unfinished', 'page.html.unfinished'"),
        first.err());
    assertFalse(first.err().contains("only these again"), first.err());
    String before = read("log.unfinished");
    Files.writeString(folder.resolve("log.unfinished"), before + "{\"torn by a k");
    Cli last = run(lines, all(new String[] {"--jobs", "1"}, files, command));
    assertEquals(1, last.code(), last.err());
    assertEquals("no1\nno2\n", read("failed"));
    assertTrue(read("log").startsWith(before), "the log of before");
    assertFalse(read("log").contains("torn by"), "a part of a line");
    for (String file : List.of("failed", "log", "page.html")) {
      assertPrivate(file);
      assertFalse(Files.exists(folder.resolve(file + ".unfinished")), file);
    }
    assertTrue(last.err().contains("    millrace run --force --jobs 1"), last.err());
  }

  private static String[] all(String[]... parts) {
    return Stream.of(parts).flatMap(Stream::of).toArray(String[]::new);
  }
}
