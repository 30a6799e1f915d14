package io.millrace.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.checkpoint.jdbc.JdbcStore;
import io.millrace.cli.Cli;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunCheckpointTest {
  @TempDir Path folder;

  private Cli run(String in, String... args) {
    return Cli.run(
        in,
        Stream.concat(
                Stream.of("run", "--ordered", "--checkpoint", folder.resolve("kept.db").toString()),
                Stream.of(args))
            .toArray(String[]::new));
  }

  /* Counts its calls, and fails for b until there is a file that lets it pass. */
  private String script() {
    return "echo $0 >> "
        + folder
        + "/calls; test $0 != b -o -e "
        + folder
        + "/go || exit 1; echo out $0; echo err $0 >&2";
  }

  private List<String> calls() throws IOException {
    return Files.readAllLines(folder.resolve("calls")).stream().sorted().toList();
  }

  @DisplayName(
      "C20: the command that goes on is the one that was given, with its empty lines and its bytes")
  @Test
  void theCommandThatGoesOn() {
    String script = "\n\nprintf 'a\u001bb'\n\nfalse";
    Cli cli = run("x\n", "--", "sh", "-c", script, "sh", "{}");
    String shown =
        " -- sh -c '"
            + script.replace("'", "'\\''").replace("\u001b", "'\"$(printf '\\033')\"'")
            + "' sh '{}'\n";
    assertTrue(cli.err().contains(shown), cli.err());
  }

  @DisplayName(
      "C20: what has succeeded is not run again, wherever it stands, and its output is written again")
  @Test
  void goesOn() throws IOException {
    Cli first = run("a\nb\nc\n", "--", "sh", "-c", script());
    assertEquals(1, first.code());
    assertEquals("out a\nout c\n", first.out());
    assertTrue(first.err().contains("to run again what has failed"), first.err());
    Files.createFile(folder.resolve("go"));
    Cli second = run("new\nc\nb\na\n", "--", "sh", "-c", script());
    assertEquals(0, second.code(), second.err());
    assertEquals("out new\nout c\nout b\nout a\n", second.out());
    assertTrue(second.err().contains("err a\n"), second.err());
    assertTrue(second.err().contains("millrace: 4 done (2 restored) in "), second.err());
    assertTrue(second.err().contains(": 4 ok, 0 failed, 0 retries\n"), second.err());
    assertEquals(List.of("a", "b", "b", "c", "new"), calls());
  }

  @DisplayName("C20: with --key a line is known by its field, and runs again if it has changed")
  @Test
  void knownByKey() throws IOException {
    String[] args = {"--key", "id", "--", "sh", "-c", script(), "{v}"};
    assertEquals(0, run("{\"id\":1,\"v\":\"x\"}\n{\"id\":2,\"v\":\"y\"}\n", args).code());
    Cli second = run("{\"id\":2,\"v\":\"z\"}\n{\"id\":1,\"v\":\"x\"}\n", args);
    assertEquals("out z\nout x\n", second.out());
    assertEquals(List.of("x", "y", "z"), calls());
  }

  @DisplayName("C20: where another first line makes fields of what was text, all runs again")
  @Test
  void fieldsThatWereText() {
    String[] command = {"--", "echo", "{id}", "{}"};
    String line = "{\"id\":7}\n";
    String asText = "{id} # ids\n{id} " + line;
    assertEquals(asText, run("# ids\n" + line, command).out());
    assertEquals("7 " + line, run(line, command).out());
    Cli third = run(line, command);
    assertEquals("7 " + line, third.out());
    assertTrue(third.err().contains("1 done (1 restored) in "), third.err());
    assertEquals(asText, run("# ids\n" + line, command).out());
  }

  @DisplayName("C20: another command, or another version, is refused with 4, and nothing runs")
  @Test
  void otherCommandsAreRefused() throws IOException {
    assertEquals(0, run("a\n", "--", "sh", "-c", script()).code());
    for (Cli other :
        List.of(
            run("c\n", "--", "sh", "-c", script(), "{}", "x"),
            run("c\n", "--stdin", "--", "sh", "-c", script(), "{}"),
            run("c\n", "--checkpoint-version", "2", "--", "sh", "-c", script()))) {
      assertEquals(4, other.code(), other.err());
      assertEquals("", other.out());
      assertTrue(other.err().contains("is that of 'run "), other.err());
    }
    assertEquals(List.of("a"), calls());
  }

  @DisplayName("C20: two items with the same key end the run, and are named")
  @Test
  void sameKeys() {
    Cli cli = run("x\n\u00e4\n\u00e4\n", "--", "echo");
    assertEquals(1, cli.code());
    assertTrue(cli.err().contains("items 2 and 3 have the same key, \"\u00e4\": "), cli.err());
  }

  @DisplayName(
      "C20: no key that is a URL has its user and password, in a checkpoint, a file name or a tag")
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void keysHaveNoUsers(boolean isField) throws IOException {
    String url = "http://joe:PASSWORD@h/x";
    String line = isField ? "{\"u\":\"" + url + "\"}\n" : url + "\n";
    List<String> key = isField ? List.of("--key", "u") : List.of();
    List<String> tag = new ArrayList<>(key);
    tag.addAll(List.of("--tag", "--", "echo", "done", "{#}"));
    Cli tagged = run(line, tag.toArray(String[]::new));
    assertEquals("http://h/x\tdone 1\n", tagged.out(), tagged.err());
    Path checkpoint = folder.resolve("kept.db");
    assertFalse(
        Files.readString(checkpoint, StandardCharsets.ISO_8859_1).contains("PASSWORD"), "kept");
    String same = line + line.replace("joe:PASSWORD", "ann:PASSWORD2");
    Cli twice = run(same, tag.toArray(String[]::new));
    assertEquals(1, twice.code());
    assertTrue(
        twice.err().contains("items 1 and 2 have the same key, \"http://h/x\": "), twice.err());
    assertFalse(twice.err().contains("PASSWORD"), twice.err());
    if (isField) {
      Cli files =
          Cli.run(line, "run", "--key", "u", "--output-dir", folder + "/o", "--", "echo", "1");
      assertEquals(0, files.code(), files.err());
      assertTrue(Files.exists(folder.resolve("o/http%3A%2F%2Fh%2Fx.out")));
    }
  }

  @DisplayName("C20: of passwords in URLs there is no digest: another one changes no item")
  @Test
  void passwordsAreNoContent() throws IOException {
    String line = "{\"id\":1,\"v\":\"http://joe:ONE@h/x\"}\n";
    String[] args = {"--key", "id", "--", "sh", "-c", script(), "{id}"};
    assertEquals(0, run(line, args).code());
    assertEquals(0, run(line.replace("joe:ONE", "joe:TWO"), args).code());
    assertEquals(List.of("1"), calls());
    assertEquals(0, run(line.replace("/x", "/y"), args).code());
    assertEquals(List.of("1", "1"), calls());
  }

  @DisplayName("C20: millrace info names what has failed as it stands in the input")
  @Test
  void failedItems() {
    assertEquals(1, run("a\n\u00e4\n", "--", "test", "a", "=", "{}").code());
    String file = folder.resolve("kept.db").toString();
    Cli plain = Cli.run("", "info", "--failures", file);
    assertTrue(plain.out().startsWith("\u00e4: exit code 1"), plain.out() + plain.err());
    Cli json = Cli.run("", "info", "--failures", "--json", file);
    assertEquals("\u00e4", json.line().get("key").stringValue());
  }

  @DisplayName("C20: what two items with the same key cut off names the checkpoint, and no option")
  @Test
  void whatSameKeysCutOff() throws Exception {
    Path started = folder.resolve("started");
    assertEquals(0, new ProcessBuilder("mkfifo", started.toString()).start().waitFor());
    InputStream whenStarted =
        new InputStream() {
          private boolean isOver;

          @Override
          public int read() throws IOException {
            if (isOver) {
              return -1;
            }
            Files.readAllBytes(started); // the first command writes into it
            isOver = true;
            return 'a';
          }
        };
    InputStream first = new ByteArrayInputStream(new byte[] {'a', '\n'});
    InputStream in = new SequenceInputStream(first, whenStarted);
    Cli cli =
        Cli.run(
            in,
            "run",
            "--json",
            "--jobs",
            "2",
            "--checkpoint",
            folder.resolve("kept.db").toString(),
            "--",
            "sh",
            "-c",
            "echo > " + started + "; sleep 331",
            "{}");
    assertEquals(1, cli.code());
    assertFalse((cli.out() + cli.err()).contains("--max-failures"), cli.toString());
    assertTrue(cli.out().contains("cut off by the checkpoint"), cli.toString());
    assertTrue(cli.err().contains("stopped by the checkpoint: "), cli.err());
  }

  @DisplayName("C20: bytes come back as they were; what is too large to keep fails and says so")
  @Test
  void whatIsKept() {
    String[] args = {"--json", "--", "printf", "\\377{}"};
    String first = run("a\n", args).out();
    assertEquals(first, run("a\n", args).out());
    Cli large =
        Cli.run(
            "9000000\n",
            "run",
            "--checkpoint",
            folder.resolve("large.db").toString(),
            "--",
            "head",
            "-c",
            "{}",
            "/dev/zero");
    assertEquals(1, large.code());
    assertTrue(large.err().contains("do not fit into a checkpoint: see --output-dir"), large.err());
  }

  @DisplayName(
      "C20: files of items that had failed are replaced; without a --key they would get other names")
  @Test
  void filesOfFailedItems() throws IOException {
    String[] args = {
      "--output-dir",
      folder.resolve("files").toString(),
      "--key",
      "k",
      "--",
      "sh",
      "-c",
      script(),
      "{k}"
    };
    String in = "{\"k\":\"a\"}\n{\"k\":\"b\"}\n";
    assertEquals(1, run(in, args).code());
    assertEquals("", Files.readString(folder.resolve("files/b.out")));
    Files.createFile(folder.resolve("go"));
    Cli second = run(in, args);
    assertEquals(0, second.code(), second.err());
    assertEquals("out b\n", Files.readString(folder.resolve("files/b.out")));
    assertEquals("out a\n", Files.readString(folder.resolve("files/a.out")));
    assertEquals(
        2, run(in, "--output-dir", folder.resolve("files").toString(), "--", "true").code());
  }

  @DisplayName(
      "C11: a file that is older than the checkpoint is none of its runs: it stays, and its item fails")
  @ParameterizedTest
  @ValueSource(strings = {"a.out", "a.err"})
  void filesOfOthers(String name) throws IOException {
    Path files = Files.createDirectory(folder.resolve("files"));
    Path others = Files.writeString(files.resolve(name), "of others");
    Files.setLastModifiedTime(others, FileTime.from(Instant.now().minus(Duration.ofDays(1))));
    String[] args = {"--output-dir", files.toString(), "--key", "k", "--", "echo", "{k}"};
    String in = "{\"k\":\"a\"}\n{\"k\":\"b\"}\n";
    for (int run = 1; run <= 2; run++) {
      Cli cli = run(in, args);
      assertEquals(1, cli.code(), cli.err());
      assertTrue(cli.err().contains("its output is there already: " + others), cli.err());
      assertEquals("of others", Files.readString(others));
    }
    Files.delete(others);
    Cli last = run(in, args);
    assertEquals(0, last.code(), last.err());
    assertEquals("a\n", Files.readString(files.resolve("a.out")));
  }

  @DisplayName(
      "C11: what a run has left is replaced also where a file has its time in seconds only")
  @Test
  void timesInSeconds() throws IOException {
    Path files = folder.resolve("files");
    String[] args = {"--output-dir", files.toString(), "--key", "k", "--", "false"};
    String in = "{\"k\":\"a\"}\n";
    assertEquals(1, run(in, args).code());
    Instant created = JdbcStore.file(folder.resolve("kept.db")).info().created();
    Instant odd = created.truncatedTo(ChronoUnit.SECONDS).minusSeconds(1); // as on FAT
    Files.setLastModifiedTime(files.resolve("a.out"), FileTime.from(odd));
    Cli again = run(in, args);
    assertTrue(again.err().contains("exit code 1"), again.err());
  }

  @DisplayName("C20: an item whose output is gone has not succeeded, whatever the checkpoint says")
  @Test
  void lostOutputs() throws IOException {
    Path files = folder.resolve("files");
    String[] args = {"--output-dir", files.toString(), "--key", "k", "--", "echo", "{k}"};
    String in = "{\"k\":\"a\"}\n{\"k\":\"b\"}\n";
    assertEquals(0, run(in, args).code());
    Files.delete(files.resolve("a.out"));
    Cli second = run(in, args);
    assertEquals(1, second.code(), second.err());
    assertTrue(
        second.err().contains("item 1: the file that an earlier run has written is gone"),
        second.err());
    assertTrue(
        second.err().contains("2 done (1 restored) in ") && second.err().contains("1 ok, 1 failed"),
        second.err());
  }

  @DisplayName("C20: an item without its --key fails alone")
  @Test
  void itemsWithoutKey() {
    Cli cli = run("{\"k\":1}\n{\"v\":1}\n", "--key", "k", "--", "echo", "{#}");
    assertEquals(1, cli.code());
    assertEquals("1\n", cli.out());
    assertTrue(cli.err().contains("item 2: it has no field 'k'"), cli.err());
  }
}
