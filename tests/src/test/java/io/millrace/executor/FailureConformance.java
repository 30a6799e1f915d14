package io.millrace.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Tasks that throw, whatever it is. */
interface FailureConformance extends Conformance {

  @Test
  @DisplayName("A46: whatever a task throws is the cause of its failure, itself and not wrapped")
  default void theFailureIsWhatWasThrown() throws Exception {
    for (Throwable error : Broken.kinds()) {
      Future<String> future = executor().submit(Broken.task(error));
      var thrown = assertThrows(ExecutionException.class, future::get, error::toString);
      assertSame(error, thrown.getCause());
      assertSame(error, future.exceptionNow());
      assertEquals(Future.State.FAILED, future.state(), error::toString);
      assertFalse(future.isCancelled(), error::toString);
      assertSame(error, Conformance.failure(executor().submit(Broken.command(error))));
      assertSame(error, Conformance.failure(executor().submit(Broken.command(error), "result")));
    }
  }

  @Test
  @DisplayName("A3: no worker is lost by a submitted task that throws, a cancellation or anything")
  default void workersSurviveTasks() throws Exception {
    for (Throwable error : Broken.kinds()) {
      List<Future<String>> futures = new ArrayList<>();
      for (int i = 0; i < 2 * threads(); i++) {
        futures.add(executor().submit(Broken.task(error)));
      }
      Future<String> behind = executor().submit(() -> "goes on");
      assertEquals("goes on", behind.get(), error::toString);
      futures.forEach(future -> assertSame(error, Conformance.failure(future)));
      assertHealthy();
    }
  }

  @Test
  @DisplayName("AF2: the failure of a submitted task is told by its future and nobody else")
  default void failuresOfTasksAreCaught() throws Exception {
    try (var uncaught = new Uncaught()) {
      for (Throwable error : Broken.kinds()) {
        Conformance.failure(executor().submit(Broken.task(error)));
        Conformance.failure(executor().submit(Broken.command(error)));
      }
      executor().shutdown();
      awaitTermination();
      uncaught.assertNone();
    }
  }

  @Test
  @DisplayName("AF1: what a command throws reaches the handler of uncaught exceptions, once")
  default void failuresOfCommandsAreUncaught() throws Exception {
    try (var uncaught = new Uncaught()) {
      for (Throwable error : Broken.kinds()) {
        executor().execute(Broken.command(error));
        assertSame(error, uncaught.next());
      }
      executor().shutdown();
      awaitTermination();
      uncaught.assertNone();
    }
  }

  @Test
  @DisplayName("A3: no worker is lost by a command that throws, and the queue goes on")
  default void workersSurviveCommands() throws Exception {
    try (var uncaught = new Uncaught()) {
      for (Throwable error : Broken.kinds()) {
        for (int i = 0; i < 2 * threads(); i++) {
          executor().execute(Broken.command(error));
        }
        assertEquals("goes on", executor().submit(() -> "goes on").get(), error::toString);
        for (int i = 0; i < 2 * threads(); i++) {
          assertSame(error, uncaught.next());
        }
        assertHealthy();
      }
    }
  }

  @Test
  @DisplayName("A3: a handler of uncaught exceptions that throws itself costs no worker either")
  default void aHandlerThatThrows() throws Exception {
    try (var uncaught = Uncaught.throwing(new AssertionError("handler"))) {
      var error = new AssertionError("command");
      for (int i = 0; i < 2 * threads(); i++) {
        executor().execute(Broken.command(error));
        assertSame(error, uncaught.next());
      }
      assertHealthy();
    }
  }

  @Test
  @DisplayName("AF7: a command that throws at the end does not keep the executor from terminating")
  default void terminationAfterAFailure() throws Exception {
    try (var uncaught = new Uncaught()) {
      var error = new AssertionError("last");
      var running = occupy();
      executor().execute(Broken.command(error));
      executor().shutdown();
      Held.release(running);
      assertSame(error, uncaught.next());
      awaitTermination();
    }
  }
}
