package io.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** H9: what a command writes is none of the files that it needs for something else. */
@NoLeaks
class UsedFilesTest {
  private final Loopback server = Loopback.start().on("/", 200, "hello");

  @TempDir private Path folder;

  @AfterEach
  void stopServer() {
    server.close();
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private String urls(String name) throws IOException {
    return Files.writeString(folder.resolve(name), server.url("/")).toString();
  }

  private SortedMap<String, String> files() throws IOException {
    SortedMap<String, String> all = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        all.put(
            folder.relativize(file).toString(),
            Files.readString(file, StandardCharsets.ISO_8859_1));
      }
    }
    return all;
  }

  /* Without opening any: a run that has them would lose its locks. */
  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> String.valueOf(file.getFileName())).toList();
    }
  }

  /** With --force and without: exit code 2, both files are named, and all is as it was. */
  private void assertRefused(String written, String other, String... arguments) throws IOException {
    SortedMap<String, String> before = files();
    int requests = server.requests().size();
    for (boolean force : new boolean[] {false, true}) {
      List<String> all = new ArrayList<>(List.of(arguments));
      if (force && arguments[0].equals("http")) {
        all.add(1, "--force");
      }
      Cli cli = Cli.run(server.url("/"), all.toArray(String[]::new));
      assertAll(
          all.toString(),
          () -> assertEquals(2, cli.code(), cli.err()),
          () ->
              assertTrue(
                  cli.err()
                      .contains(written + " is also " + other + ": give one of them another name"),
                  cli.err()),
          () -> assertEquals(before, files()),
          () -> assertEquals("", cli.out()),
          () -> assertEquals(requests, server.requests().size()));
    }
  }

  @DisplayName(
      "H9: the input is not the half-written file of an output, under any of its names: that would be emptied")
  @ParameterizedTest
  @ValueSource(strings = {"--output", "--failed", "--log", "--report"})
  void theInputIsNoHalfWrittenFile(String option) throws IOException {
    String input = urls("f.unfinished");
    Files.createSymbolicLink(folder.resolve("soft"), Path.of("f.unfinished"));
    Files.createLink(folder.resolve("hard"), Path.of(input));
    Files.createSymbolicLink(folder.resolve("here"), folder);
    String written = option + " '" + path("f") + "' (written first as 'f.unfinished')";
    for (String name : List.of("f.unfinished", "soft", "hard", "here/f.unfinished")) {
      assertRefused(
          written,
          "the input '" + path(name) + "'",
          "http",
          "--checkpoint",
          path("c"),
          option,
          path("f"),
          path(name));
    }
    assertRefused(
        option + " '" + path("here/f") + "' (written first as 'f.unfinished')",
        "the input '" + input + "'",
        "http",
        "--checkpoint",
        path("c"),
        option,
        path("here/f"),
        input);
  }

  @DisplayName(
      "H9: without a checkpoint nothing is written beside an output, so such an input is read")
  @Test
  void withoutACheckpointNothingIsWrittenBeside() throws IOException {
    String input = urls("f.unfinished");
    assertEquals(0, Cli.run("", "http", "--output", path("f"), input).code());
    assertEquals(server.url("/"), Files.readString(Path.of(input)));
  }

  @DisplayName("H9: no output is a file that the command reads")
  @ParameterizedTest
  @ValueSource(strings = {"--header-file", "--data-template-file", "--cacert"})
  void noOutputIsReadAsWell(String reading) throws IOException {
    Files.writeString(folder.resolve("file"), "A: b\n");
    for (String writing : List.of("--output", "--failed", "--log", "--report")) {
      assertRefused(
          writing + " '" + path("file") + "'",
          reading + " '" + path("file") + "'",
          "http",
          reading,
          path("file"),
          writing,
          path("file"));
    }
  }

  @DisplayName("H9: a link to a file that is not there yet is that file")
  @Test
  void aDanglingLinkIsItsTarget() throws IOException {
    Files.createSymbolicLink(folder.resolve("out"), Path.of("c.db"));
    Cli cli =
        Cli.run(
            server.url("/"),
            "http",
            "--force",
            "--checkpoint",
            path("c.db"),
            "--output",
            path("out"));
    assertEquals(2, cli.code(), cli.err());
    assertFalse(Files.exists(folder.resolve("c.db")), "written");
    assertEquals(0, server.requests().size());
  }

  @DisplayName("H9: no two outputs are one file, nor is one where the other is written first")
  @Test
  void noTwoOutputsAreOneFile() throws IOException {
    assertRefused(
        "--output '" + path("o") + "'",
        "--log '" + path("./o") + "'",
        "http",
        "--output",
        path("o"),
        "--log",
        path("./o"));
    assertRefused(
        "--output '" + path("o") + "' (written first as 'o.unfinished')",
        "--failed '" + path("o.unfinished") + "'",
        "http",
        "--checkpoint",
        path("c"),
        "--output",
        path("o"),
        "--failed",
        path("o.unfinished"));
  }

  @DisplayName("H9: a device can be written to by several options")
  @Test
  void aDeviceCanBeUsedTwice() {
    Cli cli =
        Cli.run(server.url("/"), "http", "--force", "--output", "/dev/null", "--log", "/dev/null");
    assertEquals(0, cli.code(), cli.err());
  }

  @DisplayName("H9: a checkpoint is no half-written file of an output: that would be emptied")
  @Test
  void aCheckpointIsNoHalfWrittenFile() throws IOException {
    Cli.run(server.url("/"), "http", "--checkpoint", path("f.unfinished"));
    assertRefused(
        "--output '" + path("f") + "' (written first as 'f.unfinished')",
        "--checkpoint '" + path("f.unfinished") + "'",
        "http",
        "--checkpoint",
        path("f.unfinished"),
        "--output",
        path("f"));
  }

  @DisplayName(
      "H9: each file that a checkpoint has beside it is known, and is no input and no output")
  @Test
  void theFilesOfACheckpointAreKnown() throws IOException {
    SortedSet<String> seen = new ConcurrentSkipListSet<>();
    server.on(
        "/look",
        (exchange, number) -> {
          seen.addAll(names());
          Loopback.send(exchange, 200, "");
        });
    assertEquals(0, Cli.run(server.url("/look"), "http", "--checkpoint", path("c")).code());
    assertTrue(seen.containsAll(List.of("c", "c-wal", "c.lock")), seen::toString);
    SortedSet<String> all = new TreeSet<>(seen);
    all.addAll(List.of("c.new", "c.new-wal", "c.new-journal", "c-journal"));
    for (String name : all) {
      if (!Files.exists(folder.resolve(name))) {
        Files.writeString(folder.resolve(name), "precious");
      }
      String checkpoint =
          "--checkpoint '"
              + path("c")
              + "'"
              + (name.equals("c") ? "" : " (which writes '" + name + "')");
      assertRefused(
          "--output '" + path(name) + "'",
          checkpoint,
          "http",
          "--checkpoint",
          path("c"),
          "--output",
          path(name));
      for (String command : List.of("http", "run")) {
        List<String> read =
            new ArrayList<>(List.of(command, "--checkpoint", path("c"), path(name)));
        read.addAll(
            command.equals("run") ? List.of("--", "cat") : List.of("--output", path("other")));
        assertRefused(checkpoint, "the input '" + path(name) + "'", read.toArray(String[]::new));
      }
    }
  }

  @DisplayName("H9: what --save-dir removes as half-written is no input, and its lock no output")
  @Test
  void theOwnFilesOfASaveDirAreNoOthers() throws IOException {
    Files.createDirectory(folder.resolve("d"));
    String input = urls("d/.millrace.7.part");
    assertRefused(
        "the input '" + input + "'",
        "a half-written file of --save-dir '" + path("d") + "'",
        "http",
        "--save-dir",
        path("d"),
        input);
    assertRefused(
        "--output '" + path("d/.millrace.lock") + "'",
        "the lock of --save-dir '" + path("d") + "'",
        "http",
        "--save-dir",
        path("d"),
        "--output",
        path("d/.millrace.lock"));
  }

  @DisplayName("H9: what --output-dir removes as left over is no input")
  @Test
  void theOwnFilesOfAnOutputDirAreNoInput() throws IOException {
    Files.createDirectory(folder.resolve("d"));
    for (String name : List.of("d/.millrace-x.lock", "d/.millrace-x-1.out.part")) {
      Files.writeString(folder.resolve("d/.millrace-x.lock"), "one\n");
      Files.writeString(folder.resolve(name), "one\n");
      assertRefused(
          "the input '" + path(name) + "'",
          "a half-written file or a lock of --output-dir '" + path("d") + "'",
          "run",
          "--output-dir",
          path("d"),
          path(name),
          "--",
          "cat");
    }
  }

  @DisplayName("H9: a file that the run writes is not sent as the body of a line")
  @ParameterizedTest
  @ValueSource(strings = {"o", "soft", "o.unfinished"})
  void noBodyIsAnOutput(String body) throws IOException {
    Files.createSymbolicLink(folder.resolve("soft"), Path.of("o"));
    String line = "{\"url\": \"" + server.url("/") + "\", \"bodyFile\": \"" + path(body) + "\"}";
    String[] usual = {"http", "--force", "--output", path("o")};
    String[] arguments = Arrays.copyOf(usual, usual.length + 2);
    arguments[usual.length] = "--checkpoint";
    arguments[usual.length + 1] = path("c");
    Cli cli = Cli.run(line, body.endsWith("unfinished") ? arguments : usual);
    assertEquals(1, cli.code(), cli.err());
    String answer = Files.readString(folder.resolve("o"));
    assertTrue(answer.contains("'bodyFile': it is also --output '" + path("o") + "'"), answer);
    assertEquals(0, server.requests().size());
  }

  @DisplayName(
      "H31: an id that names the input, the checkpoint or an output makes its line fail, also with --force")
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void noAnswerReplacesAFileOfTheCommand(boolean hasCheckpoint) throws IOException {
    Files.createSymbolicLink(folder.resolve("here"), folder);
    Map<String, String> names = new TreeMap<>();
    names.put("in.txt", "the input '" + path("in.txt") + "'");
    names.put("o.jsonl", "--output '" + path("o.jsonl") + "'");
    names.put("log", "--log '" + path("log") + "'");
    names.put("failed", "--failed '" + path("failed") + "'");
    if (hasCheckpoint) {
      names.put("c.db", "--checkpoint '" + path("c.db") + "'");
      names.put("c.db-wal", "--checkpoint '" + path("c.db") + "' (which writes 'c.db-wal')");
      names.put(
          "o.jsonl.unfinished",
          "--output '" + path("o.jsonl") + "' (written first as 'o.jsonl.unfinished')");
    }
    StringBuilder lines = new StringBuilder();
    for (String id : names.keySet()) {
      lines.append("{\"id\":\"%s\",\"url\":\"%s\"}\n".formatted(id, server.url("/")));
    }
    lines.append("{\"id\":\"fine\",\"url\":\"%s\"}\n".formatted(server.url("/")));
    Files.writeString(folder.resolve("in.txt"), lines);
    List<String> arguments = new ArrayList<>(List.of("http", "--force"));
    arguments.addAll(List.of("--save-dir", path("here"), "--output", path("o.jsonl")));
    arguments.addAll(List.of("--log", path("log"), "--failed", path("failed")));
    if (hasCheckpoint) {
      arguments.addAll(List.of("--checkpoint", path("c.db")));
    }
    arguments.add(path("in.txt"));
    for (int again = 0; again < 2; again++) {
      Cli cli = Cli.run("", arguments.toArray(String[]::new));
      assertEquals(1, cli.code(), cli.err());
      assertEquals(lines.toString(), Files.readString(folder.resolve("in.txt")));
      String answers = Files.readString(folder.resolve("o.jsonl"));
      names.forEach(
          (name, what) ->
              assertTrue(
                  answers.contains(
                      "--save-dir: '" + name + "' is also " + what + ": give the line another id"),
                  answers));
      assertEquals("hello", Files.readString(folder.resolve("fine")));
      assertEquals(names.size(), Files.readAllLines(folder.resolve("failed")).size(), cli.err());
    }
  }

  @DisplayName(
      "C11: a key that names the input or the checkpoint makes its item fail, also where outputs are replaced")
  @Test
  void noOutputOfAnItemReplacesAFileOfTheCommand() throws IOException {
    Path input = folder.resolve("in.out");
    String lines = "{\"k\":\"in\"}\n{\"k\":\"c\"}\n{\"k\":\"fine\"}\n";
    Files.writeString(input, lines);
    for (int again = 0; again < 2; again++) {
      Cli cli =
          Cli.run(
              "",
              "run",
              "--checkpoint",
              path("c.err"),
              "--key",
              "k",
              "--output-dir",
              folder.toString(),
              input.toString(),
              "--",
              "echo",
              "hello");
      assertEquals(1, cli.code(), cli.err());
      assertEquals(lines, Files.readString(input));
      assertTrue(
          cli.err().contains("its output 'in.out' is also the input '" + input + "'"), cli.err());
      assertTrue(
          cli.err().contains("its output 'c.err' is also --checkpoint '" + path("c.err") + "'"),
          cli.err());
      assertEquals("hello {\"k\":\"fine\"}\n", Files.readString(folder.resolve("fine.out")));
    }
  }

  @DisplayName("H9: a dry run says so too, and an input that is not there is not named")
  @Test
  void aDryRunIsRefusedToo() throws IOException {
    String input = urls("in");
    assertRefused(
        "--output '" + input + "'",
        "the input '" + input + "'",
        "http",
        "--dry-run",
        "--output",
        input,
        input);
    Cli cli = Cli.run("", "http", "--output", path("o"), "secret");
    assertFalse(cli.err().contains("secret"), cli.err());
  }
}
