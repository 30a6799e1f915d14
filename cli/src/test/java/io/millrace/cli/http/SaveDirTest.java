package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.RawServer;
import io.millrace.cli.text.SafeName;
import io.millrace.cli.text.UsedFiles;
import io.millrace.testkit.NoLeaks;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers in files. */
@NoLeaks
class SaveDirTest {
  private RawServer server =
      RawServer.start((request, number, answer) -> answer.send(200, "ok " + request.target()));

  @TempDir private Path temp;

  @AfterEach
  void stopServer() {
    server.close();
  }

  private void start(RawServer.Script script) {
    server.close();
    server = RawServer.start(script);
  }

  private Path folder() {
    return temp.resolve("answers");
  }

  private Cli run(String in, String... options) {
    List<String> args = new ArrayList<>(List.of("http", "--save-dir", folder().toString()));
    args.addAll(List.of(options));
    return Cli.run(in, args.toArray(String[]::new));
  }

  private String line(String id, String path) {
    return "{\"id\": \"%s\", \"url\": \"%s\"}\n".formatted(id, server.url(path));
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.equals(".millrace.lock"))
          .sorted()
          .collect(Collectors.toList());
    }
  }

  @DisplayName("H31: each success is a private file, named by its id; its line has name and size")
  @Test
  void eachSuccessIsAFile() throws IOException {
    Cli cli = run(line("42.txt", "/a") + server.url("/b"));
    assertEquals(0, cli.code(), cli.out() + cli.err());
    String name = SafeName.of(("GET " + server.url("/b")).getBytes(StandardCharsets.UTF_8));
    assertEquals(Set.of(name, "42.txt"), Set.copyOf(files()));
    assertEquals("ok /a", Files.readString(folder().resolve("42.txt")));
    assertEquals(folder().resolve(name).toString(), cli.line(2).get("file").stringValue());
    assertEquals(5, cli.line(2).get("bytes").intValue());
    assertFalse(cli.line(2).has("body"));
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(folder().resolve(name))));
    assertEquals(
        "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder())));
  }

  @DisplayName("H31: a folder into which others can look is told of once, and left as it is")
  @Test
  void openFoldersAreTold() throws IOException {
    Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createDirectory(folder());
    Files.setPosixFilePermissions(folder(), PosixFilePermissions.fromString("rwxr-xr-x"));
    Cli cli = run(line("a", "/a") + line("b", "/b"));
    assertEquals(0, cli.code(), cli.err());
    assertEquals(
        1, cli.err().lines().filter(each -> each.contains("others can look into")).count());
    assertTrue(cli.err().contains("(rwxr-xr-x): only you can read its files"), cli.err());
    assertEquals(
        "rwxr-xr-x", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder())));
    Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwx------"));
    Cli within = run(line("c", "/c"));
    assertFalse(within.err().contains("others"), within.err());
  }

  @DisplayName("H31: no id leads out of the folder, and different ids have different files")
  @Test
  void noIdLeadsOut() throws IOException {
    String ids =
        Stream.of(
                "../up",
                "/etc/x",
                "a/b",
                "a%2Fb",
                "a.b.",
                ".millrace.lock",
                "..",
                ".",
                "",
                "\u00e4",
                "a\\u0000b")
            .map(id -> line(id, "/x"))
            .collect(Collectors.joining());
    Cli cli = run(ids + line("x".repeat(300), "/x") + line("x".repeat(301), "/x"));
    assertEquals(0, cli.code(), cli.out() + cli.err());
    assertEquals(13, files().size(), files().toString());
    assertTrue(
        files().containsAll(List.of("a.b.", "%2E.", "%2E.%2Fup", "a%2Fb", "a%252Fb", "%")),
        files().toString());
    try (Stream<Path> all = Files.list(temp)) {
      assertEquals(List.of(folder()), all.toList());
    }
  }

  @DisplayName("H31: a failure is no file; its body stands in its line")
  @Test
  void aFailureIsNoFile() throws IOException {
    start((request, number, answer) -> answer.send(404, "none"));
    Cli cli = run(server.url("/"));
    assertEquals(1, cli.code());
    assertEquals("none", cli.line().get("body").stringValue());
    assertEquals(List.of(), files());
  }

  @DisplayName("H31: an answer that was cut off leaves nothing, and its repetition is whole")
  @Test
  void whatIsCutOffLeavesNothing() throws IOException {
    start(
        (request, number, answer) -> {
          if (number == 1 || request.target().equals("/never")) {
            answer.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + "x".repeat(90_000));
            answer.close();
          } else {
            answer.send(200, "whole");
          }
        });
    Cli cli = run(line("a", "/") + line("b", "/never"), "--retries", "1");
    assertEquals(1, cli.code());
    assertEquals(List.of("a"), files());
    assertEquals("whole", Files.readString(folder().resolve("a")));
  }

  @DisplayName(
      "H31: with --timeout no line takes what it has saved itself for the file of another line")
  @ParameterizedTest
  @ValueSource(strings = {"5ms", "20ms"})
  void timeoutsWhileAnswersAreSaved(String timeout) throws IOException {
    String lines =
        IntStream.range(0, 300)
            .mapToObj(number -> line("f" + number, "/"))
            .collect(Collectors.joining());
    Cli cli =
        run(
            lines,
            "--jobs",
            "16",
            "--timeout",
            timeout,
            "--retries",
            "2",
            "--retry-budget",
            "100%",
            "--checkpoint",
            temp.resolve("c.db").toString());
    assertFalse(cli.out().contains("another line"), cli.out());
    Set<String> saved =
        cli.lines().stream()
            .filter(line -> line.has("file"))
            .map(line -> line.get("id").stringValue())
            .collect(Collectors.toSet());
    assertEquals(saved, Set.copyOf(files()));
  }

  @DisplayName(
      "H31: a file that is there costs its line before anything is sent; --force replaces it")
  @Test
  void whatIsThereIsKept() throws IOException {
    Files.createDirectory(folder());
    Files.writeString(folder().resolve("a"), "old");
    Files.setLastModifiedTime(folder().resolve("a"), FileTime.fromMillis(1));
    Cli cli = run(line("a", "/"));
    assertEquals(1, cli.code());
    assertTrue(cli.out().contains("'a' is there already: --force replaces it"), cli.out());
    assertEquals(0, server.requests().size());
    assertEquals("old", Files.readString(folder().resolve("a")));
    assertEquals(0, run(line("a", "/"), "--force").code());
    assertEquals("ok /", Files.readString(folder().resolve("a")));
  }

  @DisplayName("H31: no link is followed, neither one at the name nor one at a part")
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void noLinkIsFollowed(boolean force) throws IOException {
    Path victim = Files.writeString(temp.resolve("victim"), "victim");
    Files.createDirectory(folder());
    Files.createSymbolicLink(folder().resolve("a"), victim);
    Files.createSymbolicLink(folder().resolve("b"), temp.resolve("dangling"));
    Files.createSymbolicLink(folder().resolve(".millrace.0.part"), victim);
    Cli cli =
        run(line("a", "/") + line("b", "/"), force ? new String[] {"--force"} : new String[0]);
    assertEquals("victim", Files.readString(victim));
    assertFalse(Files.exists(temp.resolve("dangling")));
    assertEquals(force ? 0 : 1, cli.code(), cli.out());
    if (force) {
      assertTrue(Files.isRegularFile(folder().resolve("a"), LinkOption.NOFOLLOW_LINKS));
    }
  }

  @DisplayName("H31: the file of one line is never replaced by that of another one")
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void linesDoNotReplaceEachOther(boolean force) throws IOException {
    start(
        (request, number, answer) ->
            answer.send(200, request.target().equals("/2") ? "second" : "first"));
    Cli cli =
        run(
            line("a", "/1") + server.url("/x") + "\n" + line("a", "/2"),
            force ? new String[] {"--force", "--jobs", "1"} : new String[] {"--jobs", "1"});
    assertEquals(1, cli.code(), cli.out());
    assertEquals("first", Files.readString(folder().resolve("a")));
    assertTrue(cli.out().contains("'a' is the file of another line of this run"), cli.out());
    assertFalse(cli.out().contains("--force"), cli.out());
  }

  @DisplayName(
      "H31: two equal lines without an id have one file: the second one fails, and is not sent")
  @Test
  void equalLinesHaveOneFile() throws IOException {
    Cli cli = run((server.url("/a") + "\n").repeat(2), "--jobs", "1");
    assertEquals(1, cli.code());
    assertEquals(1, server.requests().size());
    assertTrue(cli.line(2).get("error").stringValue().contains("different ids"), cli.out());
    assertEquals(1, files().size());
  }

  @DisplayName("H31: the ids 5 and \"5\" are one, and the second line says so, before it is sent")
  @Test
  void aNumberAndItsTextAreOneId() {
    String number = "{\"id\": 5, \"url\": \"%s\"}\n".formatted(server.url("/n"));
    Cli cli = run(number + line("5", "/s"), "--jobs", "1");
    assertEquals(1, server.requests().size());
    assertTrue(cli.out().contains("'5' is the file of another line of this run"), cli.out());
  }

  @DisplayName(
      "M14: --failed of a run with --save-dir runs again into the files of the same lines, and no other")
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void failedLinesKeepTheirFiles(boolean force) throws IOException {
    AtomicBoolean isUp = new AtomicBoolean();
    start(
        (request, number, answer) ->
            answer.send(
                request.target().equals("/b") && !isUp.get() ? 404 : 200,
                "ok " + request.target()));
    Path failed = temp.resolve("failed");
    Cli first =
        run(
            Stream.of("/a", "/b", "/c").map(server::url).collect(Collectors.joining("\n")),
            "--jobs",
            "1",
            "--failed",
            failed.toString());
    assertEquals(1, first.code());
    isUp.set(true);
    Cli second =
        run(
            "",
            force ? new String[] {failed.toString(), "--force"} : new String[] {failed.toString()});
    assertEquals(0, second.code(), second.out());
    Set<String> saved =
        Stream.concat(first.lines().stream(), second.lines().stream())
            .filter(line -> line.has("file"))
            .map(
                line -> {
                  try {
                    return Files.readString(Path.of(line.get("file").stringValue()));
                  } catch (IOException gone) {
                    throw new UncheckedIOException(gone);
                  }
                })
            .collect(Collectors.toSet());
    assertEquals(Set.of("ok /a", "ok /b", "ok /c"), saved);
  }

  @DisplayName("H31: a packed answer is saved unpacked, and one that is damaged not at all")
  @Test
  void packedAnswersAreUnpacked() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(packed)) {
      zip.write("plain".repeat(50_000).getBytes(StandardCharsets.US_ASCII));
    }
    String whole = packed.toString(StandardCharsets.ISO_8859_1);
    start(
        (request, number, answer) ->
            answer.send(
                200,
                request.target().equals("/bad") ? whole.substring(0, whole.length() - 5) : whole,
                "Content-Encoding: gzip"));
    Cli cli = run(line("good", "/good") + line("bad", "/bad"));
    assertEquals(1, cli.code());
    assertEquals(List.of("good"), files());
    assertEquals("plain".repeat(50_000), Files.readString(folder().resolve("good")));
  }

  @DisplayName("H31: --max-body bounds what is saved only if it is given")
  @Test
  void maxBodyIsABound() throws IOException {
    String large = "x".repeat(11_000_000);
    start((request, number, answer) -> answer.send(200, large));
    assertEquals(0, run(line("a", "/")).code());
    assertEquals(large.length(), Files.size(folder().resolve("a")));
    Cli cli = run(line("b", "/"), "--max-body", "10999999");
    assertEquals(1, cli.code());
    assertTrue(cli.out().contains("larger than 10999999 bytes"), cli.err());
    assertEquals(List.of("a"), files());
  }

  @DisplayName(
      "H31: a run that is killed leaves no half files to the next one, and two runs are refused")
  @Test
  void partsOfOthersAreRemoved() throws IOException {
    Files.createDirectory(folder());
    Files.writeString(folder().resolve(".millrace.7.part"), "half");
    try (SaveFolder _ = SaveFolder.open(folder(), false, Optional.empty(), new UsedFiles())) {
      assertEquals(List.of(), files());
      Cli cli = run(server.url("/"));
      assertEquals(2, cli.code());
      assertTrue(cli.err().contains("--save-dir") && cli.err().contains("another run"), cli.err());
      assertEquals(0, server.requests().size());
    }
  }

  @DisplayName(
      "H31: what millrace run writes there is kept, and a directory of any name refuses nothing")
  @Test
  void partsOfCommandsAreKept() throws IOException {
    Files.createDirectory(folder());
    Path other = Files.writeString(folder().resolve(".millrace-7.part"), "of another command");
    Files.createDirectories(folder().resolve(".millrace.8.part/inner"));
    Files.createDirectories(folder().resolve(".millrace-9.part/inner"));
    try (SaveFolder _ = SaveFolder.open(folder(), false, Optional.empty(), new UsedFiles())) {
      assertTrue(Files.exists(other));
    }
  }

  @DisplayName(
      "H31: the folder stays locked against other processes, also where a checkpoint was there before")
  @Test
  @EnabledOnOs(OS.LINUX)
  void theFolderStaysLocked() throws IOException {
    for (int run = 0; run < 2; run++) {
      try (SaveFolder _ = SaveFolder.open(folder(), false, Optional.of("c"), new UsedFiles())) {
        Object inode = Files.getAttribute(folder().resolve(".millrace.lock"), "unix:ino");
        String locks = Files.readString(Path.of("/proc/locks"));
        assertTrue(locks.contains(":" + inode + " "), locks);
      }
    }
  }

  @DisplayName("H31: a folder that cannot be used is refused, and so are options that exclude it")
  @Test
  void badFoldersAreRefused() throws IOException {
    Files.writeString(folder(), "a file");
    assertTrue(run("").err().contains("no directory"));
    Cli cli = Cli.run("", "http", "--save-dir", temp.resolve("no/such").toString());
    assertEquals(2, cli.code());
    assertTrue(cli.err().contains("above it is not there"), cli.err());
    assertTrue(run("", "--no-body").err().contains("exclude each other"));
    assertTrue(run("", "--select", "/a").err().contains("exclude each other"));
  }

  @DisplayName(
      "H31: with a checkpoint, saved answers are not asked for again, and names do not depend on the order")
  @Test
  void savedAnswersAreRestored() throws IOException {
    String[] options = {"--checkpoint", temp.resolve("c").toString()};
    Cli first = run(server.url("/a") + "\n" + line("id7", "/b"), options);
    assertEquals(0, first.code(), first.err());
    List<String> before = files();
    Cli second =
        run(server.url("/new") + "\n" + server.url("/a") + "\n" + line("id7", "/b"), options);
    assertEquals(0, second.code(), second.out());
    assertEquals(3, server.requests().size());
    assertEquals(3, files().size());
    assertTrue(files().containsAll(before));
    assertTrue(before.contains("id7"), before.toString());
    assertEquals(
        first.lines().stream()
            .filter(line -> line.get("url").stringValue().endsWith("/a"))
            .findFirst()
            .orElseThrow()
            .get("file"),
        second.lines().stream()
            .filter(line -> line.get("url").stringValue().endsWith("/a"))
            .findFirst()
            .orElseThrow()
            .get("file"));
    for (var line : second.lines()) {
      String url = line.get("url").stringValue();
      assertArrayEquals(
          ("ok " + url.substring(url.lastIndexOf('/'))).getBytes(StandardCharsets.US_ASCII),
          Files.readAllBytes(Path.of(line.get("file").stringValue())));
    }
  }

  @DisplayName("H31: --force also replaces a file whose date is yet to come")
  @Test
  void aFileFromTheFuture() throws IOException {
    Files.createDirectory(folder());
    Path old = Files.writeString(folder().resolve("a"), "old");
    FileTime later = FileTime.from(Instant.now().plus(Duration.ofDays(400)));
    Files.setLastModifiedTime(old, later);
    // from when it was changed until the run begins, the clock of the file system goes on
    FileTime changed = (FileTime) Files.getAttribute(old, "unix:ctime");
    Path clock = folder().resolve("clock");
    do {
      Files.writeString(clock, "tick");
    } while (Files.getLastModifiedTime(clock).compareTo(changed) <= 0);
    Cli kept = run(line("a", "/a"));
    assertTrue(kept.out().contains("'a' is there already: --force replaces it"), kept.out());
    assertEquals("old", Files.readString(old));
    assertEquals(0, run(line("a", "/a"), "--force").code());
    assertEquals("ok /a", Files.readString(old));
    Cli twice = run(line("b", "/1") + "\n" + line("b", "/2"), "--force", "--jobs", "1");
    assertTrue(twice.out().contains("'b' is the file of another line of this run"), twice.out());
  }

  @DisplayName("H31: ids that differ only in the user of a URL say why they have one file")
  @Test
  void idsThatDifferInAUser() throws IOException {
    Cli cli = run(line("http://a:1@h/", "/1") + "\n" + line("http://b:2@h/", "/2"), "--jobs", "1");
    assertEquals(1, cli.code());
    assertTrue(
        cli.out().contains("different ids; user and password of a URL are no part"), cli.out());
  }

  @DisplayName("H31: a checkpoint replaces only what its own runs have saved")
  @Test
  void aCheckpointReplacesItsOwnOnly() throws IOException {
    Files.createDirectory(folder());
    Path foreign = Files.writeString(folder().resolve("a"), "foreign");
    Files.setLastModifiedTime(foreign, FileTime.fromMillis(1));
    String[] options = {"--checkpoint", temp.resolve("c").toString()};
    for (int run = 0; run < 2; run++) {
      Cli cli = run(line("a", "/a"), options);
      assertEquals(1, cli.code());
      assertTrue(cli.out().contains("is there already"), cli.out());
      assertEquals("foreign", Files.readString(foreign));
    }
    assertEquals(0, server.requests().size());
    Files.setLastModifiedTime(
        foreign, Files.getLastModifiedTime(folder().resolve(".millrace.lock")));
    String[] same = {"--checkpoint", temp + "/./c"};
    assertEquals(0, run(line("a", "/a"), same).code()); // as if a killed run had saved it
    assertEquals("ok /a", Files.readString(foreign));
    String[] other = {"--checkpoint", temp.resolve("other").toString()};
    assertTrue(run(line("a", "/a"), other).out().contains("is there already"));
  }

  @DisplayName("H31: a saved answer that has gone fails its line, and says what to do")
  @Test
  void aLostFileIsNoticed() throws IOException {
    String[] options = {"--checkpoint", temp.resolve("c").toString()};
    run(line("a", "/a") + line("b", "/b"), options);
    Files.delete(folder().resolve("a"));
    Cli cli = run(line("a", "/a") + line("b", "/b"), options);
    assertEquals(1, cli.code(), cli.out());
    assertTrue(
        cli.out().contains("is gone: another --checkpoint, with --force, asks for all again"),
        cli.out());
    Cli again =
        run(
            line("a", "/a") + line("b", "/b"),
            "--checkpoint",
            temp.resolve("another").toString(),
            "--force");
    assertEquals(0, again.code(), again.out());
    assertEquals(List.of("a", "b"), files());
  }

  @DisplayName("H31: ids with halves of surrogate pairs have files of their own")
  @Test
  void halvesOfSurrogatePairs() throws IOException {
    List<String> ids = List.of("?", "\\ud800", "\\ud801", "\\udfff", "\\ufffd", "\\ud83d\\ude00");
    Cli cli = run(ids.stream().map(id -> line(id, "/")).collect(Collectors.joining()));
    assertEquals(0, cli.code(), cli.out());
    assertEquals(
        Set.of("%3F", "%ED%A0%80", "%ED%A0%81", "%ED%BF%BF", "%EF%BF%BD", "%F0%9F%98%80"),
        Set.copyOf(files()));
  }

  @DisplayName("M7: the summary counts lines whose files are there already as failures of one kind")
  @Test
  void oneKindOfFailure() throws IOException {
    Files.createDirectory(folder());
    for (String name : List.of("a", "b")) {
      Path file = Files.writeString(folder().resolve(name), "old");
      Files.setLastModifiedTime(file, FileTime.fromMillis(1));
    }
    Cli cli = run(line("a", "/") + line("b", "/"));
    assertTrue(cli.err().contains("2 x --save-dir: its file is there already"), cli.err());
  }
}
