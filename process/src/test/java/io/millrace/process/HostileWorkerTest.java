package io.millrace.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.millrace.Parallel;
import io.millrace.outcome.Failure;
import io.millrace.testkit.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A worker that was taken over fails its own tasks and nothing else: whatever it sends, prints or leaves
 * behind.
 */
@NoLeaks
class HostileWorkerTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  /* They leave the task without an answer, so each takes as long as its time. */
  private static final Set<Impostor.Way> SILENT =
      EnumSet.of(Impostor.Way.UNFINISHED, Impostor.Way.NO_HELLO, Impostor.Way.FLOOD);

  private static ProcessOptions hostile(Impostor.Way way) {
    return ProcessOptions.of(1)
        .jvmOptions(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-Dway=" + way,
            Impostor.class.getName())
        .standardOutput(WorkerOutput.discard())
        .standardError(WorkerOutput.discard())
        .startTimeout(Duration.ofSeconds(4))
        .grace(Duration.ofMillis(100));
  }

  @ParameterizedTest
  @EnumSource(Impostor.Way.class)
  @DisplayName(
      "P3: a hostile worker fails its task, in time, and neither holds close() nor a thread")
  void itFailsItsTaskOnly(Impostor.Way way) throws InterruptedException {
    Duration time = Duration.ofSeconds(SILENT.contains(way) ? 2 : 4);
    assertTimeoutPreemptively(
        SOON,
        () -> {
          try (ProcessPool pool = ProcessPool.open(hostile(way))) {
            var results =
                Parallel.of(1)
                    .attemptTimeout(time)
                    .grace(Duration.ofSeconds(20))
                    .map(List.of(1), pool.action((Integer item) -> item));
            assertIsAFailure(way, results.failures());
          }
        });
    assertNoThreads();
  }

  private static void assertIsAFailure(Impostor.Way way, List<Failure<Integer, Integer>> failures) {
    assertEquals(1, failures.size(), way::name);
    Throwable error = failures.getFirst().error();
    switch (error) {
      case TransferException _, WorkerDiedException _, WorkerStartException _, TimeoutException _ ->
          assertTrue(String.valueOf(error.getMessage()).length() < 20_000, "a long message");
      default -> fail("not what a call may throw", error);
    }
  }

  /* One that has nothing left to do may be about to end. */
  private static void assertNoThreads() throws InterruptedException {
    List<String> left = new ArrayList<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("process-pool") && !thread.join(Duration.ofSeconds(5))) {
        left.add(thread.getName());
      }
    }
    assertEquals(List.of(), left, "threads that are left behind");
  }

  @Test
  @DisplayName(
      "P3: a worker that prints without end fills no log: what is more than its task may is dropped")
  void floodsAreDropped() throws Exception {
    AtomicLong characters = new AtomicLong();
    WorkerOutput counting = WorkerOutput.lines(line -> characters.addAndGet(line.length()));
    ProcessOptions options =
        hostile(Impostor.Way.FLOOD)
            .standardOutput(counting)
            .standardError(counting)
            .maxOutput(100_000);
    try (ProcessPool pool = ProcessPool.open(options)) {
      pool.startAll();
      var results =
          Parallel.of(1)
              .attemptTimeout(Duration.ofMillis(1_500))
              .grace(Duration.ofSeconds(20))
              .map(List.of(1, 2), pool.action((Integer item) -> item));
      assertEquals(2, results.failures().size());
    }
    assertTrue(characters.get() > 0, "something");
    assertTrue(characters.get() <= 2 * 2 * 101_000, () -> characters + " characters");
  }

  @Test
  @DisplayName(
      "P3: what a task may print is passed on whole, then a line says that more was dropped")
  void theLimitIsSaid() throws Exception {
    Quiet.Lines printed = new Quiet.Lines();
    try (ProcessPool pool =
        ProcessPool.open(Quiet.workers(1).standardOutput(printed.output()).maxOutput(10))) {
      for (int task = 0; task < 2; task++) {
        pool.call(
            () -> {
              System.out.print("123456\nabcdef\n");
              System.out.flush();
              return 1;
            });
        assertEquals("123456", printed.next());
        String note = printed.next();
        assertTrue(note.contains("more than 10 bytes in a task"), note);
      }
    }
  }

  @Test
  @DisplayName("P6: a long line of a worker that died makes no long message")
  void longLinesAreCut() {
    try (ProcessPool pool = ProcessPool.open(hostile(Impostor.Way.LONG_LINES))) {
      var error =
          (WorkerDiedException)
              Parallel.of(1)
                  .map(List.of(1), pool.action((Integer item) -> item))
                  .failures()
                  .getFirst()
                  .error();
      assertTrue(error.getMessage().length() < 10_000, () -> "" + error.getMessage().length());
      assertEquals(20, error.lastLines().size());
    }
  }
}
