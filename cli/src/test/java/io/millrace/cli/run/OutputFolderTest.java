package io.millrace.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A folder with the outputs of commands, which several runs may have. */
class OutputFolderTest {
  /* Both sides of a named pipe wait for each other. */
  private static final String MEET = "echo \"$0\"; echo > begun; read -r _ < go";

  @TempDir Path folder;
  private Path outputs = Path.of("");

  @BeforeEach
  void makePipes() throws Exception {
    outputs = folder.resolve("outputs");
    List<String> pipes =
        List.of("mkfifo", folder.resolve("begun").toString(), folder.resolve("go").toString());
    assertEquals(0, new ProcessBuilder(pipes).start().waitFor());
  }

  private Cli run(String key, String... command) {
    return Cli.run(
        "{\"k\":\"" + key + "\"}\n",
        Stream.concat(
                Stream.of("run", "--output-dir", outputs.toString(), "--key", "k"),
                Stream.of(command))
            .toArray(String[]::new));
  }

  @DisplayName("C11: a folder into which others can look is told of, and left as it is")
  @Test
  void openFoldersAreTold() throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createDirectories(outputs);
    Files.setPosixFilePermissions(outputs, PosixFilePermissions.fromString("rwxr-xr-x"));
    Cli cli = run("a", "--", "echo", "{k}");
    assertEquals(0, cli.code(), cli.err());
    assertTrue(cli.err().contains("millrace run: others can look into --output-dir"), cli.err());
    assertEquals(
        "rwxr-xr-x", PosixFilePermissions.toString(Files.getPosixFilePermissions(outputs)));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    Cli within = run("b", "--", "echo", "{k}");
    assertFalse(within.err().contains("others"), within.err());
  }

  private String inFolder(String script) {
    return "cd '" + folder + "' && " + script;
  }

  private Set<String> names() throws IOException {
    try (Stream<Path> files = Files.list(outputs)) {
      return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
  }

  /** Runs a command of which the other one sees that it runs. */
  private FutureTask<Cli> begin(String key) throws IOException {
    FutureTask<Cli> run =
        new FutureTask<>(() -> run(key, "--", "sh", "-c", inFolder(MEET), "first"));
    Thread.ofPlatform().start(run);
    Files.readAllBytes(folder.resolve("begun"));
    return run;
  }

  private Cli end(FutureTask<Cli> run) throws Exception {
    Files.writeString(folder.resolve("go"), "\n");
    return run.get(60, TimeUnit.SECONDS);
  }

  @DisplayName("C11: two runs at once in one folder do not touch each other's files")
  @Test
  void twoRunsAtOnce() throws Exception {
    FutureTask<Cli> first = begin("a");
    Cli second = run("b", "--", "sh", "-c", "echo second");
    assertEquals(0, second.code(), second.err());
    Cli ended = end(first);
    assertEquals(0, ended.code(), ended.err());
    assertEquals("first\n", Files.readString(outputs.resolve("a.out")));
    assertEquals("second\n", Files.readString(outputs.resolve("b.out")));
    assertEquals(Set.of("a.out", "b.out"), names());
  }

  @DisplayName("C11: of two runs at once that want the same file, the later one fails")
  @Test
  void twoRunsForOneFile() throws Exception {
    FutureTask<Cli> first = begin("a");
    assertEquals(0, run("a", "--", "sh", "-c", "echo second").code());
    Cli ended = end(first);
    assertEquals(1, ended.code());
    assertTrue(
        ended.err().contains("its output is there already: " + outputs.resolve("a.out")),
        ended.err());
    assertFalse(ended.err().contains(".millrace-"), ended.err());
    assertEquals("second\n", Files.readString(outputs.resolve("a.out")));
    assertEquals(Set.of("a.out"), names());
  }

  @DisplayName("C11: an output that somebody has removed is an error")
  @Test
  void aRemovedOutput() throws Exception {
    FutureTask<Cli> first = begin("a");
    for (String name : names()) {
      if (name.endsWith(".part")) {
        Files.delete(outputs.resolve(name));
      }
    }
    Cli ended = end(first);
    assertEquals(1, ended.code());
    assertTrue(ended.err().contains("somebody has removed"), ended.err());
  }

  @DisplayName("C11: a command that runs again replaces what it has written before")
  @Test
  void retries() throws IOException {
    String script = inFolder("echo x >> tries; wc -l < tries; test $(wc -l < tries) = 3");
    Cli cli = run("a", "--retries", "2", "--", "sh", "-c", script);
    assertEquals(0, cli.code(), cli.err());
    assertEquals("3\n", Files.readString(outputs.resolve("a.out")));
  }

  @DisplayName("C11: what a killed run has left is removed, and what a living one has is not")
  @Test
  void leftOvers() throws IOException {
    Files.createDirectory(outputs);
    for (String name : List.of(".millrace-dead.lock", ".millrace-dead-1.out.part", "my.part")) {
      Files.createFile(outputs.resolve(name));
    }
    Path living = outputs.resolve(".millrace-living.lock");
    Files.createFile(outputs.resolve(".millrace-living-1.out.part"));
    try (FileChannel channel =
        FileChannel.open(living, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.lock();
      assertEquals(0, run("a", "--", "true").code());
    }
    assertEquals(
        Set.of("a.out", "my.part", ".millrace-living.lock", ".millrace-living-1.out.part"),
        names());
  }

  @DisplayName("C11: a pipe or a link named like a lock holds up nothing, and no name is a pattern")
  @Test
  @Timeout(60)
  void locksOfOthers() throws Exception {
    Files.createDirectory(outputs);
    Path victim = Files.createFile(folder.resolve("victim"));
    Files.createSymbolicLink(outputs.resolve(".millrace-link.lock"), victim);
    Files.createFile(outputs.resolve(".millrace-*.lock"));
    Files.createFile(outputs.resolve(".millrace-{.lock"));
    Files.createFile(outputs.resolve(".millrace-living-1.out.part"));
    Files.createDirectory(outputs.resolve(".millrace-folder.lock"));
    Path pipe = outputs.resolve(".millrace-pipe.lock");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    Cli cli = run("a", "--", "true");
    assertEquals(0, cli.code(), cli.err());
    assertEquals(
        Set.of(
            "a.out",
            ".millrace-living-1.out.part",
            ".millrace-link.lock",
            ".millrace-folder.lock",
            ".millrace-pipe.lock"),
        names());
  }

  @DisplayName(
      "M7: the summary counts items whose outputs are there already as failures of one kind")
  @Test
  void oneKindOfFailure() throws IOException {
    Files.createDirectories(outputs);
    Files.writeString(outputs.resolve("a.out"), "old");
    Files.writeString(outputs.resolve("b.out"), "old");
    Cli cli =
        Cli.run(
            "{\"k\":\"a\"}\n{\"k\":\"b\"}\n",
            "run",
            "--output-dir",
            outputs.toString(),
            "--key",
            "k",
            "--",
            "echo");
    assertTrue(cli.err().contains("2 x its output is there already, the first: item "), cli.err());
  }
}
