package io.millrace.engine.feed;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.stress.Delay;
import io.millrace.stress.Meeting;
import io.millrace.stress.NumberedTask;
import io.millrace.stress.Tally;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * The interleaving: an executor is shut down, which takes out all tasks that nobody has begun, just when the first of them is cancelled,
 * and takes itself out. Each task is taken out once: by its cancel (c) or by the shutdown (d).
 */
public final class TakeOutHunt {
  private static final int TASKS = 4;

  private TakeOutHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "[cd]{4}", expect = ACCEPTABLE, desc = "each task once")
  @Outcome(expect = FORBIDDEN, desc = "a task is lost, or taken out twice")
  public static class Sound {
    private final Meeting meeting = new Meeting();
    private final Tally tally = new Tally(TASKS);
    private final TaskFeed feed = new TaskFeed();
    private final List<NumberedTask> tasks = new ArrayList<>();

    public Sound() {
      for (int number = 0; number < TASKS; number++) {
        NumberedTask task = new NumberedTask(number);
        tasks.add(task);
        feed.add(task);
      }
    }

    @Actor
    public void cancel() {
      meeting.await();
      for (NumberedTask task : tasks) {
        if (feed.remove(task)) {
          tally.first(task.number);
        }
      }
    }

    @Actor
    public void shutDown() {
      meeting.await();
      Delay.holdOpen();
      feed.drain().forEach(task -> tally.second(((NumberedTask) task).number));
    }

    @Arbiter
    public void arbiter(L_Result result) {
      result.r1 = tally.read('c', 'd');
    }
  }

  /** Empties the queue after the lock is free, and leaves it where others find it. */
  @JCStressTest
  @State
  @Outcome(id = "[cd]{4}", expect = ACCEPTABLE, desc = "each task once")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "a task is lost, or taken out twice")
  public static class Racy {
    private final Meeting meeting = new Meeting();
    private final Tally tally = new Tally(TASKS);
    private final Object lock = new Object();
    private final Queue<Integer> queue = new ArrayDeque<>();

    public Racy() {
      for (int number = 0; number < TASKS; number++) {
        queue.add(number);
      }
    }

    @Actor
    public void cancel() {
      meeting.await();
      for (int number = 0; number < TASKS; number++) {
        synchronized (lock) {
          if (queue.remove(number)) {
            tally.first(number);
          }
        }
      }
    }

    @Actor
    public void shutDown() {
      meeting.await();
      List<Integer> all;
      synchronized (lock) {
        all = new ArrayList<>(queue);
      }
      Delay.holdOpen();
      all.forEach(tally::second);
      synchronized (lock) {
        queue.clear();
      }
    }

    @Arbiter
    public void arbiter(L_Result result) {
      result.r1 = tally.read('c', 'd');
    }
  }
}
