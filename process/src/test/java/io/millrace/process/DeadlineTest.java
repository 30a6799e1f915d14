package io.millrace.process;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.plan.Action;
import io.millrace.testkit.NoLeaks;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@NoLeaks
class DeadlineTest {
  /** On a busy machine a process may take long to be gone. */
  private static final Parallel PATIENT = Parallel.of().grace(ofSeconds(30));

  private final Quiet.Lines printed = new Quiet.Lines();
  private final ProcessPool pool =
      ProcessPool.open(Quiet.workers(2).standardOutput(printed.output()));

  /** Ignores interrupts and never ends, if it is told to. */
  private final Action<String, String> spinning =
      pool.action(
          item -> {
            if (item.startsWith("spin")) {
              System.out.println(ProcessHandle.current().pid());
              while (!item.isEmpty()) {
                Thread.onSpinWait();
              }
            }
            return item;
          });

  @AfterEach
  void close() {
    pool.close();
    Gone.assertNoChildren();
  }

  @Test
  @DisplayName("AX3: a task that ignores everything is ended at its deadline, with its process")
  void theDeadlineKills() throws Exception {
    pool.startAll();

    var results =
        PATIENT
            .concurrency(2)
            .attemptTimeout(ofSeconds(1))
            .map(List.of("a", "spin", "b"), spinning);

    long spinner = Long.parseLong(printed.next());
    assertEquals(List.of("a", "b"), results.okValues());
    assertInstanceOf(TimeoutException.class, results.failures().getFirst().error());
    Gone.await(spinner);
    assertEquals("c", spinning.apply("c"));
  }

  @Test
  @DisplayName("AX3: leaving a stream early ends the tasks that still run")
  void leavingAStreamKills() throws Exception {
    long spinner;
    try (var outcomes = Parallel.of(2).stream(List.of("spin", "a", "b"), spinning)) {
      assertEquals("a", outcomes.iterator().next().item());
      spinner = Long.parseLong(printed.next());
    }
    Gone.await(spinner);
    assertFalse(pool.processes().contains(spinner));
  }

  @Test
  @DisplayName("AX3: an interrupt of the caller kills the process and is an InterruptedException")
  void anInterruptKills() throws Exception {
    var thrown = new CompletableFuture<Throwable>();
    Thread caller =
        Thread.startVirtualThread(
            () -> {
              try {
                spinning.apply("spin");
              } catch (Throwable error) {
                thrown.complete(error);
              }
            });
    long spinner = Long.parseLong(printed.next());

    caller.interrupt();

    assertInstanceOf(
        InterruptedException.class, thrown.get(Quiet.PATIENCE.toSeconds(), TimeUnit.SECONDS));
    Gone.await(spinner);
    caller.join();
  }

  @Test
  @DisplayName("AX3: a process that is killed for one caller is never given to the next one")
  void aDyingProcessIsGivenToNobody() throws Exception {
    try (ProcessPool one = ProcessPool.open(Quiet.workers(1).standardOutput(printed.output()))) {
      Action<String, Integer> parking =
          one.action(
              (String item) -> {
                System.out.println(item);
                LockSupport.park();
                return 1;
              });
      for (int round = 0; round < 5; round++) {
        Thread caller =
            Thread.ofPlatform()
                .start(
                    () -> assertThrows(InterruptedException.class, () -> parking.apply("running")));
        assertEquals("running", printed.next());

        caller.interrupt();
        caller.join();

        assertEquals(2, one.call(() -> 2));
      }
    }
  }

  @Test
  @DisplayName("AX3: an interrupted caller that waits for a process kills nobody's task")
  void anInterruptedWaiterLeavesTheOthersAlone() throws Exception {
    var settled = new CompletableFuture<Throwable>();
    try (Gate gate = new Gate();
        ProcessPool one = ProcessPool.open(Quiet.workers(1))) {
      int port = gate.port();
      Action<Integer, Long> held =
          one.action(
              item -> {
                Gate.pass(port);
                return ProcessHandle.current().pid();
              });
      var first = new CompletableFuture<Long>();
      Thread working = Thread.startVirtualThread(() -> first.complete(call(held)));
      gate.awaitOne();
      Thread waiting = Thread.startVirtualThread(() -> settled.complete(errorOf(held)));
      waiting.interrupt();
      assertInstanceOf(InterruptedException.class, settled.get());

      gate.open();

      long process = first.get();
      assertEquals(List.of(process), one.processes());
      working.join();
      waiting.join();
    }
  }

  private static Long call(Action<Integer, Long> action) {
    try {
      return action.apply(0);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static Throwable errorOf(Action<Integer, Long> action) {
    return assertThrows(Exception.class, () -> action.apply(0));
  }

  @Test
  @DisplayName("AX3: many short deadlines leave neither processes nor places behind")
  void manyDeadlines() throws Exception {
    for (int round = 0; round < 3; round++) {
      pool.startAll();
      var items = IntStream.range(0, 4).mapToObj(i -> "spin" + i).toList();
      var results = PATIENT.concurrency(4).attemptTimeout(ofMillis(100)).map(items, spinning);
      assertEquals(4, results.failures().size());
    }
    assertEquals("a", spinning.apply("a"));
  }

  @Test
  @DisplayName("AX3: processes that a killed task has started end with it")
  void grandchildrenEndToo() throws Exception {
    var parent = new CompletableFuture<Long>();
    Thread caller =
        Thread.startVirtualThread(
            () -> {
              try {
                pool.call(
                    () -> {
                      Process child = new ProcessBuilder("sleep", "1000").start();
                      System.out.println(child.pid());
                      return child.waitFor();
                    });
              } catch (Exception error) {
                parent.completeExceptionally(error);
              }
            });
    long child = Long.parseLong(printed.next());
    assertTrue(ProcessHandle.of(child).isPresent());

    caller.interrupt();

    assertThrows(ExecutionException.class, parent::get);
    Gone.await(child);
  }
}
