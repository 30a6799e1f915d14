package io.millrace.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.feed.TaskFeed;
import io.millrace.engine.out.ToItems;
import io.millrace.engine.terms.Config;
import io.millrace.engine.terms.Terms;
import io.millrace.limit.RateLimiter;
import io.millrace.outcome.Details;
import io.millrace.outcome.Success;
import io.millrace.stress.Delay;
import io.millrace.stress.Meeting;
import io.millrace.stress.NumberedTask;
import io.millrace.stress.Tally;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * The interleaving: tasks are submitted just when the worker that has done the last one finds no more, and leaves. Each task is done
 * once, by that worker (w) or by one that was started for it (s). When the feed is shut after that, the run ends.
 */
public final class TaskFeedHunt {
  private static final int TASKS = 3;

  private TaskFeedHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "[ws]{3}, 1", expect = ACCEPTABLE, desc = "each task once, and one end")
  @Outcome(expect = FORBIDDEN, desc = "a task is lost or done twice, or the run does not end")
  public static class Sound {
    private static final Terms TERMS = new Terms(new Config(), true);

    private final Tally tally = new Tally(TASKS);
    private final Meeting meeting = new Meeting();
    private final Idle.Noted effects = new Idle.Noted();
    private final TaskFeed feed = new TaskFeed();
    private final ToItems sink = new ToItems();
    private final Schedule schedule =
        new Schedule(TERMS, feed, sink, effects, RateLimiter.party(), null);

    public Sound() {
      feed.onReady(schedule.reading()::sourceReady);
      schedule.reading().open();
      feed.add(new NumberedTask(0));
    }

    private Worker nextWorker() {
      return effects.nextWorker(schedule, TERMS);
    }

    private Claim work(Worker worker, boolean isFirst) {
      Claim claim = schedule.dispatch().next(worker);
      if (claim != null) {
        NumberedTask task = (NumberedTask) claim.item();
        if (isFirst) {
          tally.first(task.number);
        } else {
          tally.second(task.number);
        }
        claim.finish(
            new Success<>(task, "value", new Details(claim.index(), null, 1, 0, false)), 0);
        sink.settled(claim);
      }
      return claim;
    }

    @Actor
    public void worker() {
      Worker worker = nextWorker();
      meeting.await();
      while (work(worker, true) != null) {
        Delay.upTo(4);
      }
    }

    @Actor
    public void submitter() {
      meeting.await();
      for (int number = 1; number < TASKS; number++) {
        Delay.upTo(200);
        feed.add(new NumberedTask(number));
      }
    }

    @Arbiter
    public void arbiter(LL_Result result) {
      startAll();
      feed.shut();
      startAll();
      result.r1 = tally.read('w', 's');
      result.r2 = effects.ends();
    }

    private void startAll() {
      for (Worker worker = nextWorker(); worker != null; worker = nextWorker()) {
        while (work(worker, false) != null) {
          continue;
        }
      }
    }
  }

  /** Notes that the queue was empty after it has looked, and not in one step with that. */
  @JCStressTest
  @State
  @Outcome(id = "[ws]{3}, 1", expect = ACCEPTABLE, desc = "each task once, and one end")
  @Outcome(
      expect = ACCEPTABLE_INTERESTING,
      desc = "a task is lost or done twice, or the run does not end")
  public static class Racy {
    private final Tally tally = new Tally(TASKS);
    private final Meeting meeting = new Meeting();
    private final Queue<Integer> queue = new ConcurrentLinkedQueue<>();
    private volatile boolean isDrained;
    private int wanted;

    public Racy() {
      queue.add(0);
    }

    @Actor
    public void worker() {
      meeting.await();
      for (Integer next = queue.poll(); next != null; next = queue.poll()) {
        tally.first(next);
      }
      Delay.holdOpen();
      isDrained = true;
    }

    @Actor
    public void submitter() {
      meeting.await();
      for (int number = 1; number < TASKS; number++) {
        queue.add(number);
        if (isDrained) {
          wanted++;
        }
      }
    }

    @Arbiter
    public void arbiter(LL_Result result) {
      if (wanted > 0) {
        for (Integer next = queue.poll(); next != null; next = queue.poll()) {
          tally.second(next);
        }
      }
      result.r1 = tally.read('w', 's');
      result.r2 = 1;
    }
  }
}
