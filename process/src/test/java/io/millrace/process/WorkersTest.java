package io.millrace.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import io.millrace.plan.Action;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How workers are started, prepared, counted and replaced. */
@NoLeaks
class WorkersTest {
  private static int setUps;

  @AfterEach
  void nothingIsLeft() {
    Gone.assertNoChildren();
  }

  private static Action<Integer, Long> pids(ProcessPool pool) {
    return pool.action(item -> ProcessHandle.current().pid());
  }

  @Test
  @DisplayName("AX3: one task a process at a time, in as many processes as asked for")
  void oneTaskAProcess() throws Exception {
    try (Gate gate = new Gate();
        ProcessPool pool = ProcessPool.open(Quiet.workers(3))) {
      int port = gate.port();
      Action<Integer, Long> held =
          pool.action(
              item -> {
                Gate.pass(port);
                return ProcessHandle.current().pid();
              });
      try (var run = Parallel.of(3).start(List.of(0, 1, 2), held)) {
        gate.awaitOne();
        gate.awaitOne();
        gate.awaitOne();
        gate.open();
        assertEquals(3, run.stream().map(WorkersTest::value).distinct().count());
      }
    }
  }

  private static Long value(Outcome<Integer, Long> outcome) {
    return ((Success<Integer, Long>) outcome).value();
  }

  @Test
  @DisplayName("AX3: more concurrency than processes waits; never more processes than asked for")
  void moreCallersThanProcesses() throws Exception {
    try (ProcessPool pool = ProcessPool.open(Quiet.workers(2))) {
      var results = Parallel.of(50).map(IntStream.range(0, 500).boxed().toList(), pids(pool));
      assertTrue(new HashSet<>(results.values()).size() <= 2);
      assertTrue(pool.processes().size() <= 2);
    }
  }

  @Test
  @DisplayName("AX3: after maxTasksPerWorker tasks a process is replaced")
  void processesAreReplaced() throws Exception {
    try (ProcessPool pool = ProcessPool.open(Quiet.workers(1).maxTasksPerWorker(3))) {
      List<Long> seen = new ArrayList<>();
      for (int i = 0; i < 7; i++) {
        seen.add(pids(pool).apply(i));
      }
      Set<Long> processes = new HashSet<>(seen);
      assertEquals(3, processes.size(), seen::toString);
      processes.forEach(p -> assertTrue(Collections.frequency(seen, p) <= 3, seen::toString));
    }
  }

  @Test
  @DisplayName("AX3: the setup runs once in each process, before its first task")
  void theSetupRunsOnce() throws Exception {
    var options = Quiet.workers(2).setup(() -> setUps++);
    try (ProcessPool pool = ProcessPool.open(options)) {
      assertEquals("ProcessPool[at most 2 processes, 0 running]", pool.toString());
      pool.startAll();
      assertEquals("ProcessPool[at most 2 processes, 2 running]", pool.toString());
      var counts = pool.parallel().map(List.of(1, 2, 3, 4), pool.action(item -> setUps));
      assertEquals(List.of(1, 1, 1, 1), counts.values());
      assertEquals(0, setUps);
    }
  }

  @Test
  @DisplayName("AX3: a setup that fails is a clear error of each call, and no endless loop")
  void aFailingSetup(@TempDir Path folder) throws Exception {
    String tries = folder.toString();
    var options =
        Quiet.workers(2)
            .setup(
                () -> {
                  Files.createTempFile(Path.of(tries), "try", "");
                  throw new IOException("no data");
                });
    try (ProcessPool pool = ProcessPool.open(options)) {
      for (int i = 0; i < 2; i++) {
        var error = assertThrows(WorkerStartException.class, () -> pids(pool).apply(1));
        assertInstanceOf(IOException.class, error.getCause());
        assertTrue(error.getMessage().contains("setup"), error.getMessage());
        assertTrue(error.getMessage().contains("no data"), error.getMessage());
      }
      var results = Parallel.of(2).map(List.of(1, 2, 3), pids(pool));
      assertEquals(3, results.failures().size());
      assertEquals(List.of(), pool.processes());
    }
    try (var files = Files.list(folder)) {
      assertTrue(files.count() <= 5, "one start for each call");
    }
  }

  @Test
  @DisplayName("AX3: a setup that exits or captures what is not allowed is a clear error")
  void otherFailingSetups() throws Exception {
    try (ProcessPool exits =
        ProcessPool.open(
            Quiet.workers(1)
                .setup(
                    () -> {
                      System.err.println("going");
                      System.exit(4);
                    }))) {
      var error = assertThrows(WorkerStartException.class, () -> pids(exits).apply(1));
      assertTrue(error.getMessage().contains("exit code 4"), error.getMessage());
      assertTrue(error.getMessage().contains("going"), error.getMessage());
    }
    var order = new TransferTest.Order("a", List.of());
    try (ProcessPool refused = ProcessPool.open(Quiet.workers(1).setup(() -> order.name()))) {
      var error = assertThrows(WorkerStartException.class, refused::startAll);
      assertInstanceOf(TransferException.class, error.getCause());
    }
    Object thing = new Object();
    var unserializable = Quiet.workers(1).setup(() -> thing.hashCode());
    assertThrows(TransferException.class, () -> ProcessPool.open(unserializable));
  }

  @Test
  @DisplayName("AX3: a wrong JVM option is a clear error with what the JVM has said")
  void wrongJvmOptions() throws Exception {
    try (ProcessPool pool = ProcessPool.open(Quiet.workers(2).jvmOptions("-XX:+NoSuchThing"))) {
      var error = assertThrows(WorkerStartException.class, () -> pids(pool).apply(1));
      assertTrue(error.getMessage().contains("NoSuchThing"), error.getMessage());
      assertThrows(WorkerStartException.class, pool::startAll);
    }
  }

  @Test
  @DisplayName("AX3: a process that does not get ready in time is killed, and its task fails")
  void slowStarts() throws Exception {
    var options =
        Quiet.workers(1).startTimeout(Duration.ofMillis(300)).setup(WorkersTest::parkForEver);
    try (ProcessPool pool = ProcessPool.open(options)) {
      var error = assertThrows(WorkerStartException.class, () -> pids(pool).apply(1));
      assertTrue(error.getMessage().contains("startTimeout"), error.getMessage());
    }
  }

  private static void parkForEver() {
    while (true) {
      LockSupport.park();
    }
  }

  @Test
  @DisplayName("AX3: a caller that gives up while a process starts does not stop it from starting")
  void shortDeadlinesDoNotPreventStarts() throws Exception {
    try (ProcessPool pool = ProcessPool.open(Quiet.workers(1))) {
      var hasty = Parallel.of(1).attemptTimeout(Duration.ofMillis(1)).map(List.of(1), pids(pool));
      assertEquals(1, hasty.failures().size());
      long process = pids(pool).apply(1);
      assertEquals(List.of(process), pool.processes());
    }
  }

  @Test
  @DisplayName("AX3: JVM options, environment and directory reach the processes")
  void optionsReachTheProcesses(@TempDir Path folder) throws Exception {
    var options =
        Quiet.workers(1)
            .jvmOptions("-Dgreeting=say \"hi\" \\ # $HOME", "-Dempty=")
            .memoryLimit(96L << 20)
            .environment("MILLRACE_TEST", "ä b")
            .environment("SECOND", "2")
            .directory(folder);
    try (ProcessPool pool = ProcessPool.open(options)) {
      assertEquals("say \"hi\" \\ # $HOME", pool.call(() -> System.getProperty("greeting")));
      assertEquals("", pool.call(() -> System.getProperty("empty")));
      assertEquals("2", pool.call(() -> System.getenv("SECOND")));
      assertEquals(
          folder.toRealPath().toString(), pool.call(() -> Path.of("").toRealPath().toString()));
      assertTrue(pool.call(() -> Runtime.getRuntime().maxMemory()) <= 96L << 20);
    }
  }

  @Test
  @DisplayName("AX3: nothing secret stands on the command line or in the environment of a worker")
  void commandLinesTellNothing() throws Exception {
    try (ProcessPool pool = ProcessPool.open(Quiet.workers(1).jvmOptions("-Dpassword=pssst"))) {
      long process = pool.call(() -> ProcessHandle.current().pid());
      var info = ProcessHandle.of(process).orElseThrow().info();
      String line =
          info.commandLine().orElse("") + String.join(" ", info.arguments().orElseThrow());
      assertTrue(!line.contains("pssst"), line);
    }
  }

  @Test
  @DisplayName("AX3: however much workers print, tasks are not disturbed, and lines come out whole")
  void printingDisturbsNothing() throws Exception {
    List<String> out = Collections.synchronizedList(new ArrayList<>());
    List<String> err = Collections.synchronizedList(new ArrayList<>());
    var options =
        Quiet.workers(2)
            .standardOutput(WorkerOutput.lines(out::add))
            .standardError(WorkerOutput.lines(err::add));
    try (ProcessPool pool = ProcessPool.open(options)) {
      var noisy =
          pool.action(
              (Integer item) -> {
                for (int i = 0; i < 1000; i++) {
                  System.out.println("out " + item);
                  System.err.println("err " + item);
                }
                System.out.write(new byte[] {0, 1, 2, (byte) 255, '\n'});
                System.out.flush();
                new ProcessBuilder("sh", "-c", "echo from a child").inheritIO().start().waitFor();
                return item;
              });
      var items = IntStream.range(0, 20).boxed().toList();

      assertEquals(items, pool.parallel().map(items, noisy).values());
    }
    assertEquals(20_000, out.stream().filter(line -> line.startsWith("out ")).count());
    assertEquals(20_000, err.stream().filter(line -> line.startsWith("err ")).count());
    assertEquals(20, out.stream().filter("from a child"::equals).count());
  }

  @Test
  @DisplayName(
      "AX3: a long line comes in pieces of whole characters, and one that just fits in one")
  void longLines() throws Exception {
    byte[] accents = ("x" + "\u00e9".repeat(5000)).getBytes(StandardCharsets.UTF_8);
    byte[] full = "x".repeat(8192).getBytes(StandardCharsets.UTF_8);
    List<String> out = Collections.synchronizedList(new ArrayList<>());
    var options = Quiet.workers(1).standardOutput(WorkerOutput.lines(out::add));
    try (ProcessPool pool = ProcessPool.open(options)) {
      pool.call(
          () -> {
            for (byte[] line : List.of(accents, full)) {
              System.out.write(line);
              System.out.write('\n');
            }
            System.out.flush();
            return 0;
          });
    }
    Charset charset = Charset.forName(System.getProperty("native.encoding"));
    assertEquals(
        List.of(
            new String(accents, 0, 8193, charset),
            new String(accents, 8193, accents.length - 8193, charset),
            new String(full, charset)),
        out);
  }

  @Test
  @DisplayName("AX3: standard input of a task is empty, and closing its streams disturbs nothing")
  void streamsBelongToTheTask() throws Exception {
    try (ProcessPool pool = ProcessPool.open(Quiet.workers(1))) {
      assertEquals(-1, pool.call(() -> System.in.read()));
      pool.call(
          () -> {
            System.in.close();
            System.out.close();
            System.err.close();
            return 0;
          });
      assertEquals(1, pool.call(() -> 1));
    }
  }

  @Test
  @DisplayName("AX3: a consumer of lines that throws loses its line, and no more")
  void consumersMayThrow() throws Exception {
    var failing = WorkerOutput.lines(line -> assertEquals("never", line));
    try (ProcessPool pool = ProcessPool.open(Quiet.workers(1).standardOutput(failing))) {
      assertEquals(
          1,
          pool.call(
              () -> {
                System.out.println("hello");
                return 1;
              }));
      assertEquals(2, pool.call(() -> 2));
    }
  }

  @Test
  @DisplayName("A88: options below their least are refused at the call, with name and value")
  void optionsAreChecked() {
    assertRefused("processes must be at least 1, not 0", () -> ProcessOptions.of(0));
    var options = ProcessOptions.of(1);
    assertRefused(
        "maxTasksPerWorker must be at least 1, not 0", () -> options.maxTasksPerWorker(0));
    assertRefused("memoryLimit must be at least 2097152, not 5", () -> options.memoryLimit(5));
    assertRefused("maxMessage must be at least 1024, not 0", () -> options.maxMessage(0));
    assertRefused("maxDepth must be at least 1, not 0", () -> options.maxDepth(0));
    assertRefused(
        "startTimeout must be longer than zero, not PT0S",
        () -> options.startTimeout(Duration.ZERO));
    assertRefused(
        "grace must not be negative, but is PT-1S", () -> options.grace(Duration.ofSeconds(-1)));
    for (String pattern :
        List.of("", "*", "**", "!com.acme.*", "com.acme.*;*", "com..acme", "a b")) {
      assertThrows(IllegalArgumentException.class, () -> options.allow(pattern), pattern);
    }
    assertThrows(NullPointerException.class, () -> options.setup(null));
    assertThrows(NullPointerException.class, () -> options.jvmOptions((String) null));
    assertThrows(NullPointerException.class, () -> options.allow((Class<?>) null));
    assertThrows(NullPointerException.class, () -> WorkerOutput.lines(null));
    assertThrows(NullPointerException.class, () -> ProcessPool.open(null));
  }

  private static void assertRefused(String message, Runnable call) {
    var error = assertThrows(IllegalArgumentException.class, call::run);
    assertEquals(message, error.getMessage());
  }

  @Test
  @DisplayName("AX3: a thousand short calls do not take long")
  void callsAreQuick() throws Exception {
    try (ProcessPool pool = ProcessPool.open(Quiet.workers(1))) {
      var next = pool.action((Integer item) -> item + 1);
      assertTimeout(
          Duration.ofSeconds(20),
          () -> {
            int value = 0;
            for (int i = 0; i < 1000; i++) {
              value = next.apply(value);
            }
            assertEquals(1000, value);
          });
    }
  }
}
