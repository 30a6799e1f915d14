package io.millrace.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.RunControl;
import io.millrace.plan.Workers;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.ScriptedAction;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@NoLeaks
@DisplayName("A run that is changed while it goes on")
class LiveTest {
  private static final List<Integer> ITEMS = IntStream.range(0, 20).boxed().toList();

  private final ScriptedAction<Integer, Integer> action =
      ScriptedAction.<Integer, Integer>on(TimeSource.system())
          .anyItem()
          .blocks()
          .computes(item -> item);

  @Test
  @DisplayName("LC2: a Run is paused and resumed by itself, and says so")
  void isPausedByItself() throws Exception {
    try (Run<Integer, Integer> run = Parallel.of(2).start(ITEMS, action)) {
      action.awaitRunning(2);
      run.pause();
      assertTrue(run.isPaused());
      assertTrue(run.toString().startsWith("Run[RUNNING, paused, "), run.toString());
      action.releaseAll();
      run.take();
      run.take();
      assertEquals(2, action.calls().size());
      run.resume();
      assertEquals(18, run.stream().count());
      assertFalse(run.toString().contains("paused"), run.toString());
    }
  }

  /**
   * A source without an end, which halts once in the middle of what a worker reads at once: when a thread that has called
   * the action asks for a third item without a call in between. Workers read 1, 2, 4 and more items at once.
   */
  private static final class Halting implements Iterator<Integer> {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final AtomicInteger readAfter = new AtomicInteger();
    private final Map<Thread, Integer> readSinceCall = new ConcurrentHashMap<>();
    private volatile Thread reader;
    private volatile boolean ended;

    Integer call(Integer item) {
      readSinceCall.put(Thread.currentThread(), 0);
      return item;
    }

    @Override
    public boolean hasNext() {
      return !ended;
    }

    @Override
    public Integer next() {
      Integer read = readSinceCall.computeIfPresent(Thread.currentThread(), (_, n) -> n + 1);
      if (reader != null) {
        readAfter.incrementAndGet();
      } else if (read != null && read == 3) {
        reader = Thread.currentThread();
        reached.countDown();
        try {
          goOn.await();
        } catch (InterruptedException unexpected) {
          throw new AssertionError(unexpected);
        }
      }
      return 0;
    }
  }

  @Test
  @DisplayName(
      "LC2 I3: a source that is asked at the moment of a pause gives this item, and no other one")
  void aPauseEndsReading() throws Exception {
    Halting source = new Halting();
    Iterable<Integer> items = () -> source;
    try (ManualClock clock =
            new ManualClock(); // on which all items are cheap, so that many are read at once
        Run<Integer, Integer> run =
            Parallel.of(1).clock(clock).window(2_000).start(items, source::call)) {
      while (source.reached.getCount() > 0) {
        run.poll();
        Thread.onSpinWait();
      }
      run.pause();
      source.goOn.countDown();
      source.reader.join();
      assertEquals(0, source.readAfter.get(), "items read in the pause");
      source.ended = true;
      run.resume();
      run.stream().forEach(outcome -> assertTrue(outcome.isSuccess()));
    }
  }

  @Test
  @DisplayName("LC2: closing a paused run ends it")
  void isClosed() throws Exception {
    Run<Integer, Integer> run = Parallel.of(2).start(ITEMS, action);
    try (run) {
      action.awaitRunning(2);
      run.pause();
    }
    assertEquals(RunStatus.CANCELLED, run.status());
    assertEquals(0, action.running());
  }

  @Test
  @DisplayName("LC2 LC3: of a control and a Run, the last call counts")
  void theLastCallCounts() {
    RunControl control = new RunControl();
    control.concurrency(3);
    action.releaseAll();
    try (Run<Integer, Integer> run = Parallel.of(2).control(control).start(ITEMS, action)) {
      assertEquals(3, run.concurrency());
      run.concurrency(5);
      control.pause();
      assertEquals(5, run.concurrency());
      assertTrue(run.isPaused());
      run.resume();
      assertFalse(run.isPaused());
      control.concurrency(4);
      assertEquals(4, run.concurrency());
      assertEquals(20, run.stream().count());
    }
    assertEquals(OptionalInt.of(4), control.concurrency());
    assertEquals("RunControl[paused, at most 4 at once]", control.toString());
  }

  @Test
  @DisplayName("LC2 LC3: a call counts that says what the control said before")
  void aRepeatedCallCounts() throws Exception {
    RunControl control = new RunControl();
    control.concurrency(5);
    action.releaseAll();
    try (Run<Integer, Integer> run = Parallel.of(2).control(control).start(ITEMS, action)) {
      run.concurrency(2);
      control.pause();
      assertEquals(2, run.concurrency(), "a pause says nothing about the concurrency");
      control.concurrency(5);
      assertEquals(5, run.concurrency());
      run.resume();
      control.pause();
      assertTrue(run.isPaused());
      control.resume();
      run.pause();
      control.resume();
      assertFalse(run.isPaused());
      assertEquals(20, run.stream().count());
    }
  }

  @Test
  @DisplayName("LC2 LC3: a callback hears of each call, and what it was about")
  void aCallbackHearsEachCall() {
    RunControl control = new RunControl();
    List<RunControl.Call> heard = new ArrayList<>();
    try (RunControl.Registration _ = control.onChange(heard::add)) {
      control.pause();
      control.pause();
      control.concurrency(1);
      control.resume();
    }
    control.resume();
    assertEquals(
        List.of(
            RunControl.Call.PAUSE,
            RunControl.Call.PAUSE,
            RunControl.Call.CONCURRENCY,
            RunControl.Call.PAUSE),
        heard);
  }

  @Test
  @DisplayName("LC3: other threads than virtual ones come and go as well")
  void changesOtherWorkers() throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(6)) {
      for (Workers workers : List.of(Workers.platform(), Workers.on(pool))) {
        ScriptedAction<Integer, Integer> calls =
            ScriptedAction.<Integer, Integer>on(TimeSource.system())
                .anyItem()
                .blocks()
                .computes(item -> item);
        try (Run<Integer, Integer> run = Parallel.of(1).workers(workers).start(ITEMS, calls)) {
          calls.awaitRunning(1);
          run.concurrency(6);
          calls.awaitRunning(6);
          run.concurrency(2);
          run.pause();
          calls.releaseAll();
          for (int i = 0; i < 6; i++) {
            run.take();
          }
          assertEquals(6, calls.calls().size());
          run.resume();
          assertEquals(14, run.stream().count());
        }
      }
    }
  }

  @Test
  @DisplayName("LC2: a paused run whose slots are all kept by abandoned actions is not given up")
  void keepsItsPatience() throws Exception {
    ScriptedAction<Integer, Integer> deaf =
        ScriptedAction.<Integer, Integer>on(TimeSource.system())
            .item(0)
            .blocksUninterruptibly()
            .returns(0)
            .anyItem()
            .computes(item -> item);
    Parallel parallel =
        Parallel.of(1)
            .attemptTimeout(Duration.ofMillis(100))
            .grace(Duration.ofMillis(1))
            .patience(Duration.ofMillis(1));
    try (Run<Integer, Integer> run = parallel.start(ITEMS, deaf)) {
      deaf.awaitRunning(1);
      run.pause();
      assertTrue(run.take().orElseThrow().error() != null, "the item fails in the pause");
      assertEquals(RunStatus.RUNNING, run.status());
      deaf.releaseAll();
      while (!run.abandoned().isEmpty()) {
        Thread.onSpinWait();
      }
      run.resume();
      assertEquals(19, run.stream().count());
    }
  }

  @Test
  @DisplayName("LC3: a window that was given stays")
  void keepsAGivenWindow() throws Exception {
    try (Run<Integer, Integer> run = Parallel.of(1).window(3).start(ITEMS, action)) {
      action.awaitRunning(1);
      run.concurrency(10);
      action.awaitRunning(3);
      assertEquals(3, action.running());
      action.releaseAll();
      assertEquals(20, run.stream().count());
      assertEquals(3, action.maxRunning());
    }
  }

  @Test
  void refusesLessThanOne() {
    action.releaseAll();
    try (Run<Integer, Integer> run = Parallel.of(1).start(ITEMS, action)) {
      var refused = assertThrows(IllegalArgumentException.class, () -> run.concurrency(0));
      assertEquals("concurrency must be at least 1, not 0", refused.getMessage());
      assertThrows(IllegalArgumentException.class, () -> new RunControl().concurrency(-1));
      assertThrows(NullPointerException.class, () -> Parallel.of(1).control(null));
      assertEquals(20, run.stream().count());
    }
  }
}
