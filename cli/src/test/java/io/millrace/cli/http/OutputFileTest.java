package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.Loopback;
import io.millrace.cli.text.FileTarget;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NoLeaks
class OutputFileTest {
  private final Loopback server = Loopback.start().on("/", 200, "hello");

  @TempDir Path folder;

  @AfterEach
  void stopServer() {
    server.close();
  }

  private Cli run(Path output, String... more) {
    String[] args = new String[more.length + 3];
    args[0] = "http";
    args[1] = "--output";
    args[2] = output.toString();
    System.arraycopy(more, 0, args, 3, more.length);
    return Cli.run(server.url("/"), args);
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void theFileIsPrivateAndHasTheLines() throws IOException {
    Path file = folder.resolve("out.jsonl");
    Cli cli = run(file);
    assertEquals(0, cli.code());
    assertEquals("", cli.out());
    assertEquals("rw-------", permissions(file));
    assertTrue(Files.readString(file).endsWith("\"body\":\"hello\"}\n"));
  }

  @Test
  void aFileThatIsThereIsNotTouched() throws IOException {
    Path file = Files.writeString(folder.resolve("out.jsonl"), "precious");
    Cli cli = run(file);
    assertEquals(2, cli.code());
    assertTrue(cli.err().contains(file.toString()) && cli.err().contains("--force"), cli.err());
    assertEquals("precious", Files.readString(file));
    assertEquals(0, server.requests().size());
  }

  @Test
  void aLinkIsNotFollowedToAFileThatIsThere() throws IOException {
    Path file = Files.writeString(folder.resolve("real"), "precious");
    assertEquals(2, run(Files.createSymbolicLink(folder.resolve("link"), file)).code());
    assertEquals("precious", Files.readString(file));
  }

  @DisplayName("H9: a link that leads nowhere is said to be one, with --force and without")
  @Test
  void aLinkThatLeadsNowhereIsNamed() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("no"));
    for (Cli cli : List.of(run(link), run(link, "--force"))) {
      assertEquals(2, cli.code());
      assertTrue(cli.err().contains("a link that leads nowhere"), cli.err());
    }
    assertFalse(Files.exists(folder.resolve("no")));
  }

  @Test
  void forceReplacesTheContentAndMakesItPrivate() throws IOException {
    Path file = Files.writeString(folder.resolve("out.jsonl"), "old".repeat(1_000));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertEquals(0, run(file, "--force").code());
    assertEquals("rw-------", permissions(file));
    assertEquals(1, Files.readAllLines(file).size());
    assertFalse(Files.readString(file).contains("old"));
  }

  @DisplayName("H9: even --force writes into no pipe that somebody else may read")
  @Test
  void evenForceWritesIntoNoPipe() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    try (RandomAccessFile reader = new RandomAccessFile(pipe.toFile(), "rw")) {
      Cli cli = run(pipe, "--force");
      assertEquals(2, cli.code());
      assertTrue(cli.err().contains("it is no regular file"), cli.err());
      assertEquals(0, server.requests().size());
      assertTrue(reader.getChannel().isOpen());
    }
  }

  @DisplayName("H9: even --force writes into no file of another user")
  @Test
  void evenForceWritesIntoNoFileOfAnotherUser() throws IOException {
    Path file = Files.writeString(folder.resolve("out.jsonl"), "precious");
    assumeTrue(isGivenAway(file), "only root can give a file away");
    Cli cli = run(file, "--force");
    assertEquals(2, cli.code());
    assertTrue(cli.err().contains("it belongs to another user"), cli.err());
    assertEquals("precious", Files.readString(file));
  }

  private static boolean isGivenAway(Path file) {
    try {
      Files.setAttribute(file, "unix:uid", 65_534);
      return true;
    } catch (IOException notRoot) {
      return false;
    }
  }

  @DisplayName("H9: --force follows a link to a file of one's own, as curl does")
  @Test
  void forceFollowsALink() throws IOException {
    Path file = Files.writeString(folder.resolve("real"), "old");
    assertEquals(0, run(Files.createSymbolicLink(folder.resolve("link"), file), "--force").code());
    assertTrue(Files.readString(file).contains("hello"));
    assertEquals("rw-------", permissions(file));
  }

  @Test
  void forceMakesAFileThatIsNotThere() throws IOException {
    Path file = folder.resolve("out.jsonl");
    assertEquals(0, run(file, "--force").code());
    assertEquals("rw-------", permissions(file));
  }

  @Test
  void evenForceDoesNotReplaceTheInput() throws IOException {
    Path file = Files.writeString(folder.resolve("urls"), server.url("/"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    Cli cli = run(link, "--force", file.toString());
    assertEquals(2, cli.code());
    assertTrue(cli.err().contains("also the input"), cli.err());
    assertEquals(server.url("/"), Files.readString(file));
  }

  @Test
  void aFolderThatIsNotThereIsNamed() {
    Cli cli = run(folder.resolve("no/out.jsonl"));
    assertEquals(2, cli.code());
    assertTrue(cli.err().contains("no such file or directory"), cli.err());
  }

  @Test
  void aDeviceCanBeWrittenTo() {
    Cli cli = run(Path.of("/dev/null"), "--force");
    assertEquals(0, cli.code());
    assertTrue(Files.exists(Path.of("/dev/null")));
  }

  @DisplayName(
      "H9: even --force empties no file that is open already, by whatever name of its number it is reached")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/dev/fd/",
        "/proc/self/fd/",
        "/proc/self/fd/../fd/",
        "/proc/thread-self/fd/",
        "link"
      })
  void noOpenFileIsEmptied(String names) throws IOException {
    Path file = Files.writeString(folder.resolve("open"), "precious");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    try (FileChannel open = FileChannel.open(file, StandardOpenOption.WRITE)) {
      String number = number(file);
      Files.createSymbolicLink(folder.resolve("link"), Path.of("/proc/self/fd/" + number));
      Path name = names.equals("link") ? folder.resolve(names) : Path.of(names + number);
      for (String option : List.of("--output", "--failed", "--log", "--report")) {
        for (List<String> more :
            List.of(
                List.<String>of(),
                List.of("--force"),
                List.of("--force", "--checkpoint", folder.resolve("c").toString()))) {
          List<String> arguments = new ArrayList<>(List.of("http", option, name.toString()));
          arguments.addAll(more);
          Cli cli = Cli.run(server.url("/"), arguments.toArray(String[]::new));
          assertEquals(2, cli.code(), cli.err());
          assertTrue(cli.err().contains("it leads to a file that is open already"), cli.err());
        }
      }
      assertTrue(open.isOpen());
    }
    assertEquals("precious", Files.readString(file));
    assertEquals("rw-r--r--", permissions(file));
    assertFalse(Files.exists(folder.resolve("open.unfinished")));
    assertEquals(0, server.requests().size());
  }

  /** Under which number this process has a file open. */
  private static String number(Path file) throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path each : all) {
        if (Files.exists(each) && Files.isSameFile(each, file)) {
          return each.getFileName().toString();
        }
      }
    }
    throw new AssertionError("it is not open: " + file);
  }

  @Test
  void aMinusIsStandardOutput() {
    assertEquals("hello", run(Path.of("-")).line().get("body").stringValue());
  }

  @Test
  void ofWhatWasWrittenOnlyWholeLinesCount() {
    byte[] lines = "ab\ncd\nef".getBytes(StandardCharsets.UTF_8);
    int[] whole = new int[lines.length + 1];
    for (int written = 0; written <= lines.length; written++) {
      whole[written] = FileTarget.wholeLines(lines, written);
    }
    assertArrayEquals(new int[] {0, 0, 0, 3, 3, 3, 6, 6, 6}, whole);
  }
}
