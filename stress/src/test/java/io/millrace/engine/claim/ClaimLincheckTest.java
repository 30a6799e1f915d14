package io.millrace.engine.claim;

import io.millrace.stress.Linearizability;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/**
 * Hunts every interleaving of an owner, who loads a claim and works it off, with thieves: each result
 * has to be that of some order of the steps.
 */
class ClaimLincheckTest {
  private static final int MOST = 5;

  @Test
  void ownerAndThievesActAsIfOneAfterTheOther() {
    Linearizability.holds(Sound.class, Racy.class);
  }

  @Test
  void theSameWithoutAtomicStepsIsFoundOut() {
    Linearizability.isRefuted(Racy.class);
  }

  public static class Sound {
    private final Claim claim = Claim.loading(0, MOST);
    private boolean running;

    @Operation(nonParallelGroup = "owner")
    public boolean append() {
      return !running && claim.loading() < MOST && claim.append("item");
    }

    @Operation(nonParallelGroup = "owner")
    public boolean run() {
      boolean items = !running && claim.run(0, Long.MAX_VALUE);
      running = true;
      return items;
    }

    @Operation(nonParallelGroup = "owner")
    public long work() {
      if (!running || !claim.hasItem()) {
        return -1;
      }
      long index = claim.index();
      claim.finish("done", 0);
      return index;
    }

    /** Goes on to another phase, then leaves the item waiting. */
    @Operation(nonParallelGroup = "owner")
    public long leave() {
      if (!running || !claim.hasItem()) {
        return -1;
      }
      long index = claim.index();
      claim.nextPhase(0, Long.MAX_VALUE);
      claim.seal();
      claim.leaveWaiting(0);
      return index;
    }

    /** How many items have their outcome, and how many wait. */
    @Operation(nonParallelGroup = "owner")
    public String counts() {
      return running ? claim.settled() + " " + claim.waiting() : "";
    }

    /** What its owner does not get to goes to others. */
    @Operation(nonParallelGroup = "owner")
    public String splitRest() {
      return running ? indices(claim.splitRest()) : "";
    }

    @Operation
    public String steal() {
      return indices(claim.steal(0, Long.MAX_VALUE));
    }

    private static String indices(Claim stolen) {
      StringBuilder indices = new StringBuilder();
      while (stolen != null && stolen.hasItem()) {
        indices.append(stolen.index());
        stolen.finish("done", 0);
      }
      return indices.toString();
    }
  }

  /** What the operations mean, one after the other; the control uses it in several threads. */
  public static class Racy {
    private boolean running;
    private int position;
    private int end;
    private int settled;
    private int waiting;

    @Operation(nonParallelGroup = "owner")
    public boolean append() {
      if (running || end == MOST) {
        return false;
      }
      end++;
      return true;
    }

    @Operation(nonParallelGroup = "owner")
    public boolean run() {
      boolean items = !running && position < end;
      running = true;
      return items;
    }

    @Operation(nonParallelGroup = "owner")
    public long work() {
      if (!running || position >= end) {
        return -1;
      }
      settled++;
      return position++;
    }

    @Operation(nonParallelGroup = "owner")
    public long leave() {
      if (!running || position >= end) {
        return -1;
      }
      waiting++;
      return position++;
    }

    @Operation(nonParallelGroup = "owner")
    public String counts() {
      return running ? settled + " " + waiting : "";
    }

    @Operation(nonParallelGroup = "owner")
    public String splitRest() {
      if (!running) {
        return "";
      }
      int rest = end;
      end = Math.min(end, position);
      return indices(position, rest);
    }

    @Operation
    public String steal() {
      int first = running ? position + 1 : position;
      if (first >= end || (!running && end == MOST)) {
        return "";
      }
      int to = end;
      int middle = running ? (first + to) / 2 : (first + to + 1) / 2;
      if (running) {
        end = middle;
        return indices(middle, to);
      }
      position = middle;
      return indices(first, middle);
    }

    private static String indices(int from, int to) {
      StringBuilder indices = new StringBuilder();
      for (int index = from; index < to; index++) {
        indices.append(index);
      }
      return indices.toString();
    }
  }
}
