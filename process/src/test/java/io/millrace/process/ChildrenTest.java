package io.millrace.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes that tasks have started and left behind: their parent, a shell, has gone. */
@NoLeaks
class ChildrenTest {
  private static final String LEFT_BEHIND = "sleep 1000 & echo $!";
  private static final String IN_ITS_OWN_SESSION = "setsid sleep 1000 & echo $!";

  private final Quiet.Lines printed = new Quiet.Lines();
  private final ProcessPool pool =
      ProcessPool.open(Quiet.workers(1).standardOutput(printed.output()));

  @AfterEach
  void close() {
    pool.close();
    Gone.assertNoChildren();
  }

  /** In a worker: starts a shell that starts the other process and ends. */
  private static void leave(String script) throws IOException, InterruptedException {
    new ProcessBuilder("sh", "-c", script).inheritIO().start().waitFor();
  }

  private static RemoteFunction.Call<Integer> leaving(String script, boolean halt) {
    return () -> {
      leave(script);
      if (halt) {
        Runtime.getRuntime().halt(5);
      }
      LockSupport.park();
      return 0;
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {LEFT_BEHIND, IN_ITS_OWN_SESSION})
  @DisplayName("P6: a child whose parent has gone ends when its task is killed")
  void killedTasksLeaveNothing(String script) throws Exception {
    var thrown = new CompletableFuture<Throwable>();
    Thread caller =
        Thread.startVirtualThread(
            () ->
                thrown.complete(
                    assertThrows(Exception.class, () -> pool.call(leaving(script, false)))));
    long child = Long.parseLong(printed.next());

    caller.interrupt();

    assertInstanceOf(
        InterruptedException.class, thrown.get(Quiet.PATIENCE.toSeconds(), TimeUnit.SECONDS));
    pool.close();
    assertGone(child);
  }

  @ParameterizedTest
  @ValueSource(strings = {LEFT_BEHIND, IN_ITS_OWN_SESSION})
  @DisplayName("P6: a child whose parent has gone ends when its worker crashes by itself")
  void crashedTasksLeaveNothing(String script) throws Exception {
    var error = assertThrows(WorkerDiedException.class, () -> pool.call(leaving(script, true)));

    assertEquals(5, error.exitCode());
    assertGone(Long.parseLong(printed.next()));
  }

  @Test
  @DisplayName("P6: a child whose parent has gone ends with the pool")
  void closedPoolsLeaveNothing() throws Exception {
    pool.call(
        () -> {
          leave(LEFT_BEHIND);
          return 1;
        });
    pool.close();
    assertGone(Long.parseLong(printed.next()));
  }

  @Test
  @DisplayName(
      "P6: a child whose parent has gone, of a pool in a task, ends when the task is killed")
  void poolsInTasksLeaveNothing() throws Exception {
    Thread caller =
        Thread.startVirtualThread(
            () ->
                assertThrows(
                    Exception.class,
                    () ->
                        pool.call(
                            () -> {
                              try (var inner = ProcessPool.open(ProcessOptions.of(1))) {
                                return inner.call(leaving(LEFT_BEHIND, false));
                              }
                            })));
    long child = Long.parseLong(printed.next());

    caller.interrupt();
    caller.join();
    pool.close();

    assertGone(child);
  }

  /*
   * A process that nobody waits for stays as a zombie where the first process of the system reaps none; before that, one
   * that was killed still counts as running for a moment. Neither has an environment any more.
   */
  private static void assertGone(long process) throws IOException {
    byte[] environment;
    try {
      environment = Files.readAllBytes(Path.of("/proc/" + process + "/environ"));
    } catch (IOException gone) {
      return;
    }
    assertEquals(0, environment.length, () -> "process " + process + " lives");
  }
}
