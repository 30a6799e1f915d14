package io.millrace.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.outcome.FailureGroup;
import io.millrace.outcome.FailureReport;
import io.millrace.outcome.Latencies;
import io.millrace.outcome.Pause;
import io.millrace.outcome.Snapshot;
import io.millrace.outcome.WaitCause;
import io.millrace.spark.WorkerReport.TaskPlace;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a monitor of the driver makes of what it is told, whatever is repeated, lost, or comes late. */
class ClusterFiguresTest {
  private static final Latencies ONE_CALL = Latencies.of(0, 1);
  private static final FailureReport NO_FAILURES = new FailureReport(List.of(), 0);

  private final ClusterFigures figures = new ClusterFigures();

  private static Snapshot items(long read, long done, long failed) {
    FailureReport failures =
        new FailureReport(List.of(new FailureGroup("status 404", failed, 3, "item 3")), 0);
    return snapshot(read, done, failed, 0, 0, Map.of(), 0, List.of(), Latencies.NONE, failures);
  }

  /* So many retries, and as many attempts under way and attempts that have returned. */
  private static Snapshot work(int count, Pause... pauses) {
    Latencies times = Latencies.NONE;
    for (int call = 0; call < count; call++) {
      times = times.plus(ONE_CALL);
    }
    Map<WaitCause, Long> waiting = Map.of(WaitCause.RATE, (long) count);
    return snapshot(0, 0, 0, count, 10, waiting, count, List.of(pauses), times, NO_FAILURES);
  }

  private static Snapshot snapshot(
      long read,
      long done,
      long failed,
      int running,
      int slots,
      Map<WaitCause, Long> waiting,
      long retries,
      List<Pause> pauses,
      Latencies returned,
      FailureReport failures) {
    return new Snapshot(
        slots == 0 ? 0 : 1,
        read,
        OptionalLong.empty(),
        done,
        failed,
        0,
        0,
        running,
        slots,
        waiting,
        retries,
        pauses,
        Duration.ofSeconds(retries),
        returned,
        Latencies.NONE,
        failures);
  }

  private static WorkerReport report(
      TaskPlace task, Snapshot items, long generation, long number, Snapshot work) {
    return new WorkerReport(
        task,
        false,
        new SentSnapshot(items),
        generation,
        number,
        work.running() > 0,
        new SentSnapshot(work));
  }

  private static TaskPlace task(String worker, long attempt, int partition) {
    return new TaskPlace(worker, attempt, 7, partition);
  }

  @Test
  @DisplayName(
      "K9 items of tasks that run and of those that have ended, and the work of all workers, add up")
  void addsUp() {
    figures.begun(task("a", 1, 0));
    figures.begun(task("b", 2, 1));
    figures.running(report(task("a", 1, 0), items(20, 10, 1), 0, 0, work(3)));
    figures.running(report(task("b", 2, 1), items(30, 15, 2), 0, 0, work(4)));
    Snapshot both = figures.get();
    assertEquals(2, both.runs());
    assertEquals(50, both.admitted());
    assertEquals(OptionalLong.empty(), both.total());
    assertEquals(25, both.done());
    assertEquals(3, both.failed());
    assertEquals("status 404", both.failures().groups().getFirst().cause());
    assertEquals(3, both.failures().failed());
    assertEquals(7, both.running());
    assertEquals(20, both.slots());
    assertEquals(7, both.waitingFor(WaitCause.RATE));
    assertEquals(7, both.retries());
    assertEquals(7, both.returned().count());
    assertEquals(Duration.ofSeconds(4), both.paused(), "that of the worker with the longest");

    figures.succeeded(report(task("a", 1, 0), items(20, 20, 2), 0, 1, work(0)));
    figures.ended(1);
    Snapshot one = figures.get();
    assertEquals(35, one.done());
    assertEquals(4, one.failed());
    assertEquals(1, one.runs(), "the one without tasks has no slots");
    assertEquals(4, one.running());
    assertEquals(10, one.slots());
  }

  @Test
  @DisplayName(
      "K9 a task that fails takes its items along, and not its work; that which repeats it counts")
  void aTaskThatFails() {
    figures.begun(task("a", 1, 0));
    figures.running(report(task("a", 1, 0), items(20, 10, 1), 0, 0, work(3)));
    figures.ended(1);
    Snapshot failed = figures.get();
    assertEquals(0, failed.done());
    assertEquals(0, failed.failures().failed());
    assertEquals(0, failed.running(), "nothing runs there");
    assertEquals(0, failed.waitingFor(WaitCause.RATE));
    assertEquals(3, failed.returned().count());
    figures.running(report(task("a", 1, 0), items(20, 12, 1), 0, 1, work(3)));
    assertEquals(0, figures.get().done(), "a heartbeat that comes late");
    figures.begun(task("a", 2, 0));
    figures.succeeded(report(task("a", 2, 0), items(20, 20, 1), 0, 2, work(5)));
    figures.ended(2);
    assertEquals(20, figures.get().done());
    assertEquals(5, figures.get().returned().count());
  }

  @Test
  @DisplayName("K9 a worker whose tasks have failed and that has tasks of other jobs does nothing")
  void tasksOfOtherJobs() {
    figures.begun(task("a", 1, 0));
    figures.running(report(task("a", 1, 0), items(20, 10, 1), 0, 0, work(3)));
    figures.ended(1);
    figures.begun(new TaskPlace("a", 2, 8, 0));
    Snapshot now = figures.get();
    assertEquals(0, now.running());
    assertEquals(0, now.slots());
    assertEquals(0, now.waitingFor(WaitCause.RATE));
    figures.begun(task("a", 3, 1));
    assertEquals(3, figures.get().running(), "another task of the stage, before its first report");
  }

  @Test
  @DisplayName("K9 a partition that is done again, because what came of it was lost, counts once")
  void aPartitionThatIsDoneAgain() {
    figures.succeeded(report(task("a", 1, 0), items(20, 20, 1), 0, 0, work(0)));
    figures.lost("a");
    figures.begun(task("b", 2, 0));
    figures.running(report(task("b", 2, 0), items(10, 5, 1), 0, 0, work(2)));
    assertEquals(20, figures.get().done());
    figures.succeeded(report(task("b", 2, 0), items(20, 20, 1), 0, 1, work(0)));
    assertEquals(20, figures.get().done());
    assertEquals(1, figures.get().failed());
    figures.succeeded(report(new TaskPlace("b", 3, 8, 0), items(20, 20, 1), 0, 2, work(0)));
    assertEquals(40, figures.get().done(), "in another stage the rows are computed anew");
  }

  @Test
  @DisplayName("K9 two attempts at a partition at once count once, as the later one is")
  void twoAttempts() {
    figures.begun(task("a", 1, 0));
    figures.begun(task("b", 2, 0));
    figures.running(report(task("b", 2, 0), items(10, 5, 0), 0, 0, work(1)));
    figures.running(report(task("a", 1, 0), items(20, 15, 0), 0, 0, work(1)));
    assertEquals(5, figures.get().done());
  }

  @Test
  @DisplayName("K9 the work of a lost worker stays, and what it tells too late does not count")
  void aLostWorker() {
    Pause pause = new Pause("status 429", 2, Duration.ofDays(1));
    figures.begun(task("a", 1, 0));
    figures.running(report(task("a", 1, 0), items(20, 10, 1), 0, 0, work(3, pause)));
    assertTrue(figures.get().pauses().getFirst().isHolding());
    figures.lost("a");
    figures.running(report(task("a", 1, 0), items(20, 11, 1), 0, 1, work(9)));
    Snapshot lost = figures.get();
    assertEquals(3, lost.returned().count());
    assertEquals(3, lost.retries());
    assertEquals(0, lost.running());
    assertEquals(2, lost.pauses().getFirst().times());
    assertFalse(lost.pauses().getFirst().isHolding());
    figures.ended(1);
    assertEquals(0, figures.get().done());
  }

  @Test
  @DisplayName(
      "K9 of several looks at a worker the latest one counts; a new monitor of it begins at zero")
  void looks() {
    figures.begun(task("a", 1, 0));
    figures.running(report(task("a", 1, 0), items(0, 0, 0), 4, 9, work(5)));
    figures.running(report(task("a", 1, 0), items(0, 0, 0), 4, 8, work(3)));
    assertEquals(5, figures.get().returned().count());
    figures.running(report(task("a", 1, 0), items(0, 0, 0), 6, 0, work(2)));
    assertEquals(7, figures.get().returned().count());
    assertEquals(2, figures.get().running());
    figures.running(report(task("a", 1, 0), items(0, 0, 0), 4, 10, work(6)));
    assertEquals(7, figures.get().returned().count(), "of the monitor before");
  }

  @Test
  @DisplayName("K9 at the end of the application nothing runs any more")
  void theEnd() {
    figures.begun(task("a", 1, 0));
    figures.running(report(task("a", 1, 0), items(20, 10, 1), 0, 0, work(3)));
    figures.allLost();
    Snapshot end = figures.get();
    assertEquals(0, end.running());
    assertEquals(0, end.done());
    assertEquals(3, end.returned().count());
  }

  @Test
  @DisplayName("K9 what is sent comes as it was")
  void sent() throws Exception {
    Latencies times = Latencies.of(0, 1, 0, 7).plus(Latencies.of(new long[Latencies.places()]));
    Snapshot whole =
        snapshot(
            9,
            8,
            7,
            6,
            5,
            Map.of(WaitCause.KEY, 4L, WaitCause.PAUSE, 2L),
            3,
            List.of(new Pause("one", 2, Duration.ofMillis(1)), new Pause("two", 1, Duration.ZERO)),
            times,
            new FailureReport(List.of(new FailureGroup("cause", 7, 1, "sample")), 5));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(new SentSnapshot(whole));
    }
    Snapshot back;
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      back = ((SentSnapshot) in.readObject()).snapshot();
    }
    assertEquals(whole.waiting(), back.waiting());
    assertEquals(whole.pauses(), back.pauses());
    assertEquals(whole.failures(), back.failures());
    assertEquals(whole.returned().toString(), back.returned().toString());
    assertEquals(9, back.admitted());
    assertEquals(8, back.done());
    assertEquals(6, back.running());
    assertEquals(5, back.slots());
    assertEquals(Duration.ofSeconds(3), back.paused());
  }
}
