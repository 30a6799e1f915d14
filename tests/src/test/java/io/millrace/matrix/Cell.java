package io.millrace.matrix;

import io.millrace.limit.RateLimiter;
import io.millrace.outcome.Outcome;
import io.millrace.plan.RateLimit;
import io.millrace.plan.StopToken;
import io.millrace.testkit.hostile.Culprit;
import io.millrace.testkit.hostile.LockCheck;
import io.millrace.testkit.hostile.Misdeed;
import io.millrace.testkit.hostile.Misdeed.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * One cell of the matrix: a spot, a misdeed, a door, a concurrency. It runs in a thread of its own, and notes
 * what must never be.
 */
final class Cell {
  static final Duration GRACE = Duration.ofMillis(10);
  private static final int BURST = 1_000;
  private static final int MOST_LOOKS = 4;

  final Spot spot;
  final Misdeed misdeed;
  final Door door;
  final int concurrency;
  final int items;
  final Culprit culprit;
  final StopToken token = new StopToken();
  final RateLimiter limiter = RateLimiter.of(RateLimit.perHour(1).burst(BURST));
  final List<Outcome<Thing, Object>> taken = Collections.synchronizedList(new ArrayList<>());
  final AtomicInteger calls = new AtomicInteger();
  final AtomicInteger installs = new AtomicInteger();
  final AtomicInteger closed = new AtomicInteger();
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private final AtomicInteger looks = new AtomicInteger();
  private final AtomicInteger visits = new AtomicInteger();
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger taking = new AtomicInteger();
  private final AtomicInteger listening = new AtomicInteger();
  private final AtomicBoolean reading = new AtomicBoolean();
  private final Map<Integer, Integer> rejections = new ConcurrentHashMap<>();
  private boolean watchesLocks;
  private volatile boolean ending;
  private volatile boolean over;
  private volatile Runnable closing = () -> {};
  private volatile Supplier<?> asking = () -> null;

  /* Written by the cell's thread before it ends, read after. */
  private Optional<Throwable> error = Optional.empty();
  private boolean flag;
  private Thread thread;

  Cell(Spot spot, Misdeed misdeed, Door door, int concurrency) {
    this.spot = spot;
    this.misdeed = misdeed;
    this.door = door;
    this.concurrency = concurrency;
    this.items = misdeed != Misdeed.THROWS_A_CONSTANT ? 12 : spot.takesTime() ? 24 : 150;
    this.culprit = new Culprit(misdeed, this::callBack);
  }

  /** A cell in platform threads whose culprit is harmless, and which asks for the locks that are held. */
  static Cell watchingLocks(Spot spot, Door door, int concurrency) {
    Cell cell = new Cell(spot, Misdeed.ASKS_FOR_PROGRESS, door, concurrency);
    cell.watchesLocks = true;
    return cell;
  }

  boolean watchesLocks() {
    return watchesLocks;
  }

  // What happens in it

  void start() {
    thread = Thread.ofPlatform().daemon().name("matrix " + this).start(this::run);
  }

  private void run() {
    try {
      Props props = new Props(this);
      door.enter(this, props.parallel(), props.source(), props::act);
    } catch (Throwable thrown) {
      error = Optional.of(thrown);
    }
    flag = Thread.interrupted();
    over = true;
  }

  /** User code is called. */
  void visit(Spot here, int item) {
    if (LockCheck.isLocked()) {
      violate("no lock: " + here + " is called under a lock of the library");
    }
    if (watchesLocks && here == spot && looks.incrementAndGet() <= MOST_LOOKS) {
      HeldLocks.now().forEach(lock -> violate("no lock: " + here + " is called under " + lock));
    }
    boolean flag = Thread.currentThread().isInterrupted(); // first: the end may come in between
    boolean calm = !ending && !failsFast() && !misdeed.is(Kind.BLOCKS) && !here.isOfCaller(door);
    if (flag && calm && here != Spot.STAGE_CANCEL && !isSameKey(here, item)) {
      violate("I7: an interrupt reaches " + here + " of item " + item);
    }
    if (here == spot && isDue(item)) {
      if (endsTheRun()) {
        ending = true;
      }
      culprit.act();
    }
  }

  /** Whether items fail whatever the culprit does, and the first of them ends the run. */
  private boolean failsFast() {
    return switch (spot) {
      case ERROR_MESSAGE, ERROR_CAUSE, ERROR_TO_STRING -> !door.outcomes;
      default -> false;
    };
  }

  /**
   * One look for a key asks it more than once: by its hash, beside each key that has the same, and anew if these have
   * changed meanwhile. So it may hear of the interrupt flag that its own first answer leaves set.
   */
  private boolean isSameKey(Spot here, int item) {
    boolean comparesIt =
        switch (here) {
          case PER_KEY_EQUALS -> spot == Spot.PER_KEY_HASH || spot == Spot.PER_KEY_EQUALS;
          case RATE_KEY_EQUALS -> spot == Spot.RATE_KEY_HASH || spot == Spot.RATE_KEY_EQUALS;
          default -> false;
        };
    return comparesIt && isChosen(item);
  }

  private boolean isDue(int item) {
    if (spot.visit == 0) {
      return isChosen(item);
    }
    int visit = visits.incrementAndGet();
    return misdeed == Misdeed.THROWS_A_CONSTANT ? visit >= spot.visit : visit == spot.visit;
  }

  /** Whether the culprit has to do with this item. */
  boolean isChosen(int item) {
    return misdeed == Misdeed.THROWS_A_CONSTANT || item % 5 == 1;
  }

  /**
   * Whether what this item returns is rejected, so that it becomes part of a message. Where the first failure ends the run,
   * the last rejection of an item does, and the others are interrupted.
   */
  boolean rejects(int item) {
    boolean rejects = isChosen(item);
    if (rejects && !door.outcomes && rejections.merge(item, 1, Integer::sum) == Props.ATTEMPTS) {
      ends();
    }
    return rejects;
  }

  private boolean endsTheRun() {
    boolean error = spot.effect == Spot.Effect.RUN || spot.effect == Spot.Effect.ANY;
    return misdeed.is(Kind.ENDS)
        || (misdeed.is(Kind.FLAGS) && spot.isOfCaller(door))
        || (misdeed.is(Kind.THROWS) && (error || !door.outcomes));
  }

  private void callBack() {
    switch (misdeed) {
      case ASKS_FOR_PROGRESS -> {
        asking.get();
        limiter.keys();
        token.stopped();
      }
      case TAKES_A_PERMIT -> takePermit();
      case STOPS_ITS_RUN -> token.stop();
      case CLOSES_ITS_RUN -> closing.run();
      default -> throw new AssertionError(misdeed);
    }
  }

  private void takePermit() {
    try {
      limiter.acquire();
      calls.incrementAndGet();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** From here on the run is about to end before its time. */
  void ends() {
    ending = true;
  }

  void opened(Runnable closing) {
    this.closing = closing;
  }

  void asks(Supplier<?> asking) {
    this.asking = asking;
  }

  void enterAction() {
    calls.incrementAndGet();
    if (running.incrementAndGet() > concurrency && misdeed != Misdeed.IGNORES_INTERRUPTS) {
      violate("I1: " + running + " actions run at once");
    }
  }

  void exitAction() {
    running.decrementAndGet();
  }

  void listen(Spot here, int item) {
    if (listening.getAndIncrement() > 0) {
      violate("I9: callbacks overlap");
    }
    try {
      visit(here, item);
    } finally {
      listening.decrementAndGet();
    }
  }

  void read(Spot here) {
    if (reading.getAndSet(true)) {
      violate("I3: two threads read the source at once");
    }
    try {
      visit(here, -1);
    } finally {
      reading.set(false);
    }
  }

  void take(Outcome<Thing, Object> outcome) {
    if (over) {
      violate("an outcome comes after the end");
    }
    taken.add(outcome);
    if (door.hasConsumer()) {
      visit(Spot.CONSUMER, (int) outcome.index());
    }
  }

  void violate(String what) {
    violations.add(what);
  }

  // What came of it

  boolean isOver() {
    return over && !thread.isAlive();
  }

  Thread thread() {
    return thread;
  }

  Optional<Throwable> error() {
    return error;
  }

  boolean isInterrupted() {
    return flag;
  }

  boolean isLimited() {
    return concurrency > 1 && new Props(this).sharesLimiter();
  }

  int permitsTaken() {
    int left = 0;
    while (left <= BURST && limiter.tryAcquire()) {
      left++;
    }
    return BURST - left;
  }

  /** Whatever it does, it shall end; whoever stops it may be caught in its user code. */
  void abandon() {
    culprit.release();
    Thread.ofPlatform().daemon().name("stop of " + this).start(token::stop);
    thread.interrupt();
  }

  List<String> violations() {
    return violations.stream().distinct().limit(5).toList();
  }

  String stack() {
    return String.join(
        "\n      ", Arrays.stream(thread.getStackTrace()).map(Object::toString).toList());
  }

  @Override
  public String toString() {
    return door + " at " + concurrency;
  }
}
