package io.millrace.process;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.NoLeaks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NoLeaks
class CloseTest {
  private final Quiet.Lines printed = new Quiet.Lines();

  @AfterEach
  void nothingIsLeft() {
    Gone.assertNoChildren();
  }

  @Test
  @DisplayName("AX10: a pool starts nothing by itself, and no more processes than are needed")
  void poolsAreLazy() throws Exception {
    try (ProcessPool pool = ProcessPool.open(Quiet.workers(3))) {
      assertEquals(List.of(), pool.processes());
      Gone.assertNoChildren();

      pool.call(() -> 1);
      pool.call(() -> 2);
      assertEquals(1, pool.processes().size());

      pool.startAll();
      assertEquals(3, pool.processes().size());
    }
  }

  @Test
  @DisplayName("AX10: a pool that was never used closes at once")
  void anUnusedPoolCloses() {
    ProcessPool pool = ProcessPool.open(Quiet.workers(2));
    pool.close();
    assertEquals(List.of(), pool.processes());
  }

  @Test
  @DisplayName("A89: a closed pool refuses calls; closing again does nothing")
  void aClosedPoolRefuses() throws Exception {
    ProcessPool pool = ProcessPool.open(Quiet.workers(1));
    var action = pool.action((Integer item) -> item + 1);
    assertEquals(2, action.apply(1));

    pool.close();

    assertThrows(RejectedExecutionException.class, () -> pool.call(() -> 1));
    assertThrows(RejectedExecutionException.class, () -> action.apply(1));
    assertThrows(RejectedExecutionException.class, pool::startAll);
    assertDoesNotThrow(pool::close);
  }

  @Test
  @DisplayName("AX3: closing ends what runs and what waits, and says so")
  void closingEndsWhatRuns() throws Exception {
    ProcessPool pool = ProcessPool.open(Quiet.workers(1).standardOutput(printed.output()));
    var action =
        pool.action(
            (Integer item) -> {
              System.out.println("running");
              LockSupport.park();
              return item;
            });
    CompletableFuture<Integer> one = inBackground(() -> action.apply(1));
    assertEquals("running", printed.next());
    CompletableFuture<Integer> two = inBackground(() -> action.apply(2));

    pool.close();

    Throwable ran = errorOf(one);
    assertInstanceOf(CancellationException.class, ran);
    assertEquals("the process pool was closed meanwhile", ran.getMessage());
    Throwable waited = errorOf(two);
    assertTrue(
        waited instanceof CancellationException || waited instanceof RejectedExecutionException,
        waited::toString);
  }

  @Test
  @DisplayName(
      "AX3: who starts all workers while the pool is closed is told so, and not that one was killed")
  void closingTellsWhoStarts() throws Exception {
    ProcessPool pool =
        ProcessPool.open(
            Quiet.workers(1)
                .standardOutput(printed.output())
                .setup(
                    () -> {
                      System.out.println("starting");
                      LockSupport.park();
                    }));
    CompletableFuture<Integer> starting =
        inBackground(
            () -> {
              pool.startAll();
              return 0;
            });
    assertEquals("starting", printed.next());

    pool.close();

    Throwable error = errorOf(starting);
    assertInstanceOf(CancellationException.class, error);
    assertEquals("the process pool was closed meanwhile", error.getMessage());
  }

  @Test
  @DisplayName("AX3: what waits for a worker when its pool is closed is told so in words")
  void closingTellsWhoWaits() throws Exception {
    ProcessPool pool = ProcessPool.open(Quiet.workers(1).standardOutput(printed.output()));
    var action =
        pool.action(
            (Integer item) -> {
              System.out.println("running");
              LockSupport.park();
              return item;
            });
    CompletableFuture<Integer> one = inBackground(() -> action.apply(1));
    assertEquals("running", printed.next());
    CompletableFuture<Thread> caller = new CompletableFuture<>();
    CompletableFuture<Integer> two =
        inBackground(
            () -> {
              caller.complete(Thread.currentThread());
              return action.apply(2);
            });
    Thread waiting = caller.get();
    while (waiting.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }

    pool.close();

    assertInstanceOf(CancellationException.class, errorOf(one));
    Throwable waited = errorOf(two);
    assertInstanceOf(CancellationException.class, waited);
    assertEquals("the process pool was closed meanwhile", waited.getMessage());
  }

  @Test
  @DisplayName("AX3: idle workers may end in their own way, within the grace period")
  void idleWorkersRunTheirHooks(@TempDir Path folder) throws Exception {
    String file = folder.resolve("ended").toString();
    RemoteFunction.Setup hook =
        () ->
            Runtime.getRuntime()
                .addShutdownHook(
                    new Thread(
                        () -> assertDoesNotThrow(() -> Files.writeString(Path.of(file), "well"))));
    try (ProcessPool pool =
        ProcessPool.open(Quiet.workers(1).setup(hook).grace(Duration.ofMinutes(1)))) {
      pool.call(() -> 1);
    }
    assertEquals("well", Files.readString(Path.of(file)));
  }

  @Test
  @DisplayName("AX3: an idle worker that does not end by itself is killed after the grace period")
  void stuckWorkersAreKilled() throws Exception {
    RemoteFunction.Setup hook =
        () -> Runtime.getRuntime().addShutdownHook(new Thread(CloseTest::parkForEver));
    try (ProcessPool pool =
        ProcessPool.open(Quiet.workers(2).setup(hook).grace(Duration.ofMillis(50)))) {
      pool.startAll();
    }
  }

  @Test
  @DisplayName("AX3: an interrupt while closing kills what is left, and is kept")
  void anInterruptHurriesTheClosing() throws Exception {
    RemoteFunction.Setup hook =
        () -> Runtime.getRuntime().addShutdownHook(new Thread(CloseTest::parkForEver));
    ProcessPool pool = ProcessPool.open(Quiet.workers(1).setup(hook).grace(Duration.ofDays(1)));
    pool.startAll();

    Thread.currentThread().interrupt();
    pool.close();

    assertTrue(Thread.interrupted());
  }

  @Test
  @DisplayName("AX3: a pool can be closed while its processes start")
  void closingWhileStarting() {
    for (int round = 0; round < 5; round++) {
      ProcessPool pool = ProcessPool.open(Quiet.workers(2));
      CompletableFuture<Integer> call = inBackground(() -> pool.call(() -> 1));
      CompletableFuture<Integer> other = inBackground(() -> pool.call(() -> 2));
      pool.close();
      Gone.assertNoChildren();
      errorOrValue(call);
      errorOrValue(other);
    }
  }

  private static void parkForEver() {
    while (true) {
      LockSupport.park();
    }
  }

  private interface Work {
    Integer call() throws Exception;
  }

  private static CompletableFuture<Integer> inBackground(Work work) {
    var done = new CompletableFuture<Integer>();
    Thread.startVirtualThread(
        () -> {
          try {
            done.complete(work.call());
          } catch (Throwable error) {
            done.completeExceptionally(error);
          }
        });
    return done;
  }

  private static Throwable errorOf(CompletableFuture<Integer> call) {
    // asked like this, a CancellationException is the one that was thrown
    Throwable error = call.handle((value, thrown) -> thrown).join();
    return error == null ? new AssertionError("it answered " + call.join()) : error;
  }

  private static void errorOrValue(CompletableFuture<Integer> call) {
    call.handle((value, error) -> value).join();
  }
}
