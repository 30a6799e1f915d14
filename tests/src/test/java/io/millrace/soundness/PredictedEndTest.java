package io.millrace.soundness;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.Run;
import io.millrace.executor.ExecutorFuture;
import io.millrace.executor.ParallelExecutor;
import io.millrace.limit.RateLimiter;
import io.millrace.limit.spi.Demand;
import io.millrace.limit.spi.RateQueue;
import io.millrace.outcome.AttemptEvent;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Backoff;
import io.millrace.plan.Order;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.Truncation;
import io.millrace.plan.Workers;
import io.millrace.testkit.ManualClock;
import io.millrace.time.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Permits that nobody can use: the end comes at once, and they go back. */
@Timeout(30)
class PredictedEndTest {
  private static final RateLimit HOURLY = RateLimit.perHour(1);

  @Test
  @DisplayName("E24: a run whose next permit lies beyond its timeout ends at once")
  void runTimeout() throws Exception {
    try (ManualClock clock = ManualClock.jumping()) {
      Parallel limited = Parallel.of(2).clock(clock).rateLimit(HOURLY).runTimeout(ofSeconds(10));
      Results<Integer, Integer> results = Soon.of(() -> limited.map(List.of(1, 2, 3), x -> x));
      assertEquals(RunStatus.TIMED_OUT, results.status());
      assertEquals(1, results.successes().size());
      assertTrue(clock.elapsed().toMillis() < 1_000, "it took " + clock.elapsed());
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"INPUT", "COMPLETION"})
  @DisplayName("E24: so does one whose group waits for such a permit, though more could be read")
  void runTimeoutInGroups(Order order) throws Exception {
    try (ManualClock clock = ManualClock.jumping()) {
      Parallel limited =
          Parallel.of(4)
              .barrier(3)
              .order(order)
              .clock(clock)
              .rateLimit(HOURLY)
              .runTimeout(ofSeconds(10))
              .truncation(Truncation.SILENT);
      List<Integer> items = IntStream.range(0, 9).boxed().toList();
      Parallel collecting = limited.order(Order.NATURAL);
      Results<Integer, Integer> results = Soon.of(() -> collecting.map(items, x -> x));
      assertEquals(RunStatus.TIMED_OUT, results.status());
      try (Stream<Outcome<Integer, Integer>> outcomes = limited.stream(items, x -> x)) {
        assertEquals(9, Soon.of(outcomes::toList).size());
      }
      assertTrue(clock.elapsed().toMillis() < 1_000, "it took " + clock.elapsed());
    }
  }

  private static final Parallel FIRST_OF_KEY =
      Parallel.of(1)
          .rateLimit(HOURLY.by((String item) -> item))
          .runTimeout(ofSeconds(3_000))
          .truncation(Truncation.SILENT);

  private static List<String> values(Run<String, String> run) {
    return run.stream().filter(Outcome::isSuccess).map(Outcome::value).toList();
  }

  @Test
  @DisplayName("E24: a run goes on while its consumer can make room for items that need not wait")
  void consumerMakesRoom() {
    List<String> items = new ArrayList<>(List.of("a", "a"));
    IntStream.range(0, 100).forEach(i -> items.add("b" + i));
    for (int window : List.of(8, 3)) {
      AtomicInteger calls = new AtomicInteger();
      try (Run<String, String> run =
          FIRST_OF_KEY
              .unordered()
              .window(window)
              .start(
                  items,
                  item -> {
                    calls.incrementAndGet();
                    return item;
                  })) {
        Soon.until(() -> calls.get() == window - 1 && run.progress().running() == 0);
        assertEquals(101, values(run).size(), "with a window of " + window);
        assertEquals(RunStatus.TIMED_OUT, run.status());
      }
    }
  }

  @Test
  @DisplayName("E24: a run ends at once if what waits in vain leaves no room, whatever is taken")
  void noRoomInVain() {
    Parallel narrow = FIRST_OF_KEY.window(4);
    try (Run<String, String> run =
        narrow.unordered().start(List.of("a", "b", "a", "a", "a", "a", "c"), item -> item)) {
      assertEquals(Set.of("a", "b"), Set.copyOf(values(run)));
    }
    try (Run<String, String> run =
        narrow.ordered().start(List.of("a", "a", "b", "c", "d", "e", "f"), item -> item)) {
      assertEquals(List.of("a", "b", "c", "d"), values(run));
    }
  }

  @Test
  @DisplayName("E24: an item whose next permit lies beyond its timeout fails at once")
  void itemTimeout() throws Exception {
    try (ManualClock clock = ManualClock.jumping()) {
      Parallel limited =
          Parallel.of(2)
              .clock(clock)
              .rateLimit(HOURLY)
              .itemTimeout(ofSeconds(10))
              .retry(Retry.ofAttempts(2).backoff(Backoff.none()));
      Results<Integer, Integer> results =
          Soon.of(
              () ->
                  limited.map(
                      List.of(1),
                      _ -> {
                        throw new IOException("again");
                      }));
      assertEquals(RunStatus.COMPLETED, results.status());
      assertEquals(1, results.failures().size());
      assertTrue(clock.elapsed().toMillis() < 1_000, "it took " + clock.elapsed());
    }
  }

  @Test
  @DisplayName("E24: an item whose backoff ends beyond its timeout fails at once")
  void backoff() throws Exception {
    try (ManualClock clock = ManualClock.jumping()) {
      Parallel patient =
          Parallel.of(2)
              .clock(clock)
              .itemTimeout(ofSeconds(10))
              .retry(Retry.ofAttempts(3).backoff(Backoff.fixed(ofHours(1))));
      Results<Integer, Integer> results =
          Soon.of(
              () ->
                  patient.map(
                      List.of(1, 2),
                      _ -> {
                        throw new IOException("again");
                      }));
      assertEquals(2, results.failures().size());
      assertTrue(clock.elapsed().toMillis() < 1_000, "it took " + clock.elapsed());
    }
  }

  /** Two items, of which one has a permit and is called, and the other one waits in vain. */
  private static final class InVain implements AutoCloseable {
    final ManualClock clock = new ManualClock();
    final RateLimiter limiter = RateLimiter.of(HOURLY, clock);
    final CountDownLatch free = new CountDownLatch(1);
    final AtomicInteger calls = new AtomicInteger();
    final Run<Integer, Integer> run;

    InVain() {
      AtomicInteger waiting = new AtomicInteger();
      run =
          Parallel.of(2)
              .clock(clock)
              .rateLimit(limiter)
              .runTimeout(ofSeconds(10))
              .truncation(Truncation.SILENT)
              .onAttempt(event -> waiting.addAndGet(event instanceof AttemptEvent.Waiting ? 1 : 0))
              .start(
                  List.of(1, 2),
                  item -> {
                    calls.incrementAndGet();
                    free.await();
                    return item;
                  });
      Soon.until(() -> calls.get() == 1 && waiting.get() == 1 && run.progress().running() == 1);
      assertEquals(0, limiter.waiters(), "it stands in nobody's way");
    }

    @Override
    public void close() {
      run.close();
      clock.close();
    }
  }

  @Test
  @DisplayName(
      "E24 LC1: an item that waits in vain gets its permit if the limit is raised meanwhile")
  void theLimitIsRaised() {
    try (InVain one = new InVain()) {
      one.limiter.limit(RateLimit.perSecond(1));
      one.clock.advance(ofSeconds(1));
      Soon.until(() -> one.calls.get() == 2);
      one.free.countDown();
      assertEquals(2, one.run.stream().count());
      assertEquals(RunStatus.COMPLETED, one.run.status());
    }
  }

  @Test
  @DisplayName(
      "I4 E11: a clock that throws when an item begins to wait in vain costs no item its outcome, and gives none two")
  void theClockThrows() {
    for (int broken = 1; broken <= 4; broken++) {
      int at = broken;
      AtomicInteger looks = new AtomicInteger();
      try (ManualClock clock = new ManualClock()) {
        TimeSource hasty = new BrokenLook(clock, () -> looks.incrementAndGet() == at);
        RateLimiter limiter = RateLimiter.of(HOURLY, hasty);
        CountDownLatch free = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        List<Integer> heard = new CopyOnWriteArrayList<>();
        try (Run<Integer, Integer> run =
            Parallel.of(2)
                .clock(hasty)
                .rateLimit(limiter)
                .runTimeout(ofSeconds(10))
                .truncation(Truncation.SILENT)
                .onOutcome(outcome -> heard.add((Integer) outcome.item()))
                .start(
                    List.of(1, 2, 3),
                    item -> {
                      calls.incrementAndGet();
                      free.await();
                      return item;
                    })) {
          Soon.until(() -> calls.get() == 1 && looks.get() >= 2);
          limiter.limit(RateLimit.perSecond(1_000).burst(10));
          clock.advance(ofSeconds(1));
          free.countDown();
          run.stream().forEach(outcome -> {});
        }
        assertEquals(List.of(1, 2, 3), heard.stream().sorted().toList(), "broken at " + at);
      }
    }
  }

  @Test
  @DisplayName("E24: a limit that is raised too little leaves nothing but the end")
  void theLimitIsRaisedTooLittle() {
    try (InVain one = new InVain()) {
      one.limiter.limit(RateLimit.perMinute(1));
      one.free.countDown();
      Soon.until(() -> one.run.status() == RunStatus.TIMED_OUT);
      assertEquals(Duration.ZERO, one.clock.elapsed());
      assertEquals(1, one.calls.get());
    }
  }

  @Test
  @DisplayName("E24 E21: an item that waits in vain gets a permit that somebody gives back")
  void aPermitComesBack() {
    try (ManualClock clock = new ManualClock()) {
      RateLimiter limiter = RateLimiter.of(RateLimit.perHour(1).burst(2), clock);
      Demand other = limiter.queue().demand(null);
      assertTrue(limiter.queue().tryTake(other));
      CountDownLatch free = new CountDownLatch(1);
      AtomicInteger calls = new AtomicInteger();
      Parallel limited = Parallel.of(2).clock(clock).rateLimit(limiter).runTimeout(ofSeconds(10));
      try (Run<Integer, Integer> run =
          limited.start(
              List.of(1, 2),
              item -> {
                calls.incrementAndGet();
                free.await();
                return item;
              })) {
        Soon.until(() -> calls.get() == 1 && run.progress().running() == 1);
        limiter.queue().giveBack(other);
        Soon.until(() -> calls.get() == 2);
        free.countDown();
        assertEquals(2, run.stream().count());
      }
    }
  }

  @Test
  @DisplayName(
      "LC1: who listens hears of changes and of permits that come back, until it closes that")
  void hearsOfEarlierPermits() {
    RateLimiter limiter = RateLimiter.of(HOURLY);
    AtomicInteger heard = new AtomicInteger();
    Demand demand = limiter.queue().demand(null);
    try (RateQueue.Registration _ = limiter.queue().onEarlier(heard::incrementAndGet)) {
      limiter.limit(RateLimit.perHour(2));
      assertEquals(1, heard.get());
      assertTrue(limiter.queue().tryTake(demand));
      limiter.queue().giveBack(demand);
      assertEquals(2, heard.get());
      limiter.queue().giveBack(demand);
      assertEquals(2, heard.get(), "there was nothing to give back");
    }
    limiter.limit(HOURLY);
    assertEquals(2, heard.get());
  }

  /** Workers that begin when the test says so. */
  private static final class Held {
    private final Queue<Runnable> begun = new ConcurrentLinkedQueue<>();

    Workers workers() {
      return Workers.on(begun::add);
    }

    /** Lets those go that are there, and comes back when they are through or wait for something. */
    void go() {
      for (Runnable next = begun.poll(); next != null; next = begun.poll()) {
        Thread thread = Thread.ofPlatform().daemon().start(next);
        Soon.until(() -> !thread.isAlive() || thread.getState() == Thread.State.WAITING);
      }
    }

    void goUntil(BooleanSupplier reached) {
      Soon.until(
          () -> {
            go();
            return reached.getAsBoolean();
          });
    }
  }

  @Test
  @DisplayName("E21: a permit that came just before a stop goes to the next user")
  void stoppedAfterItsGrant() throws Exception {
    try (ManualClock clock = new ManualClock()) {
      RateLimiter limiter = RateLimiter.of(HOURLY, clock);
      assertTrue(limiter.tryAcquire());
      Held held = new Held();
      AtomicInteger calls = new AtomicInteger();
      Parallel limited = Parallel.of(1).clock(clock).rateLimit(limiter).workers(held.workers());
      try (var run = limited.start(List.of(1), _ -> calls.incrementAndGet())) {
        held.goUntil(() -> clock.timers() > 0);
        clock.advance(ofHours(1));
        run.stop();
        held.goUntil(() -> run.poll().isPresent());
        assertTrue(
            calls.get() == 1 || limiter.tryAcquire(), "a permit that no call has used is lost");
      } finally {
        held.go();
      }
    }
  }

  @Test
  @DisplayName("E21: a permit that came just before a task was cancelled goes to the next user")
  void cancelledAfterItsGrant() throws Exception {
    try (ManualClock clock = new ManualClock()) {
      RateLimiter limiter = RateLimiter.of(HOURLY, clock);
      assertTrue(limiter.tryAcquire());
      Held held = new Held();
      AtomicInteger calls = new AtomicInteger();
      Parallel limited = Parallel.of(1).clock(clock).rateLimit(limiter).workers(held.workers());
      ParallelExecutor executor = ParallelExecutor.of(limited);
      ExecutorFuture<Integer> future = executor.submit(calls::incrementAndGet);
      held.goUntil(() -> clock.timers() > 0);
      clock.advance(ofHours(1));
      future.cancel(true);
      executor.shutdownNow();
      held.goUntil(executor::isTerminated);
      assertTrue(
          calls.get() == 1 || limiter.tryAcquire(), "a permit that no call has used is lost");
    }
  }

  /** A clock that throws when an item's permit is predicted, if it is asked to. */
  private record BrokenLook(TimeSource clock, BooleanSupplier isBroken) implements TimeSource {
    private static final StackWalker STACK = StackWalker.getInstance();

    @Override
    public long nanoTime() {
      boolean isLook =
          STACK.walk(
              frames -> frames.anyMatch(each -> "comesTooLate".equals(each.getMethodName())));
      if (isLook && isBroken.getAsBoolean()) {
        throw new IllegalStateException("the clock is broken");
      }
      return clock.nanoTime();
    }

    @Override
    public Instant now() {
      return clock.now();
    }

    @Override
    public Timer schedule(long dueNanos, Runnable task) {
      return clock.schedule(dueNanos, task);
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
      clock.sleep(duration);
    }

    @Override
    public void enter() {
      clock.enter();
    }

    @Override
    public void exit() {
      clock.exit();
    }

    @Override
    public Wait newWait() {
      return clock.newWait();
    }
  }
}
