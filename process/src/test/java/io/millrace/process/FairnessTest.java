package io.millrace.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Success;
import io.millrace.plan.Action;
import io.millrace.testkit.NoLeaks;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Many callers for few processes. */
@NoLeaks
class FairnessTest {
  @AfterEach
  void nothingIsLeft() {
    Gone.assertNoChildren();
  }

  @Test
  @DisplayName("AX3: who has waited longest for a process gets the next one")
  void firstComeFirstServed() throws Exception {
    List<Integer> served = Collections.synchronizedList(new ArrayList<>());
    try (Gate gate = new Gate();
        ProcessPool pool = ProcessPool.open(Quiet.workers(1))) {
      int port = gate.port();
      Action<Integer, Integer> held =
          pool.action(
              item -> {
                Gate.pass(port);
                return item;
              });
      List<Thread> callers = new ArrayList<>();
      callers.add(calling(held, 0, served));
      gate.awaitOne();
      for (int i = 1; i < 5; i++) {
        Thread caller = calling(held, i, served);
        callers.add(caller);
        awaitThatItWaits(caller);
      }

      for (Thread caller : callers) {
        gate.open();
        caller.join();
        if (caller != callers.getLast()) {
          gate.awaitOne();
        }
      }
    }
    assertEquals(List.of(0, 1, 2, 3, 4), served);
  }

  private static Thread calling(Action<Integer, Integer> action, int item, List<Integer> served) {
    return Thread.ofPlatform()
        .start(
            () -> {
              try {
                served.add(action.apply(item));
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
  }

  private static void awaitThatItWaits(Thread caller) {
    while (caller.getState() != Thread.State.WAITING) {
      assertTrue(caller.isAlive());
      Thread.onSpinWait();
    }
  }

  @Test
  @DisplayName("AX3: crashes, exits, errors and refusals in a mix leave each other alone")
  void failuresDoNotMix() throws Exception {
    List<Integer> items = IntStream.range(0, 48).boxed().toList();
    try (ProcessPool pool = ProcessPool.open(Quiet.workers(2).maxTasksPerWorker(9))) {
      Action<Integer, Object> mixed =
          pool.action(
              item ->
                  switch (item % 12) {
                    case 3 -> {
                      Runtime.getRuntime().halt(item);
                      yield 0;
                    }
                    case 5 -> throw new IllegalStateException("item " + item);
                    case 7 -> new Gone[0];
                    case 9 -> new Object();
                    default -> item;
                  });

      for (var outcome : Parallel.of(5).map(items, mixed).outcomes()) {
        int item = outcome.item();
        switch (outcome) {
          case Success<Integer, Object> success -> assertEquals(item, success.value());
          case Failure<Integer, Object> failure ->
              assertEquals(expected(item), failure.error().getClass(), "item " + item);
          case NotRun<Integer, Object> notRun -> throw new AssertionError(notRun);
        }
      }
    }
  }

  private static Class<?> expected(int item) {
    return switch (item % 12) {
      case 3 -> WorkerDiedException.class;
      case 5 -> IllegalStateException.class;
      case 7, 9 -> TransferException.class;
      default -> null;
    };
  }
}
