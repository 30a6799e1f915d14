package io.millrace.acceptance;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Monitor;
import io.millrace.Parallel;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.Codec;
import io.millrace.executor.ParallelExecutor;
import io.millrace.outcome.AttemptEvent;
import io.millrace.outcome.Details;
import io.millrace.outcome.FailureGroup;
import io.millrace.outcome.FailureReport;
import io.millrace.outcome.Latencies;
import io.millrace.outcome.MonitorEvent;
import io.millrace.outcome.Pause;
import io.millrace.outcome.Snapshot;
import io.millrace.outcome.WaitCause;
import io.millrace.outcome.Wording;
import io.millrace.plan.Backoff;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.signal.ServerAnswer;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.MemoryStore;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a monitor sees of runs. */
@NoLeaks
@Timeout(60)
class MonitorTest {
  private final ManualClock clock = ManualClock.jumping();
  private final Monitor monitor = Monitor.of();
  private final CountDownLatch others = new CountDownLatch(1);
  private final Map<String, Snapshot> taken = new ConcurrentHashMap<>();

  @AfterEach
  void close() {
    clock.close();
  }

  private Parallel watched(int concurrency) {
    return Parallel.of(concurrency).clock(clock).monitor(monitor);
  }

  private String sleepAndLook(String item, int seconds) throws InterruptedException {
    clock.sleep(ofSeconds(seconds));
    Snapshot now = monitor.snapshot();
    taken.put(item, now);
    taken.putIfAbsent("first", now);
    return item;
  }

  @Test
  @DisplayName("M1: a monitor without a run has seen nothing")
  void nothing() {
    Snapshot none = monitor.snapshot();
    assertEquals(0, none.admitted() + none.done() + none.attempts() + none.runs() + none.slots());
    assertEquals(OptionalLong.of(0), none.total());
    assertEquals(ofSeconds(0), none.paused());
    assertEquals(ofSeconds(0), none.returned().percentile(99));
    assertEquals(0, none.failures().failed());
  }

  @Test
  @DisplayName("M2: items that succeed, fail and wait for a slot are counted while the run goes on")
  void counts() {
    watched(1)
        .map(
            List.of("a", "b", "c", "d"),
            item -> {
              if (item.equals("a")) {
                throw new IOException("no a");
              }
              return sleepAndLook(item, 5);
            });
    Snapshot inC = taken.get("c");
    assertEquals(1, inC.runs());
    assertEquals(OptionalLong.of(4), inC.total());
    assertEquals(1, inC.failed());
    assertEquals(1, inC.running());
    assertEquals(1, inC.slots());
    assertTrue(inC.done() >= 1 && inC.done() <= 2, inC::toString);
    Snapshot end = monitor.snapshot();
    assertEquals(
        List.of(0, 4L, 4L, 1L, 0L, 0, 0),
        List.of(
            end.runs(),
            end.admitted(),
            end.done(),
            end.failed(),
            end.notRun(),
            end.running(),
            end.slots()));
    assertEquals(0, end.waiting().values().stream().mapToLong(Long::longValue).sum());
    assertEquals(3, end.returned().count());
    assertEquals(1, end.threw().count());
    assertTrue(end.returned().max().minus(ofSeconds(5)).toMillis() < 80, () -> "" + end.returned());
    assertEquals(
        List.of(new FailureGroup("IOException: no a", 1, 0, "a")), end.failures().groups());
  }

  @Test
  @DisplayName("M3: an item that waits for its retry, for its key or for a permit is counted so")
  void waits() {
    watched(3)
        .retry(Retry.ofAttempts(2).backoff(Backoff.fixed(ofMinutes(1))))
        .map(
            List.of("fails", "b"),
            item -> {
              if (item.equals("fails") && clock.elapsed().isZero()) {
                throw new IOException();
              }
              return sleepAndLook(item, 5);
            });
    assertEquals(1, taken.get("b").waitingFor(WaitCause.BACKOFF));
    assertEquals(1, taken.get("b").retries());
    watched(3)
        .concurrencyPerKey(1, item -> "same")
        .map(List.of("k", "l"), item -> sleepAndLook(item, 5));
    assertEquals(
        1, taken.get("k").waitingFor(WaitCause.KEY) + taken.get("l").waitingFor(WaitCause.KEY));
    watched(3)
        .rateLimit(RateLimit.per(1, ofMinutes(1)))
        .map(List.of("r", "s"), item -> sleepAndLook(item, 5));
    assertEquals(
        1, taken.get("r").waitingFor(WaitCause.RATE) + taken.get("s").waitingFor(WaitCause.RATE));
    assertEquals(0, taken.get("r").waitingFor(WaitCause.PAUSE));
  }

  private static class Busy extends IOException {
    private static final long serialVersionUID = 1;

    Busy() {
      super("busy");
    }
  }

  /* Not before another item has its permit. */
  private void refuseFirst(String item, String refused) throws Busy, InterruptedException {
    if (!item.equals(refused)) {
      others.countDown();
    } else if (clock.elapsed().isZero()) {
      others.await();
      throw new Busy();
    }
  }

  private static Retry asServerSays() {
    return Retry.ofAttempts(2)
        .serverWait(
            (value, error, now) ->
                error instanceof Busy ? Optional.of(ofSeconds(28)) : Optional.empty());
  }

  @Test
  @DisplayName(
      "M4: a pause is seen with its origin and what is left of it, and who waits for its end")
  void pauses() {
    watched(2)
        .retry(asServerSays())
        .map(
            List.of("a", "b", "c"),
            item -> {
              refuseFirst(item, "a");
              return sleepAndLook(item, 3);
            });
    Snapshot inB = taken.get("first");
    assertEquals(List.of(new Pause("Busy: busy", 1, ofSeconds(25))), inB.pauses());
    assertEquals(ofSeconds(3), inB.paused());
    assertEquals(1, inB.waitingFor(WaitCause.PAUSE), inB::toString);
    assertEquals(0, inB.waitingFor(WaitCause.RATE));
    assertEquals(1, inB.waitingFor(WaitCause.BACKOFF));
    assertEquals(ofSeconds(28), monitor.snapshot().paused());
    assertFalse(monitor.snapshot().pauses().getFirst().isHolding());
  }

  @Test
  @DisplayName("M4: the pause of one key holds those of that key, and no others")
  void pausesOfKeys() {
    watched(2)
        .rateLimit(RateLimit.per(1, ofSeconds(20)).by((String item) -> item.charAt(0)))
        .retry(asServerSays())
        .map(
            List.of("a1", "b1", "a2", "b2"),
            item -> {
              refuseFirst(item, "a1");
              return sleepAndLook(item, 3);
            });
    Snapshot inB = taken.get("first");
    assertEquals(1, inB.waitingFor(WaitCause.PAUSE), inB::toString);
    assertEquals(1, inB.waitingFor(WaitCause.RATE), inB::toString);
  }

  @Test
  @DisplayName("M5: a run that ends early ends its pauses, and counts what was not run")
  void cutShort() {
    var results =
        watched(1)
            .retry(asServerSays())
            .maxFailures(1)
            .map(
                List.of("a", "b", "c"),
                item -> {
                  if (item.equals("a")) {
                    throw new Busy();
                  }
                  throw new IOException("no");
                });
    assertEquals(2, results.notRun().size());
    Snapshot end = monitor.snapshot();
    assertEquals(2, end.notRun());
    assertEquals(1, end.done());
    assertTrue(end.pauses().stream().noneMatch(Pause::isHolding));
  }

  @Test
  @DisplayName(
      "M5: whoever has waited for the end of a run sees it over, whichever threads ended it")
  void overOnceJoined() {
    for (int run = 0; run < 2_000; run++) {
      watched(1)
          .maxFailures(1)
          .map(
              List.of(1, 2, 3),
              item -> {
                if (item == 2) {
                  throw new IOException("no");
                }
                return item;
              });
      assertEquals(0, monitor.snapshot().runs(), "after run " + run);
    }
  }

  @Test
  @DisplayName("M6: several runs and executors count together, and what is over stays counted")
  void several() throws Exception {
    assertTrue(watched(2).map(List.of(1, 2, 3), item -> item).ok());
    assertTrue(watched(2).map(List.of(1, 2), item -> item).ok());
    try (ParallelExecutor executor = ParallelExecutor.of(Parallel.of(2).monitor(monitor))) {
      assertEquals(1, executor.submit(() -> 1).result());
      assertThrows(
          IOException.class,
          () ->
              executor
                  .submit(
                      () -> {
                        throw new IOException("task");
                      })
                  .result());
    }
    Snapshot end = monitor.snapshot();
    assertEquals(0, end.runs());
    assertEquals(7, end.done());
    assertEquals(6, end.returned().count());
    assertEquals(
        List.of(new FailureGroup("IOException: task", 1, 1, "task 1")), end.failures().groups());
  }

  @Test
  @DisplayName(
      "M7: of more causes than 100, the rest is counted together; names are cut and shown safely")
  void bounded() {
    Wording wordy =
        new Wording() {
          @Override
          public String item(@Nullable Object item, Details details) {
            return "x".repeat(100_000) + "\u001b[2J";
          }
        };
    Monitor bounded = Monitor.of(wordy);
    Parallel.of(2)
        .monitor(bounded)
        .map(
            IntStream.range(0, 1_000).boxed().toList(),
            item -> {
              throw new IOException("\u001b[2Jcause\n" + item % 500);
            });
    FailureReport report = bounded.snapshot().failures();
    assertEquals(FailureReport.MOST_CAUSES, report.groups().size());
    assertEquals(1_000, report.failed());
    for (FailureGroup group : report.groups()) {
      assertTrue(group.sample().length() < 300);
      assertFalse(group.cause().contains("\u001b") || group.cause().contains("\n"), group.cause());
    }
  }

  @Test
  @DisplayName("M7: what a wording throws changes nothing")
  void brokenWording() {
    Wording broken =
        new Wording() {
          @Override
          public String cause(Throwable error) {
            throw new IllegalStateException();
          }

          @Override
          public String item(@Nullable Object item, Details details) {
            throw new StackOverflowError();
          }

          @Override
          public String pause(@Nullable Object item, Throwable error) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException();
          }
        };
    Monitor other = Monitor.of(broken);
    var results =
        Parallel.of(1)
            .clock(clock)
            .monitor(other)
            .retry(asServerSays())
            .map(
                List.of("a"),
                item -> {
                  throw new Busy();
                });
    assertEquals(1, results.failures().size());
    assertEquals(
        List.of(new FailureGroup("Busy", 1, 0, "item 0")), other.snapshot().failures().groups());
    assertEquals("Busy", other.snapshot().pauses().getFirst().origin());
  }

  @Test
  @DisplayName("M8: a listener hears of attempts with their ends, of retries, waits and pauses")
  void events() {
    Queue<String> heard = new ConcurrentLinkedQueue<>();
    Monitor listening = Monitor.of(Wording.PLAIN, event -> heard.add(said(event)));
    Parallel.of(1)
        .clock(clock)
        .monitor(listening)
        .retry(asServerSays())
        .map(
            List.of("a"),
            item -> {
              clock.sleep(ofSeconds(1));
              if (clock.elapsed().toSeconds() < 10) {
                throw new Busy();
              }
              return item;
            });
    assertEquals(
        List.of(
            "starts 1",
            "ended 1 after PT1S: busy",
            "Busy: busy pauses PT28S",
            "fails: busy",
            "starts 2",
            "ended 2 after PT1S: null"),
        heard.stream().filter(line -> !line.startsWith("waits")).toList());
  }

  private static String said(MonitorEvent event) {
    return switch (event) {
      case MonitorEvent.Attempt(AttemptEvent.Starting(_, var details)) ->
          "starts " + details.attempts();
      case MonitorEvent.Attempt(AttemptEvent.Hedging(_, var details)) ->
          "hedges " + details.attempts();
      case MonitorEvent.Attempt(AttemptEvent.Retrying(_, var error, _, _)) ->
          "fails: " + error.getMessage();
      case MonitorEvent.Attempt(AttemptEvent.Waiting(_, var reason, _)) -> "waits for " + reason;
      case MonitorEvent.Ended(_, var error, var took, var details) ->
          "ended "
              + details.attempts()
              + " after "
              + took
              + ": "
              + (error == null ? null : error.getMessage());
      case MonitorEvent.Paused(var origin, var length) -> origin + " pauses " + length;
      case MonitorEvent.ConcurrencyChanged(var change) -> change.toString();
    };
  }

  @Test
  @DisplayName("M8, A68: what the listener throws ends the run, and is thrown")
  void brokenListener() {
    IllegalStateException broken = new IllegalStateException("broken");
    Monitor listening =
        Monitor.of(
            Wording.PLAIN,
            event -> {
              if (event instanceof MonitorEvent.Ended) {
                throw broken;
              }
            });
    assertSame(
        broken,
        assertThrows(
            IllegalStateException.class,
            () -> Parallel.of(1).monitor(listening).map(List.of("a"), item -> item)));
  }

  @Test
  @DisplayName("M9: items that a checkpoint has are counted as restored, without an attempt")
  void restored() {
    Checkpoint checkpoint =
        Checkpoint.of(new MemoryStore(), CheckpointName.of("monitor", "1"), Codec.text());
    Parallel parallel = Parallel.of(2).monitor(monitor).checkpoint(checkpoint);
    assertTrue(parallel.map(List.of("a", "b"), item -> item).ok());
    assertTrue(parallel.map(List.of("a", "b", "c"), item -> item).ok());
    Snapshot end = monitor.snapshot();
    assertEquals(2, end.restored());
    assertEquals(5, end.done());
    assertEquals(3, end.attempts());
  }

  @Test
  @DisplayName(
      "M10: attempts that time out count as ended by a throw, with the time that they took")
  void timeouts() {
    watched(1)
        .attemptTimeout(ofSeconds(2))
        .map(
            List.of("a"),
            item -> {
              clock.sleep(ofMinutes(1));
              return item;
            });
    Snapshot end = monitor.snapshot();
    assertEquals(1, end.threw().count());
    assertEquals(0, end.returned().count());
    assertTrue(end.threw().max().minus(ofSeconds(2)).toMillis() < 40, () -> "" + end.threw());
  }

  @Test
  @DisplayName("M11: the monitor can be switched off, and null is refused")
  void switchedOff() {
    assertTrue(watched(1).withoutMonitor().map(List.of(1), item -> item).ok());
    assertEquals(0, monitor.snapshot().done());
    assertThrows(NullPointerException.class, () -> Parallel.of(1).monitor(null));
  }

  @Test
  @DisplayName("M12: results tell their failures by cause")
  void report() {
    List<String> items = new ArrayList<>(List.of("a", "b", "c"));
    var results =
        Parallel.of(1)
            .map(
                items,
                item -> {
                  if (item.equals("a")) {
                    return item;
                  }
                  throw new IOException("disk full");
                });
    assertEquals(
        List.of(new FailureGroup("IOException: disk full", 2, 1, "b")), results.report().groups());
    assertEquals(
        String.format("2 failed%n  2 x IOException: disk full, first b"),
        results.report().toString());
  }

  @Test
  @DisplayName("M12: rejected results are one cause, though each item has another one")
  void rejectedResults() {
    var retry = Retry.ofAttempts(2).backoff(Backoff.none()).whenResult(result -> true);
    var results = Parallel.of(1).retry(retry).map(List.of("a", "b", "c"), item -> item);
    assertEquals(
        List.of(
            new FailureGroup(
                "RejectedResultException: result rejected by the retry policy", 3, 0, "a")),
        results.report().groups());
  }

  @Test
  @DisplayName("M12: a response that was returned and rejected is counted by its status")
  void rejectedResponses() {
    Monitor other = Monitor.of();
    var results =
        Parallel.of(1)
            .clock(clock)
            .monitor(other)
            .retry(Retry.http().attempts(2))
            .map(List.of("a", "b"), item -> Reply.of(503, "Retry-After", "1"));
    List<FailureGroup> expected = List.of(new FailureGroup("status 503", 2, 0, "a"));
    assertEquals(expected, results.report().groups());
    assertEquals(expected, other.snapshot().failures().groups());
    assertEquals(
        List.of("status 503"), other.snapshot().pauses().stream().map(Pause::origin).toList());
  }

  @Test
  @DisplayName(
      "M12: the failure that ends a run is counted by its cause, with its item, as any other is")
  void fatalFailureInWords() {
    watched(1)
        .retry(Retry.ofAttempts(3).endRunWhen(error -> true))
        .map(
            List.of("a", "b"),
            item -> {
              throw new IOException("no " + item);
            });
    assertEquals(
        List.of(new FailureGroup("IOException: no a", 1, 0, "a")),
        monitor.snapshot().failures().groups());
  }

  @Test
  @DisplayName("M12: so is the failure of a task whose value cannot be stored")
  void failureOfACheckpointInWords() {
    Codec<String> broken =
        new Codec<>() {
          @Override
          public byte[] encode(String value) {
            throw new IllegalStateException("encode");
          }

          @Override
          public String decode(byte[] bytes) {
            return "";
          }
        };
    var checkpoint = Checkpoint.of(new MemoryStore(), CheckpointName.of("monitored", "1"), broken);
    try (ParallelExecutor executor =
        ParallelExecutor.of(Parallel.of(1).monitor(monitor).checkpoint(checkpoint))) {
      executor.submit(() -> "value", executor.options().key("k"));
    }
    String cause = monitor.snapshot().failures().groups().getFirst().cause();
    assertTrue(cause.startsWith("CheckpointException: item 0 with the key"), cause);
  }

  @Test
  @DisplayName(
      "M8: an attempt ends once, and limits learn from it once, also if its judging takes too long")
  void judgedTwice() {
    AtomicInteger ended = new AtomicInteger();
    AtomicInteger answers = new AtomicInteger();
    Monitor listening =
        Monitor.of(
            Wording.PLAIN,
            event -> {
              if (event instanceof MonitorEvent.Ended) {
                ended.incrementAndGet();
              }
            });
    var results =
        Parallel.of(1)
            .clock(clock)
            .monitor(listening)
            .attemptTimeout(ofMillis(100))
            .rateLimit(
                RateLimit.adaptive()
                    .reading(
                        (result, error, now) -> {
                          answers.incrementAndGet();
                          return ServerAnswer.unknown();
                        }))
            .retry(
                Retry.ofAttempts(1)
                    .whenResult(
                        result -> {
                          try {
                            clock.sleep(ofSeconds(1));
                          } catch (InterruptedException late) {
                            return false;
                          }
                          return false;
                        }))
            .map(List.of("a"), item -> item);
    assertInstanceOf(TimeoutException.class, results.failures().getFirst().error());
    assertEquals(1, ended.get(), "ends");
    assertEquals(1, answers.get(), "answers");
  }

  @Test
  @DisplayName("M7: a cause has a name, also if its class is anonymous and has no message")
  void anonymousCause() {
    var results =
        watched(1)
            .map(
                List.of("a"),
                item -> {
                  throw new IllegalStateException() {};
                });
    String seen = monitor.snapshot().failures().groups().getFirst().cause();
    assertTrue(seen.startsWith("io.millrace.acceptance.MonitorTest$"), seen);
    assertEquals(seen, results.report().groups().getFirst().cause());
  }

  private static Snapshot ofOneRun(
      OptionalLong total, List<Pause> pauses, Latencies returned, FailureReport failures) {
    return new Snapshot(
        1,
        10,
        total,
        6,
        2,
        1,
        3,
        4,
        5,
        Map.of(WaitCause.RATE, 7L),
        8,
        pauses,
        ofSeconds(pauses.size()),
        returned,
        Latencies.NONE,
        failures);
  }

  @Test
  @DisplayName("M6: two snapshots add up as one of both")
  void snapshotsAddUp() {
    FailureReport some =
        new FailureReport(
            List.of(new FailureGroup("a", 3, 1, "first"), new FailureGroup("b", 1, 4, "4")), 5);
    FailureReport others =
        new FailureReport(
            List.of(new FailureGroup("b", 9, 0, "0"), new FailureGroup("c", 1, 2, "2")), 1);
    Snapshot one =
        ofOneRun(
            OptionalLong.of(20),
            List.of(new Pause("x", 1, ofSeconds(9)), new Pause("y", 2, ofSeconds(1))),
            Latencies.of(0, 1),
            some);
    Snapshot other =
        ofOneRun(
            OptionalLong.of(1), List.of(new Pause("y", 3, ofSeconds(4))), Latencies.of(1), others);
    Snapshot both = one.plus(other);
    assertEquals(2, both.runs());
    assertEquals(20, both.admitted());
    assertEquals(OptionalLong.of(21), both.total());
    assertEquals(12, both.done());
    assertEquals(4, both.failed());
    assertEquals(2, both.restored());
    assertEquals(6, both.notRun());
    assertEquals(8, both.running());
    assertEquals(10, both.slots());
    assertEquals(14, both.waitingFor(WaitCause.RATE));
    assertEquals(0, both.waitingFor(WaitCause.KEY));
    assertEquals(16, both.retries());
    assertEquals(
        List.of(new Pause("y", 5, ofSeconds(4)), new Pause("x", 1, ofSeconds(9))), both.pauses());
    assertEquals(ofSeconds(2), both.paused());
    assertEquals(2, both.returned().count());
    assertEquals(0, both.threw().count());
    assertEquals(
        new FailureReport(
            List.of(
                new FailureGroup("b", 10, 4, "4"),
                new FailureGroup("a", 3, 1, "first"),
                new FailureGroup("c", 1, 2, "2")),
            6),
        both.failures());
    Snapshot unknown = ofOneRun(OptionalLong.empty(), List.of(), Latencies.NONE, some);
    assertEquals(OptionalLong.empty(), one.plus(unknown).total());
  }

  @Test
  @DisplayName("M7: what adds up is bounded as its parts are, and those that are known stay")
  void sumsAreBounded() {
    List<FailureGroup> groups =
        IntStream.range(0, FailureReport.MOST_CAUSES)
            .mapToObj(n -> new FailureGroup("cause " + n, 1, n, "item"))
            .toList();
    FailureReport sum =
        new FailureReport(groups, 2)
            .plus(
                new FailureReport(
                    List.of(
                        new FailureGroup("new", 50, 0, "item"),
                        new FailureGroup("cause 7", 4, 0, "item")),
                    3));
    assertEquals(FailureReport.MOST_CAUSES, sum.groups().size());
    assertEquals(new FailureGroup("cause 7", 5, 7, "item"), sum.groups().getFirst());
    assertEquals(55, sum.others());
    List<Pause> many =
        IntStream.range(0, 32).mapToObj(n -> new Pause("old " + n, 1, ofSeconds(0))).toList();
    FailureReport none = new FailureReport(List.of(), 0);
    Snapshot one = ofOneRun(OptionalLong.empty(), many, Latencies.NONE, none);
    Pause holding = new Pause("new", 1, ofSeconds(5));
    Snapshot other = ofOneRun(OptionalLong.empty(), List.of(holding), Latencies.NONE, none);
    assertEquals(32, other.plus(one).pauses().size());
    assertEquals(holding, other.plus(one).pauses().getLast());
  }
}
