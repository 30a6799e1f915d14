package io.millrace.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Success;
import io.millrace.plan.Retry;
import io.millrace.testkit.NoLeaks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NoLeaks
class CrashTest {
  private final Quiet.Lines printed = new Quiet.Lines();
  private final ProcessPool pool =
      ProcessPool.open(Quiet.workers(2).memoryLimit(64 << 20).standardOutput(printed.output()));

  @AfterEach
  void close() {
    pool.close();
    Gone.assertNoChildren();
  }

  @Test
  @DisplayName(
      "AX3: System.exit in a task fails that task, with the exit code and what was printed")
  void exitFailsTheTask() throws Exception {
    RemoteFunction.Call<Integer> exiting =
        () -> {
          System.err.println("out of luck");
          System.exit(7);
          return 0;
        };

    var error = assertThrows(WorkerDiedException.class, () -> pool.call(exiting));

    assertEquals(7, error.exitCode());
    assertEquals(List.of("out of luck"), error.lastLines());
    assertFalse(error.outOfMemory());
    assertTrue(error.getMessage().contains("exit code 7"), error.getMessage());
    assertTrue(error.getMessage().contains("out of luck"), error.getMessage());
    assertEquals(1, pool.call(() -> 1), "the next task");
  }

  @Test
  @DisplayName(
      "P3: what a worker printed steers no terminal in the message, and is there as it was")
  void lastLinesAreEscaped() {
    RemoteFunction.Call<Integer> exiting =
        () -> {
          System.err.print("\u001b]0;title\u0007\n");
          System.exit(7);
          return 0;
        };

    var error = assertThrows(WorkerDiedException.class, () -> pool.call(exiting));

    assertTrue(error.getMessage().endsWith("\n  \\u001b]0;title\\u0007"), error.getMessage());
    assertEquals(List.of("\u001b]0;title\u0007"), error.lastLines());
  }

  @Test
  @DisplayName("AX3: a process that halts in the middle of a task is replaced")
  void haltFailsTheTask() throws Exception {
    long first = pool.call(() -> ProcessHandle.current().pid());

    var error =
        assertThrows(
            WorkerDiedException.class,
            () ->
                pool.call(
                    () -> {
                      Runtime.getRuntime().halt(3);
                      return 0;
                    }));

    assertEquals(3, error.exitCode());
    assertFalse(error.outOfMemory(), "exit code 3 alone does not mean so");
    assertNotEquals(first, pool.call(() -> ProcessHandle.current().pid()));
  }

  @Test
  @DisplayName("AX3: what many tasks die of is one cause in a report")
  void oneCause() {
    var results =
        pool.parallel()
            .map(
                List.of(1, 2, 3),
                pool.action(
                    (Integer item) -> {
                      Runtime.getRuntime().halt(3);
                      return item;
                    }));

    assertEquals(1, results.report().groups().size(), () -> results.report().toString());
  }

  @Test
  @DisplayName("AX3: a process killed from outside fails its task only")
  void killFailsTheTask() throws Exception {
    var results = new ArrayList<Object>();
    try (var run =
        Parallel.of(2)
            .start(
                List.of("victim", "other"),
                pool.action(
                    (String item) -> {
                      if (item.equals("victim")) {
                        System.out.println(ProcessHandle.current().pid());
                        LockSupport.park();
                      }
                      return item;
                    }))) {
      long victim = Long.parseLong(printed.next());
      assertTrue(ProcessHandle.of(victim).orElseThrow().destroyForcibly());
      for (var next = run.take(); next.isPresent(); next = run.take()) {
        switch (next.get()) {
          case Success<String, String> success -> results.add(success.value());
          case Failure<String, String> failure -> results.add(failure.error().getClass());
          case NotRun<String, String> notRun -> results.add(notRun);
        }
      }
    }

    assertEquals(2, results.size());
    assertTrue(results.contains("other"), results::toString);
    assertTrue(results.contains(WorkerDiedException.class), results::toString);
  }

  @Test
  @DisplayName("AX3: an idle process killed from outside fails nothing")
  void killOfAnIdleProcessFailsNothing() throws Exception {
    for (int round = 0; round < 3; round++) {
      long idle = pool.call(() -> ProcessHandle.current().pid());
      ProcessHandle.of(idle).orElseThrow().destroyForcibly();
      Gone.await(idle);

      assertNotEquals(idle, pool.call(() -> ProcessHandle.current().pid()));
    }
  }

  @Test
  @DisplayName("AX3: a task that uses up the memory fails, and says so")
  void outOfMemoryFailsTheTask() throws Exception {
    var error =
        assertThrows(
            WorkerDiedException.class,
            () ->
                pool.call(
                    () -> {
                      List<byte[]> hoard = new ArrayList<>();
                      while (hoard.size() < 1_000_000) {
                        hoard.add(new byte[1 << 20]);
                      }
                      return hoard.size();
                    }));

    assertTrue(error.outOfMemory(), error.getMessage());
    assertTrue(error.getMessage().contains("ran out of memory"), error.getMessage());
    assertEquals(1, pool.call(() -> 1));
  }

  @Test
  @DisplayName("AX3: a retry repeats what a crash has ended")
  void aRetrySurvivesACrash(@TempDir Path folder) {
    var crashOnce =
        pool.action(
            (String marker) -> {
              if (Files.notExists(Path.of(marker))) {
                Files.createFile(Path.of(marker));
                Runtime.getRuntime().halt(1);
              }
              return marker;
            });
    var markers = IntStream.range(0, 4).mapToObj(i -> folder.resolve("m" + i).toString()).toList();

    var results = pool.parallel().retry(Retry.ofAttempts(2)).map(markers, crashOnce);

    assertEquals(markers, results.values());
    results.successes().forEach(success -> assertEquals(2, success.attempts()));
  }

  @Test
  @DisplayName("AX3: an endless recursion is an error of the task, not the end of its process")
  void stackOverflowIsAnError() throws Exception {
    long first = pool.call(() -> ProcessHandle.current().pid());

    assertThrows(StackOverflowError.class, () -> pool.call(() -> Deep.down(0)));

    assertEquals(first, pool.call(() -> ProcessHandle.current().pid()));
  }

  /** Never comes to an end. */
  static final class Deep {
    private Deep() {}

    static int down(int level) {
      return level < 0 ? level : down(level + 1) + 1;
    }
  }
}
