package io.millrace.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a pool promises while others keep all carriers of virtual threads, or the whole common pool. */
@NoLeaks
@Timeout(60)
class BusyThreadsTest {
  private static final Duration GRACE = Duration.ofMillis(300);

  private final AtomicBoolean isFree = new AtomicBoolean();
  private final List<Thread> keepers = new ArrayList<>();
  private final List<CompletableFuture<Void>> tasks = new ArrayList<>();

  @AfterEach
  void nothingIsLeft() throws Exception {
    free();
    for (Thread each : keepers) {
      each.join();
    }
    Gone.assertNoChildren();
  }

  private void free() {
    isFree.set(true);
    tasks.forEach(CompletableFuture::join);
  }

  private void keepCarriers() throws InterruptedException {
    int carriers = Runtime.getRuntime().availableProcessors();
    CountDownLatch started = new CountDownLatch(carriers);
    for (int i = 0; i < carriers; i++) {
      keepers.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    started.countDown();
                    while (!isFree.get()) {
                      Thread.onSpinWait();
                    }
                  }));
    }
    started.await();
  }

  private void keepCommonPool() {
    int threads = ForkJoinPool.commonPool().getParallelism() + 4;
    for (int i = 0; i < threads; i++) {
      tasks.add(
          CompletableFuture.runAsync(
              () -> {
                while (!isFree.get()) {
                  LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
                }
              },
              ForkJoinPool.commonPool()));
    }
  }

  /* A close that has to end while they are kept; if it does not they are freed, so that the test ends. */
  private void assertCloses(ProcessPool pool) throws Exception {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    Thread.ofPlatform()
        .start(
            () -> {
              pool.close();
              closed.complete(null);
            });
    try {
      closed.get(20, TimeUnit.SECONDS);
    } catch (TimeoutException hangs) {
      free();
      throw new AssertionError("it does not close", hangs);
    }
  }

  /* Runs in the worker: its process does not end by itself. */
  private static int staying(int item) {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> LockSupport.parkNanos(Long.MAX_VALUE)));
    return item + 1;
  }

  @Test
  @DisplayName("E6: a pool of idle processes is closed while computing actions keep all carriers")
  void closesWithoutCarriers() throws Exception {
    ProcessPool pool = ProcessPool.open(Quiet.workers(2).grace(GRACE));
    pool.startAll();
    keepCarriers();
    assertCloses(pool);
  }

  @Test
  @DisplayName("E6: processes start while computing actions keep all carriers")
  void startsWithoutCarriers() throws Exception {
    ProcessPool pool = ProcessPool.open(Quiet.workers(1).grace(GRACE));
    keepCarriers();
    CompletableFuture<Integer> answer = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                answer.complete(pool.call(() -> 7));
              } catch (Exception failed) {
                answer.completeExceptionally(failed);
              }
            });
    try {
      assertEquals(7, answer.get(20, TimeUnit.SECONDS));
    } finally {
      assertCloses(pool);
    }
  }

  @Test
  @DisplayName(
      "AX10: an idle process that does not end is killed after the grace, whatever keeps the common pool")
  void graceWithoutCommonPool() throws Exception {
    ProcessPool pool = ProcessPool.open(Quiet.workers(1).grace(GRACE));
    assertEquals(2, pool.action(BusyThreadsTest::staying).apply(1));
    keepCommonPool();
    assertCloses(pool);
  }

  @Test
  @DisplayName(
      "AX10: one that has run its tasks is killed after the grace, whatever keeps the common pool")
  void retiresWithoutCommonPool() throws Exception {
    ProcessPool pool = ProcessPool.open(Quiet.workers(1).grace(GRACE).maxTasksPerWorker(1));
    assertEquals(2, pool.action(BusyThreadsTest::staying).apply(1));
    keepCommonPool();
    CompletableFuture<Integer> next = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                next.complete(pool.call(() -> 7));
              } catch (Exception failed) {
                next.completeExceptionally(failed);
              }
            });
    try {
      assertEquals(7, next.get(20, TimeUnit.SECONDS));
    } finally {
      free();
      pool.close();
    }
  }

  @Test
  @DisplayName("AX10: a start that takes too long fails in time, whatever keeps the common pool")
  void startTimeoutWithoutCommonPool() throws Exception {
    keepCommonPool();
    try (ProcessPool pool =
        ProcessPool.open(
            Quiet.workers(1)
                .setup(() -> LockSupport.parkNanos(Long.MAX_VALUE))
                .startTimeout(Duration.ofSeconds(1)))) {
      CompletableFuture<Integer> answer = new CompletableFuture<>();
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                try {
                  answer.complete(pool.call(() -> 7));
                } catch (Exception failed) {
                  answer.completeExceptionally(failed);
                }
              });
      Throwable late = null;
      try {
        answer.get(20, TimeUnit.SECONDS);
      } catch (Exception failed) {
        late = failed.getCause();
      } finally {
        free();
      }
      assertInstanceOf(WorkerStartException.class, late);
      assertTrue(late.getMessage().contains("startTimeout"), late.getMessage());
    }
  }

  @Test
  @DisplayName("E11: if no thread can be started the call fails, and the pool closes")
  void noThread() {
    Settings settings = Quiet.workers(2).settings;
    OutOfMemoryError none = new OutOfMemoryError("unable to create native thread");
    WorkerProcesses workers =
        new WorkerProcesses(
            settings,
            null,
            (_, _) -> {
              throw none;
            });
    WorkerStartException failed = assertThrows(WorkerStartException.class, workers::acquire);
    assertEquals(none, failed.getCause());
    assertThrows(WorkerStartException.class, workers::startAll);
    workers.close();
  }

  @Test
  @DisplayName(
      "E11: if no further thread can be started, what is idle is killed at once, and the pool closes")
  void noMoreThreads() throws Exception {
    AtomicBoolean isAnyLeft = new AtomicBoolean(true);
    WorkerProcesses workers =
        new WorkerProcesses(
            Quiet.workers(2).grace(Duration.ofDays(1)).settings,
            null,
            (name, task) -> {
              if (isAnyLeft.get()) {
                return Threads.PLATFORM.start(name, task);
              }
              throw new OutOfMemoryError("unable to create native thread");
            });
    workers.startAll();
    isAnyLeft.set(false);
    workers.close();
  }

  @Test
  @DisplayName(
      "E11: a process that is to end by itself is killed if no thread can be started to tell it")
  void noThreadToTell() throws Exception {
    AtomicBoolean isAnyLeft = new AtomicBoolean(true);
    WorkerProcesses workers =
        new WorkerProcesses(
            Quiet.workers(1).settings,
            null,
            (name, task) -> {
              if (isAnyLeft.get()) {
                return Threads.PLATFORM.start(name, task);
              }
              throw new OutOfMemoryError("unable to create native thread");
            });
    WorkerProcess worker = workers.acquire();
    isAnyLeft.set(false);
    worker.retire();
    assertTrue(!worker.isUsable());
    workers.release(worker);
    workers.close();
  }
}
