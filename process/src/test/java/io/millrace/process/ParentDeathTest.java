package io.millrace.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of workers whose parent, a JVM of its own here, ends. */
class ParentDeathTest {
  private static final int WORKERS = 2;

  @TempDir private Path temp;

  private Process startParent(String mode) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"));
    command.add("-Djava.io.tmpdir=" + temp);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Parent.class.getName(), mode));
    return new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
  }

  private static List<Long> workers(BufferedReader lines) throws IOException {
    List<Long> workers = new ArrayList<>();
    while (workers.size() < WORKERS) {
      workers.add(Long.valueOf(lines.readLine()));
    }
    return workers;
  }

  @ParameterizedTest
  @ValueSource(strings = {"busy", "idle", "hanging"})
  @DisplayName("AX3: when the parent is killed by SIGKILL, no worker is left, whatever it does")
  void workersEndWithAKilledParent(String mode) throws Exception {
    Process parent = startParent(mode);
    try (BufferedReader lines = parent.inputReader()) {
      List<Long> workers = workers(lines);
      assertEquals(WORKERS, workers.stream().distinct().count());

      parent.destroyForcibly();

      assertTrue(parent.waitFor(Quiet.PATIENCE.toSeconds(), TimeUnit.SECONDS));
      for (long worker : workers) {
        Gone.await(worker);
      }
    }
    assertNothingIn(temp);
  }

  @Test
  @DisplayName("AX3: a parent that exits without closing its pool leaves no worker behind")
  void workersEndWithAParentThatExits() throws Exception {
    Process parent = startParent("exit");
    try (BufferedReader lines = parent.inputReader()) {
      List<Long> workers = workers(lines);

      assertEquals(5, parent.waitFor());

      workers.forEach(worker -> assertTrue(ProcessHandle.of(worker).isEmpty(), "worker " + worker));
    }
    assertNothingIn(temp);
  }

  @Test
  @DisplayName("AX3: a Ctrl-C that reaches all processes of a terminal leaves tasks to the parent")
  void workersLeaveCtrlCToTheParent() throws Exception {
    Process parent = startParent("interrupted");
    try (BufferedReader lines = parent.inputReader()) {
      List<Long> workers = workers(lines);
      for (long worker : workers) {
        String kill = "kill -INT " + worker;
        assertEquals(0, new ProcessBuilder("sh", "-c", kill).start().waitFor());
      }
      parent.getOutputStream().close();

      assertEquals("[0, 1]", lines.readLine());
      assertEquals(0, parent.waitFor());
      assertNotEquals(0, workers.size());
    }
  }

  private static void assertNothingIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(), files.filter(Files::exists).toList());
    }
  }

  /** A program with a pool, whose workers print their ids. */
  static final class Parent {
    private Parent() {}

    public static void main(String[] args) throws Exception {
      String mode = args[0];
      ProcessPool pool =
          ProcessPool.open(
              Quiet.workers(WORKERS)
                  .setup(
                      () -> {
                        if (mode.equals("hanging")) {
                          Runtime.getRuntime().addShutdownHook(new Thread(Parent::hang));
                        }
                      })
                  .standardOutput(WorkerOutput.inherit()));
      pool.startAll();
      switch (mode) {
        case "idle" -> {
          pool.processes().forEach(System.out::println);
          hang();
        }
        case "exit" -> {
          pool.processes().forEach(System.out::println);
          System.exit(5);
        }
        case "interrupted" -> {
          try (pool;
              Gate gate = new Gate()) {
            int port = gate.port();
            try (var run =
                Parallel.of(WORKERS)
                    .ordered()
                    .start(List.of(0, 1), pool.action((Integer item) -> held(item, port)))) {
              gate.awaitOne();
              gate.awaitOne();
              while (System.in.read() >= 0) {}
              gate.open();
              System.out.println(run.stream().map(outcome -> outcome.index()).sorted().toList());
            }
          }
        }
        default ->
            Parallel.of(WORKERS)
                .map(IntStream.range(0, 10).boxed().toList(), pool.action(Parent::spin));
      }
    }

    private static int held(int item, int port) throws IOException {
      System.out.println(ProcessHandle.current().pid());
      Gate.pass(port);
      return item;
    }

    private static int spin(int item) {
      System.out.println(ProcessHandle.current().pid());
      while (item >= 0) {
        Thread.onSpinWait();
      }
      return item;
    }

    private static void hang() {
      while (true) {
        LockSupport.park();
      }
    }
  }
}
