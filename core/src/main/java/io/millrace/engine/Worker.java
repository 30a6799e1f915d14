package io.millrace.engine;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.terms.Surrounding;
import io.millrace.engine.terms.Terms;
import io.millrace.engine.terms.Tuned;
import io.millrace.engine.thread.Mishaps;
import io.millrace.engine.wait.ItemAtHand;
import io.millrace.engine.wait.Timekeeper;
import io.millrace.outcome.Details;
import io.millrace.outcome.Failure;
import io.millrace.outcome.RunStatus;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A thread's part in a run: claim, attempt, deliver, again; leaves when there is nothing to do. */
final class Worker extends Timekeeper implements Runnable {
  /** The place of a worker that is not in the roster. */
  static final int NOWHERE = -1;

  /** The word of no claim: there is no call that could be hedged. */
  static final long NO_CALL = 0;

  /** A claim that takes less is followed by a larger one. */
  private static final long CHEAP_NANOS = 10_000;

  /** A claim that takes more is followed by one of a single item. */
  private static final long EXPENSIVE_NANOS = 20_000;

  private final Schedule schedule;
  private final Attempts attempts;
  private final Terms terms;

  /** Workers of an earlier generation that have not arrived are forgotten: see {@link Crew}. */
  final int generation;

  private final Surrounding.@Nullable Presence presence;

  /* Written by this worker's thread, read by watchdog and stop. */
  private volatile @Nullable Thread thread;

  /* Written under the run's lock: by this worker, or by whoever abandons it; read by watchdog and stop. */
  volatile @Nullable Claim claim;

  /* Written under the run's lock by whoever abandons this worker, and by itself when it is back. */
  volatile boolean isAbandoned;

  /* Written by this worker, read by whoever would forget it. */
  private volatile boolean endsRun;

  /* Guarded by the run's lock: place in the roster, and whether its abandonment has cost a carrier. */
  int place = NOWHERE;
  boolean isComputing;

  /* Guarded by the run's lock: whether it has come for work. */
  boolean hasArrived;

  private int size = 1;

  /* Made when it is needed: where there are no obstacles, successes do not. Read by whoever abandons. */
  private volatile @Nullable ItemAtHand atHand;

  /* Of runs that hedge: the word of its claim since its call began, and when that was; written by the worker, read by scans. The
   * worker ends its call, then looks for a hedge; a scan says that there is one, then looks whether the call goes on. */
  private volatile long callSeen = NO_CALL;
  private long callStart;
  private volatile @Nullable HedgedCall hedged;

  /* Written and read by scans: where it was when no interrupt could reach it. */
  private volatile @Nullable Place unreachable;

  /** Where a worker was seen: with this word of this claim, for the first time at this real time. */
  private record Place(Claim claim, long seen, long sinceNanos) {}

  Worker(Schedule schedule, Attempts attempts, Terms terms, int generation) {
    super(terms.config.watch == null ? null : terms.config.watch.stripe());
    this.schedule = schedule;
    this.attempts = attempts;
    this.terms = terms;
    this.generation = generation;
    Surrounding around = terms.surrounding;
    this.presence = around == null ? null : around.presence();
  }

  /** How many fresh items to claim at once. */
  int size() {
    return size;
  }

  Thread runningThread() {
    return Objects.requireNonNull(thread, "thread of a worker that runs");
  }

  // Hedging

  /** A call begins that may be hedged. */
  void callBegins(long seen) {
    callStart = nowNanos;
    callSeen = seen;
  }

  /** The call has ended; returns its hedge, if it has one: {@link #unhedged} lets go of that. */
  @Nullable HedgedCall callEnded(Claim of) {
    long seen = callSeen;
    callSeen = NO_CALL;
    HedgedCall second = hedged;
    return second != null && second.isOf(of, seen) ? second : null;
  }

  /** What its call was seen with; {@link #NO_CALL} if it is in none. */
  long callSeen() {
    return callSeen;
  }

  /** When the call began that was seen. */
  long callStart() {
    return callStart;
  }

  boolean isHedged(Claim of, long seen) {
    HedgedCall second = hedged;
    return second != null && second.isOf(of, seen);
  }

  /** Its call gets a hedge. */
  void hedged(HedgedCall second) {
    hedged = second;
  }

  /** Its call has ended. */
  void unhedged(HedgedCall second) {
    if (hedged == second) {
      hedged = null;
    }
  }

  /** The hedge of the phase in which its claim was seen; null if there is none. */
  @Nullable HedgedCall hedgeOf(Claim of, long word) {
    HedgedCall second = hedged;
    boolean isThis = second != null && second.claim == of && Claim.isSamePhase(second.seen, word);
    return isThis ? second : null;
  }

  /**
   * A scan has seen it where no interrupt reaches it: whether an earlier one has, at least so long ago. To settle an item takes a
   * moment, and less than a processor may take to go on with it.
   */
  boolean isUnreachable(Claim of, long seen, long realNanos, long leastNanos) {
    Place known = unreachable;
    if (known != null && known.claim == of && known.seen == seen) {
      return realNanos - known.sinceNanos >= leastNanos;
    }
    unreachable = new Place(of, seen, realNanos);
    return false;
  }

  /** A scan has seen it where interrupts reach it. */
  void isReached() {
    if (unreachable != null) {
      unreachable = null;
    }
  }

  /** Whether it runs in this thread. */
  boolean isIn(Thread other) {
    return thread == other;
  }

  /** Whether it has a thread that needs no carrier. Never changes once it runs. */
  boolean isInPlatformThread() {
    Thread running = thread;
    return running != null && !running.isVirtual();
  }

  /** Whether this worker is in the middle of a computation, and so keeps a carrier of virtual threads. */
  boolean keepsCarrier() {
    Thread running = runningThread();
    return running.isVirtual() && running.getState() == Thread.State.RUNNABLE;
  }

  /** What to run so that a task of this worker is inside of what surrounds the run. */
  Runnable inside(Runnable task) {
    Surrounding.Presence entered = presence;
    return entered == null ? task : () -> entered.run(task);
  }

  /** Interrupts this worker because an attempt takes too long. */
  void interruptAttempt() {
    runningThread().interrupt();
  }

  /** Interrupts this worker because the run has ended. */
  void interrupt() {
    if (presence == null) {
      runningThread().interrupt();
    } else {
      presence.interrupt(runningThread());
    }
  }

  @Override
  public void run() {
    thread = Thread.currentThread();
    if (!terms.isInCaller) {
      Thread.interrupted(); // what somebody has left to this thread
    }
    try {
      readClock();
      while (work(schedule.dispatch().next(this))) {
        // The claim is in no variable here: that would keep it while the worker waits for the next.
      }
    } catch (Throwable broken) {
      Claim held = claim;
      schedule.absences().broke(this, broken);
      if (terms.isTuned && held != null && held.item(0) instanceof Tuned item) {
        Details details = new Details(held.index(0), null, 0, 0, false);
        item.deliver(new Failure<@Nullable Object, @Nullable Object>(item, broken, details));
      }
    } finally {
      if (terms.isTuned && terms.seen != null) {
        Mishaps.survive(terms.seen::look); // an executor may be dropped when no worker is left
      }
    }
  }

  /** Runs a worker that has no slot, and only reads. */
  void readAhead() {
    thread = Thread.currentThread();
    readClock();
    schedule.reading().readAhead(this);
  }

  @Override
  public void readClock() {
    try {
      nowNanos = terms.clock.nanoTime();
    } catch (Throwable broken) {
      schedule.end(RunStatus.ABORTED, broken, false);
    }
  }

  @Override
  public void aboutToEndRun() {
    endsRun = true;
  }

  /** Whether it has settled the failure that ends the run, or is about to, and may not have said so yet. */
  boolean endsRun() {
    return endsRun;
  }

  /** Does what there is in a claim; false if there is none. */
  private boolean work(@Nullable Claim claim) {
    if (claim == null) {
      return false;
    }
    long began = nowNanos;
    boolean leaves = false;
    while (claim.hasItem() && !leaves) {
      long before = nowNanos;
      if (!attempts.run(this, claim)) {
        rejoin();
        return true;
      }
      leaves = mustLeave(claim, nowNanos - before);
    }
    clearHand();
    if (terms.isTuned) {
      readClock(); // its listeners may have taken long
    } else if (leaves) {
      size = 1;
    } else {
      adapt(nowNanos - began);
    }
    return true;
  }

  /*
   * A worker gives its claim back after an item that took long, because nobody would look for what
   * is finished in it meanwhile. It also does so after it left an item waiting, if the window may
   * then have no room for the next one, and when others are to run in its place, or nothing.
   */
  private boolean mustLeave(Claim claim, long tookNanos) {
    return tookNanos > Backlog.LATE_NANOS
        || schedule.control().isRecalling()
        || (claim.waiting() > 0 && schedule.countsFromStart());
  }

  /* The worker was abandoned, and is back. What it held was freed then, and is freed once more,
   * because it may have got more since. */
  private void rejoin() {
    ItemAtHand at = atHand;
    if (at != null && at.ticket != null) {
      attempts.free(at.ticket);
    }
    clearHand();
    size = 1;
    schedule.absences().rejoin(this);
  }

  private void clearHand() {
    ItemAtHand at = atHand;
    if (at != null) {
      at.clear();
    }
  }

  /** Notes what the claim's current item is. */
  ItemAtHand take(Claim claim) {
    ItemAtHand at = hand();
    at.take(claim);
    return at;
  }

  /** Notes what the claim's current item is, which has been called since this time. */
  ItemAtHand takeCalled(Claim claim, long startNanos) {
    ItemAtHand at = hand();
    at.takeCalled(claim, startNanos);
    return at;
  }

  private ItemAtHand hand() {
    ItemAtHand at = atHand;
    if (at == null) {
      at = new ItemAtHand(terms, this);
      atHand = at;
    }
    return at;
  }

  /** What is known of an item that this worker is busy with; null if nothing is. */
  @Nullable ItemAtHand atHand(long index) {
    ItemAtHand at = atHand;
    return at != null && at.isOf(index) ? at : null;
  }

  /* Few clock readings and locks for cheap items, no items behind an expensive one. */
  private void adapt(long tookNanos) {
    if (attempts.mustClaimOneByOne()) {
      size = 1;
    } else if (tookNanos < CHEAP_NANOS) {
      size = Math.min(size * 2, Claim.MOST_CELLS);
    } else if (tookNanos > EXPENSIVE_NANOS) {
      size = 1;
    }
  }
}
