package io.millrace.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.stress.Meeting;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The interleaving: a scan goes through the workers while some come, on a page that is made for them, and
 * some go. It sees those that stay, each once.
 */
public final class RosterHunt {
  private static final int STAY = 15;

  private RosterHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "15, 15", expect = ACCEPTABLE, desc = "all that stay, each once")
  @Outcome(expect = FORBIDDEN, desc = "a worker is not looked at, or twice")
  public static class Sound {
    private final Roster roster = new Roster();
    private final Meeting meeting = new Meeting();
    private final Worker leaves = Idle.worker();
    private final List<Worker> stay = new ArrayList<>();
    private final List<Worker> come = List.of(Idle.worker(), Idle.worker(), Idle.worker());

    public Sound() {
      roster.add(leaves);
      for (int worker = 0; worker < STAY; worker++) {
        Worker stays = Idle.worker();
        stay.add(stays);
        roster.add(stays);
      }
    }

    @Actor
    public void writer() {
      meeting.await();
      roster.remove(leaves);
      come.forEach(roster::add);
      roster.remove(come.getFirst());
    }

    @Actor
    public void scan(II_Result result) {
      meeting.await();
      List<Worker> seen = new ArrayList<>();
      roster.forEach(seen::add);
      seen.retainAll(stay);
      result.r1 = seen.size();
      result.r2 = (int) seen.stream().distinct().count();
    }
  }

  /** The last one takes the place of the one that goes. */
  @JCStressTest
  @State
  @Outcome(id = "15, 15", expect = ACCEPTABLE, desc = "all that stay, each once")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "a worker is not looked at, or twice")
  public static class Racy {
    private final Meeting meeting = new Meeting();
    private final List<Integer> workers = new CopyOnWriteArrayList<>();

    public Racy() {
      for (int worker = 0; worker <= STAY; worker++) {
        workers.add(worker);
      }
    }

    @Actor
    public void writer() {
      meeting.await();
      workers.set(0, workers.getLast());
      workers.removeLast();
    }

    @Actor
    public void scan(II_Result result) {
      meeting.await();
      List<Integer> seen = new ArrayList<>();
      for (int place = 0; place < workers.size(); place++) {
        try {
          Integer worker = workers.get(place);
          if (worker > 0) {
            seen.add(worker);
          }
        } catch (IndexOutOfBoundsException gone) {
          break;
        }
      }
      result.r1 = seen.size();
      result.r2 = (int) seen.stream().distinct().count();
    }
  }
}
