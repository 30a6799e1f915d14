package io.millrace.checkpoint.jdbc;

import static io.millrace.checkpoint.jdbc.Samples.NAME;
import static io.millrace.checkpoint.jdbc.Samples.values;
import static io.millrace.checkpoint.jdbc.StoreContract.assertFound;
import static io.millrace.checkpoint.jdbc.StoreContract.assertSays;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.spi.CheckpointSession;
import io.millrace.checkpoint.spi.Spent;
import io.millrace.outside.Child;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint's file among others, and between processes. */
class SqliteSafetyTest {
  @TempDir Path directory;
  private Path file;
  private JdbcStore store;

  @BeforeEach
  void setUp() {
    file = directory.resolve("run.checkpoint");
    store = JdbcStore.file(file);
  }

  @Test
  @DisplayName(
      "new files are private, also those beside; existing modes and the directory's are kept")
  void modes() throws IOException {
    var before = Files.getPosixFilePermissions(directory);
    try (CheckpointSession session = store.open(NAME)) {
      session.commit(values(0, 10, 10), Spent.NONE);
      assertEquals(
          List.of(
              "run.checkpoint", "run.checkpoint-shm", "run.checkpoint-wal", "run.checkpoint.lock"),
          List.copyOf(contents().keySet()));
      for (String name : contents().keySet()) {
        assertEquals("rw-------", mode(directory.resolve(name)), name);
      }
    }
    assertEquals(
        List.of("run.checkpoint", "run.checkpoint.lock"), List.copyOf(contents().keySet()));
    for (String name : contents().keySet()) {
      Files.setPosixFilePermissions(
          directory.resolve(name), PosixFilePermissions.fromString("rw-rw-r--"));
    }
    try (CheckpointSession session = store.open(NAME)) {
      session.commit(values(10, 20, 10), Spent.NONE);
      for (String name : contents().keySet()) {
        assertEquals("rw-rw-r--", mode(directory.resolve(name)), name);
      }
    }
    assertEquals(before, Files.getPosixFilePermissions(directory));
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  @DisplayName(
      "a symbolic link is refused, as the file or beside it, and what it leads to is not touched")
  void symbolicLinks() throws IOException {
    Path target = directory.resolve("target");
    for (String suffix : List.of("", "-wal", "-shm", ".lock", ".new")) {
      Path link = directory.resolve("run.checkpoint" + suffix);
      Files.createSymbolicLink(link, target);
      assertSays(
          assertThrows(CheckpointException.class, () -> store.open(NAME)),
          "symbolic link",
          link.toString());
      assertThrows(CheckpointException.class, () -> store.info());
      Files.delete(link);
      assertFalse(Files.exists(target));
      assertEquals(Map.of(), contents());
    }
    Files.createDirectory(directory.resolve("real"));
    Files.createSymbolicLink(directory.resolve("alias"), directory.resolve("real"));
    JdbcStore.file(directory.resolve("alias/x")).open(NAME).close();
    assertTrue(Files.exists(directory.resolve("real/x")), "a directory may be one");
  }

  @Test
  @DisplayName("a file with two names is refused by both, as two runs would have a log for each")
  void hardLinks() throws IOException {
    try (CheckpointSession session = store.open(NAME)) {
      session.commit(values(0, 5, 5), Spent.NONE);
    }
    Path other = directory.resolve("other.checkpoint");
    Files.createLink(other, file);
    for (Path each : List.of(file, other)) {
      JdbcStore named = JdbcStore.file(each);
      assertSays(
          assertThrows(CheckpointException.class, () -> named.open(NAME)),
          each.toString(),
          "hard link",
          "copy");
      assertThrows(CheckpointException.class, () -> named.info());
    }
    Files.delete(other);
    try (CheckpointSession session = store.open(NAME)) {
      assertFound(session, values(0, 5, 5));
    }
  }

  @Test
  @DisplayName("what is no checkpoint is refused, with advice, and not changed")
  void foreignFiles() throws Exception {
    Files.writeString(file, "notes, ".repeat(1_000));
    assertRefused("no checkpoint", "another path");
    Files.writeString(file, "SQLite format 3\0");
    assertRefused("no checkpoint", "another path");
    Files.write(file, new byte[0]);
    assertRefused("empty", "delete it");
    Files.delete(file);
    Files.createDirectory(file);
    assertSays(assertThrows(CheckpointException.class, () -> store.open(NAME)), "no regular file");
    Files.delete(file);
    execute("CREATE TABLE theirs (x)");
    assertRefused("no checkpoint", "another path");
  }

  @Test
  @DisplayName("a look at a checkpoint that is not there is told so, without a directory to create")
  void notThere() throws Exception {
    for (var look : List.of(() -> store.info(), (Executable) () -> store.failures().close())) {
      var error = assertThrows(CheckpointException.class, look);
      assertSays(error, file.toString(), "there is no checkpoint", "path is right");
      assertFalse(error.getMessage().contains("Create the directory"), error.getMessage());
    }
  }

  @Test
  @DisplayName("a file of a newer version is refused and not changed")
  void newerFile() throws Exception {
    store.open(NAME).close();
    execute("PRAGMA user_version = 2");
    assertRefused("newer Millrace", "format 2", "format 1");
  }

  @Test
  @DisplayName("a file with other tables, or with a trigger, is refused and not changed")
  void otherTables() throws Exception {
    store.open(NAME).close();
    byte[] whole = Files.readAllBytes(file);
    for (String sql :
        List.of(
            "CREATE TABLE theirs (x)",
            "CREATE TRIGGER t AFTER INSERT ON millrace_outcome BEGIN SELECT 1; END",
            "DROP TABLE millrace_outcome",
            "DROP INDEX millrace_outcome_id",
            "DELETE FROM millrace_checkpoint")) {
      Files.write(file, whole);
      execute(sql);
      assertRefused("damaged");
    }
  }

  @Test
  @DisplayName("views in place of the tables are asked nothing, also by those who only look")
  void viewsInPlaceOfTables() throws Exception {
    store.open(NAME).close();
    execute(
        "DROP TABLE millrace_outcome",
        "DROP TABLE millrace_checkpoint",
        "CREATE VIEW millrace_outcome AS SELECT x'00' id, 2 state, x'00' outcome, 1 number",
        "CREATE VIEW millrace_checkpoint AS SELECT 1 format, printf('%.*c', 900000000, 'x') action,"
            + " 'v' version, 0 created, 0 changed, 0 succeeded, 0 failed, 0 failed_finally, 0 ids,"
            + " 0 checksum, 0 calls, 0 permits, 0.0 money");
    assertRefused("damaged", "its tables are not those of a checkpoint");
    assertSays(
        assertThrows(CheckpointException.class, () -> store.info()), "its tables are not those");
    assertSays(
        assertThrows(CheckpointException.class, () -> store.failures().toList()),
        "its tables are not those");
  }

  @Test
  @DisplayName("a text that is longer than any of ours is not read")
  void giantTexts() throws Exception {
    store.open(NAME).close();
    execute("UPDATE millrace_checkpoint SET action = hex(zeroblob(20000000))");
    assertSays(assertThrows(CheckpointException.class, () -> store.info()), "damaged", "too big");
  }

  @Test
  @DisplayName("no name in a file of somebody else steers the terminal of whoever opens it")
  void namesOfStrangers() throws Exception {
    store.open(CheckpointName.of("a\u001b[2J\nERROR", "1")).close();
    assertSays(
        assertThrows(CheckpointException.class, () -> store.open(NAME)),
        "action \"a\\u001b[2J\\nERROR\"");
    execute(
        "PRAGMA writable_schema = ON",
        "INSERT INTO sqlite_schema VALUES ('table', 'a' || char(27) || '[2J', 'a', 2, 'CREATE TABLE a (')");
    for (Executable opening : List.<Executable>of(() -> store.open(NAME), () -> store.info())) {
      Throwable error = assertThrows(CheckpointException.class, opening);
      assertSays(error, "damaged", "a\\u001b[2J");
      for (; error != null; error = error.getCause()) {
        String message = String.valueOf(error.getMessage());
        assertFalse(message.contains("\u001b"), message);
      }
    }
    Holder holder = new Holder(1, "h\u001b[2J", Instant.EPOCH);
    assertSays(FileLease.refusal(store, holder), "on h\\u001b[2J");
  }

  @Test
  @DisplayName("an index that calls what succeeded a failure is found out")
  void foreignEntriesInTheIndexOfFailures() throws Exception {
    try (CheckpointSession session = store.open(NAME)) {
      session.commit(values(0, 10, 10), Spent.NONE);
    }
    String update = "UPDATE sqlite_schema SET sql = replace(sql, 'state >= %d', 'state >= %d')";
    execute("PRAGMA writable_schema = ON", update.formatted(2, 0));
    execute("REINDEX millrace_outcome_failed");
    execute("PRAGMA writable_schema = ON", update.formatted(0, 2));
    assertSays(
        assertThrows(CheckpointException.class, () -> store.failures().toList()),
        "damaged",
        "index of failed items");
  }

  @Test
  @DisplayName("a row that lost its checksum, or its entry in the index, is found out")
  void damagedRows() throws Exception {
    try (CheckpointSession session = store.open(NAME)) {
      session.commit(values(0, 10, 10), Spent.NONE);
    }
    byte[] whole = Files.readAllBytes(file);
    execute("DELETE FROM millrace_outcome WHERE number = 9");
    assertRefused("damaged", "index");
    Files.write(file, whole);
    execute("UPDATE millrace_outcome SET state = 1 WHERE number = 5");
    try (CheckpointSession session = store.open(NAME)) {
      assertFound(session, values(0, 5, 10));
      var refusal =
          assertThrows(CheckpointException.class, () -> assertFound(session, values(5, 6, 10)));
      assertSays(refusal, "damaged", "row 5", "delete it");
    }
    Files.write(file, whole);
    execute("UPDATE millrace_checkpoint SET version = 'model-8'");
    assertRefused("damaged");
  }

  @Test
  @DisplayName("a log without its file is refused")
  void logAlone() throws IOException {
    Files.write(directory.resolve("run.checkpoint-wal"), new byte[5_000]);
    assertSays(
        assertThrows(CheckpointException.class, () -> store.open(NAME)), "-wal", "Put that back");
  }

  @Test
  @DisplayName(
      "a file that is deleted, moved or replaced under a run ends it: what it would store is not where the next run looks")
  void gone() throws IOException {
    Path log = directory.resolve("run.checkpoint-wal");
    Path elsewhere = directory.resolve("elsewhere");
    List<Loss> losses =
        List.of(
            () -> Files.delete(file),
            () -> Files.delete(log),
            () -> Files.move(file, elsewhere),
            () -> {
              Files.copy(file, elsewhere);
              Files.move(elsewhere, file, StandardCopyOption.ATOMIC_MOVE);
            });
    for (Loss loss : losses) {
      try (CheckpointSession session = store.open(NAME)) {
        session.commit(values(0, 5, 5), Spent.NONE);
        loss.happens();
        assertSays(
            assertThrows(
                CheckpointException.class, () -> session.commit(values(5, 10, 5), Spent.NONE)),
            file.toString(),
            "no longer there",
            "run.checkpoint-wal");
      }
      for (Path each : List.of(file, log, elsewhere)) {
        Files.deleteIfExists(each);
      }
    }
  }

  @Test
  @DisplayName("a file that was moved under a run, and put back, has all that was delivered")
  void movedAndPutBack() throws IOException {
    Path elsewhere = directory.resolve("elsewhere");
    try (CheckpointSession session = store.open(NAME)) {
      session.commit(values(0, 5, 5), Spent.NONE);
      Files.move(file, elsewhere);
      assertThrows(CheckpointException.class, () -> session.commit(values(5, 10, 5), Spent.NONE));
    }
    Files.move(elsewhere, file);
    try (CheckpointSession session = store.open(NAME)) {
      assertFound(session, values(0, 5, 5));
    }
  }

  private interface Loss {
    void happens() throws IOException;
  }

  @Test
  @DisplayName("without a directory, there is an error that says so, and nothing is made")
  void noDirectory() throws IOException {
    var refusal =
        assertThrows(
            CheckpointException.class, () -> JdbcStore.file(directory.resolve("no/x")).open(NAME));
    assertSays(refusal, "no/x", "Create the directory");
    assertEquals(Map.of(), contents());
  }

  @Test
  @DisplayName("what was left of a start that was killed is in nobody's way")
  void killedWhileMaking() throws IOException {
    Files.writeString(directory.resolve("run.checkpoint.new"), "half of it");
    store.open(NAME).close();
    assertEquals(0, store.info().succeeded());
    assertFalse(Files.exists(directory.resolve("run.checkpoint.new")));
  }

  @Test
  @DisplayName("a full disk ends the run with an error that says so; what was stored is intact")
  void fullDisk() throws SQLException {
    try (CheckpointSession session = store.open(NAME)) {
      session.commit(values(0, 100, 1_000), Spent.NONE);
      tell(session, "PRAGMA max_page_count = 40");
      var full =
          assertThrows(
              CheckpointException.class,
              () -> session.commit(values(100, 1_000, 1_000), Spent.NONE));
      assertSays(full, "full", "intact", "make room");
      assertFound(session, values(0, 100, 1_000));
    }
    try (CheckpointSession session = store.open(NAME)) {
      assertEquals(100, session.firstNewRow());
      session.commit(values(100, 1_000, 1_000), Spent.NONE);
      assertFound(session, values(0, 1_000, 1_000));
    }
  }

  @Test
  @DisplayName("a limit on the size of files ends the run with advice; what was stored is intact")
  void limitedSize() {
    try (Child child =
        Child.start(
            List.of("bash", "-c", "ulimit -f 8000; exec \"$@\"", "bash"),
            WritingMain.class,
            file.toString())) {
      String error = child.line();
      assertTrue(error.contains("intact") && error.contains("disk"), error);
    }
    try (CheckpointSession session = store.open(NAME)) {
      int stored = Math.toIntExact(session.firstNewRow());
      assertTrue(stored > 0);
      assertFound(session, values(0, stored, 10_000));
    }
  }

  @Test
  @DisplayName(
      "a program that does not know of locks beside the file cannot write while a run has it, nor the reverse")
  void otherPrograms() throws SQLException {
    store.open(NAME).close();
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = other.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 1");
      try (CheckpointSession session = store.open(NAME)) {
        session.commit(values(0, 1, 1), Spent.NONE);
        assertThrows(SQLException.class, () -> statement.execute("DELETE FROM millrace_outcome"));
        session.commit(values(1, 2, 1), Spent.NONE);
      }
      statement.execute("BEGIN IMMEDIATE");
      assertSays(
          assertThrows(CheckpointException.class, () -> store.open(NAME)), "locked", "intact");
    }
    try (CheckpointSession session = store.open(NAME)) {
      assertFound(session, values(0, 2, 1));
    }
  }

  @Test
  @DisplayName(
      "another class loader's run in the same process is refused, and told who has the checkpoint")
  void betweenClassLoaders() throws IOException {
    store.open(NAME).close();
    Path lock = directory.resolve("run.checkpoint.lock");
    try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
        FileLock _ = channel.lock()) {
      assertSays(
          assertThrows(CheckpointException.class, () -> store.open(NAME)),
          "in use by another run",
          "process " + ProcessHandle.current().pid());
      assertTrue(store.info().holder().isPresent());
    }
  }

  @Test
  @DisplayName(
      "another class loader, with this library of its own, is refused, and may look; then it is still refused to others")
  void betweenLibraries() throws Exception {
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<URL> jars = new ArrayList<>();
    for (String jar : path.split(File.pathSeparator)) {
      jars.add(Path.of(jar).toUri().toURL());
    }
    try (CheckpointSession _ = store.open(NAME);
        URLClassLoader other =
            new URLClassLoader(jars.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Class<?> stores = other.loadClass(JdbcStore.class.getName());
      Object same = stores.getMethod("file", Path.class).invoke(null, file);
      Class<?> names = other.loadClass(CheckpointName.class.getName());
      Object name =
          names
              .getMethod("of", String.class, String.class)
              .invoke(null, NAME.action(), NAME.version());
      Method open = stores.getMethod("open", names);
      assertSays(
          assertThrows(InvocationTargetException.class, () -> open.invoke(same, name)).getCause(),
          "in use by another run",
          "process " + ProcessHandle.current().pid());
      assertSays(
          new AssertionError(stores.getMethod("info").invoke(same).toString()),
          "process " + ProcessHandle.current().pid());
      try (Child child = Child.start(HoldingMain.class, file.toString(), "1")) {
        assertNull(child.line(), "it has the checkpoint as well");
      }
      assertEquals(
          ProcessHandle.current().pid() + "",
          Files.readAllLines(directory.resolve("run.checkpoint.lock")).getFirst(),
          "who has the lock");
    }
  }

  @Test
  @DisplayName(
      "another process is refused while one has the checkpoint; when that is killed, nothing is lost and none blocked")
  void betweenProcesses() throws IOException {
    try (Child child = Child.start(HoldingMain.class, file.toString(), "50")) {
      assertEquals("stored", child.line());
      for (int round = 0; round < 3; round++) {
        var refusal = assertThrows(CheckpointException.class, () -> store.open(NAME));
        assertSays(refusal, "process " + child.pid(), Host.name());
      }
      Map<String, String> before = contents();
      CheckpointInfo info = store.info();
      assertEquals(50, info.succeeded());
      assertEquals(child.pid(), info.holder().orElseThrow().pid());
      assertEquals(0, store.failures().count());
      assertEquals(before, contents(), "to look changes nothing");
      child.kill();
    }
    Map<String, String> before = contents();
    assertTrue(before.containsKey("run.checkpoint-wal"));
    assertEquals(50, store.info().succeeded());
    assertTrue(store.info().holder().isEmpty());
    assertEquals(0, store.failures().count());
    assertThrows(CheckpointException.class, () -> store.open(CheckpointName.of("other", "1")));
    Map<String, String> after = contents();
    before.remove("run.checkpoint.lock");
    after.remove("run.checkpoint.lock");
    assertEquals(before, after, "neither to look nor to be refused changes anything");
    Files.delete(directory.resolve("run.checkpoint-shm"));
    assertEquals(50, store.info().succeeded(), "as after a copy without it");
    try (CheckpointSession session = store.open(NAME)) {
      assertEquals(50, session.firstNewRow());
      assertFound(session, values(0, 50, 1_000));
    }
  }

  private static void tell(CheckpointSession session, String sql) throws SQLException {
    Connection writing = ((JdbcSession) session).writing;
    try (Statement statement = writing.createStatement()) {
      statement.execute(sql);
    }
    writing.rollback();
  }

  private void assertRefused(String... parts) throws IOException {
    Map<String, String> before = contents();
    before.remove("run.checkpoint.lock");
    assertSays(assertThrows(CheckpointException.class, () -> store.open(NAME)), parts);
    Map<String, String> after = contents();
    after.remove("run.checkpoint.lock");
    assertEquals(before, after);
  }

  private void execute(String... all) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      for (String sql : all) {
        statement.execute(sql);
      }
    }
  }

  /** What is in the directory: names, and for each a digest of the content. */
  private Map<String, String> contents() throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> paths = Files.list(directory)) {
      paths
          .filter(path -> Files.isRegularFile(path))
          .forEach(path -> contents.put(path.getFileName().toString(), digest(path)));
    }
    return contents;
  }

  private static String digest(Path path) {
    try {
      byte[] bytes = Files.readAllBytes(path);
      return bytes.length + " bytes, " + ByteBuffer.wrap(bytes).hashCode();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
