package io.millrace.retention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Monitor;
import io.millrace.Parallel;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.Codec;
import io.millrace.plan.Action;
import io.millrace.plan.RunControl;
import io.millrace.plan.StopToken;
import io.millrace.testkit.MemoryStore;
import io.millrace.testkit.NoLeaks;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is left of a gatherer whose stream does not go on. */
@NoLeaks
@Timeout(60)
class DroppedGatherersTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** How a stream is left without its steps being told. */
  enum Left {
    UPSTREAM_THROWS {
      @Override
      void leave(Parallel parallel, Action<Integer, ?> action) {
        Stream<Integer> upstream = items().peek(Left::throwLate);
        assertThrows(
            IllegalStateException.class,
            () -> upstream.gather(parallel.gatherer(action)).forEach(_ -> {}));
      }
    },
    ITERATOR_DROPPED {
      @Override
      void leave(Parallel parallel, Action<Integer, ?> action) {
        assertTrue(items().gather(parallel.gatherer(action)).iterator().next().isSuccess());
      }
    },
    STREAM_CLOSED {
      @Override
      void leave(Parallel parallel, Action<Integer, ?> action) {
        try (Stream<?> stream = items().gather(parallel.gatherer(action))) {
          assertTrue(stream.iterator().hasNext());
        }
      }
    };

    abstract void leave(Parallel parallel, Action<Integer, ?> action);

    private static Stream<Integer> items() {
      return IntStream.range(0, 100).boxed();
    }

    private static void throwLate(int item) {
      if (item == 15) {
        throw new IllegalStateException("upstream");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("I6: a gatherer whose stream is left releases its checkpoint once it is garbage")
  void checkpoint(Left left) {
    MemoryStore store = new MemoryStore();
    Parallel parallel =
        Parallel.of(4)
            .checkpoint(Checkpoint.of(store, CheckpointName.of("left", "1"), Codec.text()));
    left.leave(parallel, item -> "v" + item);
    long start = System.nanoTime();
    while (store.isHeld()) {
      assertTrue(System.nanoTime() - start < PATIENCE.toNanos(), "the checkpoint is still held");
      System.gc();
    }
    assertEquals(100, IntStream.range(0, 100).boxed().gather(parallel.gatherer(i -> "w")).count());
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("I6: neither token, control nor monitor keeps a gatherer whose stream is left")
  void registrations(Left left) throws Exception {
    StopToken token = new StopToken();
    RunControl control = new RunControl();
    Monitor monitor = Monitor.of();
    for (Parallel each :
        new Parallel[] {
          Parallel.of(4).stopToken(token),
          Parallel.of(4).control(control),
          Parallel.of(4).monitor(monitor)
        }) {
      Garbage.assertCollected(
          () -> {
            Object own = new Object();
            left.leave(each, item -> own.hashCode() + item);
            return own;
          });
    }
    Reference.reachabilityFence(token);
    Reference.reachabilityFence(control);
    assertEquals(0, monitor.snapshot().running());
  }

  @Test
  @DisplayName("I6: a gatherer that is read on is not ended, whatever is collected meanwhile")
  void readOn() {
    long count =
        IntStream.range(0, 200)
            .boxed()
            .gather(Parallel.of(4).gatherer(item -> item))
            .peek(
                outcome -> {
                  if (outcome.details().index() % 20 == 0) {
                    System.gc();
                  }
                  assertTrue(outcome.isSuccess());
                })
            .filter(_ -> true)
            .count();
    assertEquals(200, count);
  }
}
