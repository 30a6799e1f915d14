package io.millrace.soundness;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Truncation;
import io.millrace.plan.Workers;
import java.lang.ref.WeakReference;
import java.util.AbstractCollection;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pools that are busy with somebody else's work, and sources whose rest nobody wants. */
@Timeout(60)
class BusyPoolTest {
  private final CountDownLatch busy = new CountDownLatch(1);

  @AfterEach
  void letGo() {
    busy.countDown();
  }

  @Test
  @DisplayName("E12: a run waits for a full pool that is busy, and does not fill its queue")
  void waitsForABusyPool() throws Exception {
    try (var pool =
        new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(2))) {
      pool.execute(() -> Soon.awaitDeaf(busy));
      try (var run =
          Parallel.of(1).workers(Workers.on(pool)).start(List.of(1, 2), (Integer item) -> item)) {
        // longer than an executor that is no pool may refuse a worker
        assertFalse(busy.await(2_500, TimeUnit.MILLISECONDS));
        assertEquals(1, pool.getQueue().size(), "a worker is one task");
        busy.countDown();
        assertEquals(2, run.stream().count());
      }
    }
  }

  @Test
  @DisplayName("E1: what is left in the queue of a pool holds nothing of its run")
  void holdsNothingOfItsRun() throws Exception {
    try (var pool =
        new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>())) {
      pool.execute(() -> Soon.awaitDeaf(busy));
      WeakReference<Object> item = runInVain(pool);
      Soon.until(
          () -> {
            System.gc();
            return item.refersTo(null);
          });
      busy.countDown();
    }
  }

  private static WeakReference<Object> runInVain(ThreadPoolExecutor pool) {
    Object item = new Object();
    var results =
        Parallel.of(1)
            .workers(Workers.on(pool))
            .runTimeout(ofMillis(20))
            .map(List.of(item), each -> each);
    assertEquals(RunStatus.TIMED_OUT, results.status());
    return new WeakReference<>(item);
  }

  /** A sized source whose items come slowly, and which blocks at the 50th until it is interrupted. */
  private Collection<Integer> slow(boolean blocks) {
    return new AbstractCollection<>() {
      @Override
      public int size() {
        return 4_000;
      }

      @Override
      public Iterator<Integer> iterator() {
        return new Iterator<>() {
          private int next;

          @Override
          public boolean hasNext() {
            return next < size();
          }

          @Override
          public Integer next() {
            try {
              if (blocks && next == 50) {
                busy.await();
              } else {
                busy.await(1, TimeUnit.MILLISECONDS);
              }
            } catch (InterruptedException cut) {
              throw new IllegalStateException(cut);
            }
            return next++;
          }
        };
      }
    };
  }

  @Test
  @DisplayName("A19: closing a run that has ended interrupts who lists the rest of its source")
  void closingInterruptsTheListing() {
    Parallel parallel =
        Parallel.of(2)
            .window(4)
            .grace(ofDays(1))
            .runTimeout(ofMillis(50))
            .truncation(Truncation.SILENT);
    Stream<?> stream = parallel.stream(slow(true), item -> item);
    Iterator<?> outcomes = stream.iterator();
    for (int taken = 0; taken < 4; taken++) {
      outcomes.next();
    }
    long start = System.nanoTime();
    stream.close();
    assertTrue(Soon.since(start).compareTo(ofSeconds(20)) < 0);
  }

  @Test
  @DisplayName(
      "E23: a run in the calling thread lists the rest of its source for its grace at most")
  void listsForItsGraceAtMost() {
    Parallel parallel =
        Parallel.of(1).workers(Workers.caller()).runTimeout(ofMillis(20)).grace(ofMillis(50));
    var results = parallel.map(slow(false), item -> item);
    assertEquals(RunStatus.TIMED_OUT, results.status());
    assertTrue(results.outcomes().size() < 2_000, "it listed " + results.outcomes().size());
  }
}
