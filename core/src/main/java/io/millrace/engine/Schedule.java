package io.millrace.engine;

import io.millrace.base.ShortLock;
import io.millrace.outcome.Failure;
import io.millrace.outcome.RunStatus;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Who does what next: the items that wait, the source, the workers, the window and the end of a run.
 *
 * <p>One lock guards all of it. Every critical section ends in {@link #release}, which starts a worker
 * if there is work that nobody is going to look for, and notices the end. So:
 *
 * <p><b>No work is forgotten.</b> Whenever the lock is free, and there is work and a free slot, then a
 * worker is on its way ({@code arriving}), or somebody reads the source and will come back to the lock.
 * A worker that gets work while there is more starts the next one; so workers appear only as fast as
 * the scheduler runs them, and cheap items need few.
 */
final class Schedule {
  /** A claim that has been held this long is not progressing as claims do. */
  private static final long LATE_NANOS = 100_000;

  static final int NO_SLOT = -1;

  private final Engine engine;
  private final Feed feed;
  private final Sink sink;
  private final int slots;
  private final int window;
  private final boolean ownThreads;
  private final boolean prompt;

  private final ShortLock lock = new ShortLock();

  // Guarded by the lock

  private final Queue<Ticket> ready = new ArrayDeque<>();
  private final Queue<Claim> returned = new ArrayDeque<>();
  private final PriorityQueue<Ticket> delayed =
      new PriorityQueue<>(
          Comparator.<Ticket>comparingLong(ticket -> ticket.dueNanos - engine().originNanos)
              .thenComparingLong(ticket -> ticket.sequence));
  private long sequence;

  /** Claims that others may steal from: oldest first. */
  private final List<Claim> shared = new ArrayList<>();

  private final List<Worker> workers = new ArrayList<>();

  /** Workers that have a slot, those that are arriving or stuck included. */
  private int active;

  private int arriving;
  private int stuck;

  /** Workers of an older generation were forgotten before they arrived. */
  private int generation;

  private @Nullable Claim loading;
  private @Nullable Worker reader;
  private boolean readerInterrupted;
  private boolean exhausted;
  private boolean dry;
  private long readySignals;

  private long admitted;
  private long settled;

  private boolean walk;
  private boolean justEnded;
  private boolean joined;

  // Written under the lock, read without it

  private volatile RunStatus status = RunStatus.RUNNING;
  private volatile @Nullable Throwable error;
  private volatile boolean over;

  /** A worker left, or would have read, but for the window. */
  private volatile boolean starved;

  /** Nobody will look at what the reader has appended. */
  private volatile boolean hungry;

  Schedule(Engine engine, Feed feed, Sink sink, Config config) {
    this.engine = engine;
    this.feed = feed;
    this.sink = sink;
    this.slots = config.slots();
    this.window = config.room();
    this.ownThreads = engine.ownThreads;
    this.exhausted = feed.exhausted();
    this.prompt = feed.prompt();
    this.walk = feed.size() != Feed.UNSIZED;
  }

  private Engine engine() {
    return engine;
  }

  // What others ask

  RunStatus status() {
    return status;
  }

  @Nullable Throwable error() {
    return error;
  }

  boolean hasEnded() {
    return status != RunStatus.RUNNING;
  }

  boolean isOver() {
    return over;
  }

  boolean isStarved() {
    return starved;
  }

  boolean roomForHalf() {
    return window - (admittedRacy() - sink.delivered(0)) >= window / 2;
  }

  private long admittedRacy() {
    return admitted; // only a hint: a stale value delays or hastens a wake-up that comes anyway
  }

  long admittedNow() {
    lock.lock();
    try {
      return admitted();
    } finally {
      lock.unlock();
    }
  }

  long settledNow() {
    lock.lock();
    try {
      return settled;
    } finally {
      lock.unlock();
    }
  }

  boolean hasJoined() {
    lock.lock();
    try {
      return joined;
    } finally {
      lock.unlock();
    }
  }

  int running() {
    lock.lock();
    try {
      return active - arriving;
    } finally {
      lock.unlock();
    }
  }

  List<Worker> workers() {
    lock.lock();
    try {
      return new ArrayList<>(workers);
    } finally {
      lock.unlock();
    }
  }

  // What workers ask

  /** The next claim for a worker; null if it has to leave. */
  @Nullable Claim next(Worker worker) {
    lock.lock();
    try {
      if (worker.place < 0 && !arrive(worker)) {
        return null;
      }
      giveBack(worker);
      Claim claim = null;
      while (claim == null) {
        switch (admission(worker).next()) {
          case RESUME -> claim = resumed(worker);
          case TAKE_OVER -> claim = returned.remove();
          case STEAL -> claim = stolen(worker);
          case READ -> claim = prompt ? readPromptly(worker) : read(worker);
          case LEAVE -> {
            if (mayLeave(worker)) {
              return null;
            }
          }
        }
        if (worker.place < 0) {
          return null; // it left while it read
        }
      }
      handOut(claim, worker);
      return claim;
    } finally {
      release();
    }
  }

  private boolean arrive(Worker worker) {
    if (worker.generation != generation) {
      return false;
    }
    arriving--;
    worker.place = workers.size();
    workers.add(worker);
    return true;
  }

  private void leave(Worker worker) {
    Worker last = workers.removeLast();
    if (last != worker) {
      workers.set(worker.place, last);
      last.place = worker.place;
    }
    worker.place = -1;
  }

  private void giveBack(Worker worker) {
    Claim done = worker.claim;
    if (done != null) {
      settled += done.settled();
      shared.remove(done);
      worker.claim = null;
    }
  }

  private void handOut(Claim claim, Worker worker) {
    claim.handedNanos = worker.nowNanos;
    if (claim.hasMore() && !shared.contains(claim)) {
      shared.add(claim);
    }
    worker.claim = claim;
  }

  private Admission admission(Worker worker) {
    Claim oldest = stealable();
    return new Admission(
        !ready.isEmpty(),
        !returned.isEmpty(),
        oldest != null && worker.nowNanos - oldest.handedNanos > LATE_NANOS,
        readable(),
        oldest != null);
  }

  private @Nullable Claim stealable() {
    for (int i = 0; i < shared.size(); i++) {
      if (shared.get(i).hasMore()) {
        return shared.get(i);
      }
    }
    return null;
  }

  private boolean readable() {
    boolean more = !exhausted && loading == null && !dry && (!hasEnded() || walk);
    if (!more || room() > 0) {
      return more;
    }
    starved = true;
    return room() > 0; // the consumer may have looked at the flag just before
  }

  private long room() {
    return window - (admitted() - sink.delivered(settled));
  }

  private long admitted() {
    Claim current = loading;
    return current == null ? admitted : admitted + current.loading();
  }

  private Claim resumed(Worker worker) {
    Ticket ticket = ready.remove();
    Claim claim = Claim.of(ticket);
    claim.startNanos = worker.nowNanos;
    claim.budgetNanos = engine.budgetNanos(ticket, worker.nowNanos);
    return claim;
  }

  private @Nullable Claim stolen(Worker worker) {
    Claim from = stealable();
    return from == null ? null : from.steal(worker.nowNanos, engine.freshBudgetNanos);
  }

  private boolean mayLeave(Worker worker) {
    if (loading != null) {
      hungry = true;
      if (stealable() != null) {
        return false; // appended just before the reader could see the flag
      }
    }
    active--;
    leave(worker);
    return true;
  }

  // The source

  /* One turn at the lock is all it takes; the reader keeps its slot. */
  private @Nullable Claim readPromptly(Worker worker) {
    Claim claim = begin(worker);
    Throwable broken = null;
    try {
      feed.read(item -> append(claim, item), claim.most());
    } catch (Throwable thrown) {
      broken = thrown;
    }
    return endReading(claim, worker, broken) ? claim : null;
  }

  /* The reader gives up its slot: a source that blocks must not keep due items from running. */
  private @Nullable Claim read(Worker worker) {
    Claim claim = begin(worker);
    long signals = readySignals;
    reader = worker;
    hungry = arriving == 0;
    shared.add(claim);
    active--;
    lock.unlock();
    Throwable broken = null;
    try {
      feed.read(item -> appendOpenly(claim, item), claim.most());
    } catch (Throwable thrown) {
      broken = thrown;
    }
    worker.nowNanos = engine.clock.nanoTime();
    lock.lock();
    if (reader != worker) {
      leave(worker); // given up meanwhile, and with it the source
      return null;
    }
    reader = null;
    if (readerInterrupted) {
      readerInterrupted = false;
      Thread.interrupted();
    }
    shared.remove(claim);
    boolean items = endReading(claim, worker, broken);
    dry = claim.loaded() == 0 && !exhausted && signals == readySignals;
    return proceed(worker, items ? claim : null);
  }

  private Claim begin(Worker worker) {
    int most = Math.clamp(room() / 2, 1, worker.size());
    Claim claim = Claim.loading(admitted, most);
    claim.handedNanos = worker.nowNanos;
    loading = claim;
    sink.begun(claim);
    return claim;
  }

  private boolean append(Claim claim, @Nullable Object item) {
    return claim.append(item) && (!hasEnded() || walk);
  }

  private boolean appendOpenly(Claim claim, @Nullable Object item) {
    boolean more = append(claim, item);
    if (hungry && claim.hasMore()) {
      lock.lock();
      hungry = false;
      release();
    }
    return more;
  }

  /** False if there is nothing to run. */
  private boolean endReading(Claim claim, Worker worker, @Nullable Throwable broken) {
    boolean items = claim.run(worker.nowNanos, engine.freshBudgetNanos);
    admitted += claim.loaded();
    loading = null;
    exhausted = exhausted || feed.exhausted() || broken != null;
    if (broken != null) {
      end(RunStatus.ABORTED, broken);
    }
    return items;
  }

  /** Takes a slot again; leaves the claim to others if there is none. */
  private @Nullable Claim proceed(Worker worker, @Nullable Claim claim) {
    if (active < limit()) {
      active++;
      return claim;
    }
    if (claim != null) {
      returned.add(claim);
    }
    leave(worker);
    return null;
  }

  // What others bring

  /** An item that waited may go on. */
  void resume(Ticket ticket) {
    lock.lock();
    ready.add(ticket);
    release();
  }

  /** An item waits for its due time; returns whether it is the earliest of them. */
  boolean delay(Ticket ticket) {
    lock.lock();
    try {
      if (hasEnded()) {
        ready.add(ticket);
        return false;
      }
      ticket.sequence = sequence++;
      delayed.add(ticket);
      return delayed.peek() == ticket;
    } finally {
      release();
    }
  }

  /** Lets the due items go on; returns when the next one is due, or null if none waits. */
  @Nullable Long wakeDue(long nowNanos) {
    lock.lock();
    try {
      Ticket first = delayed.peek();
      while (first != null && first.dueNanos - nowNanos <= 0) {
        ready.add(delayed.remove());
        first = delayed.peek();
      }
      return first == null ? null : first.dueNanos;
    } finally {
      release();
    }
  }

  /**
   * Reserves a slot for an item whose permit is there.
   *
   * @return the generation of the worker to start for it, or {@link #NO_SLOT}
   */
  int reserve() {
    lock.lock();
    try {
      if (hasEnded() || active >= slots) {
        return NO_SLOT;
      }
      active++;
      arriving++;
      return generation;
    } finally {
      lock.unlock();
    }
  }

  /** The consumer has taken something. */
  void roomFreed() {
    lock.lock();
    starved = false;
    release();
  }

  /** A source that had nothing may have something. */
  void sourceReady() {
    lock.lock();
    readySignals++;
    dry = false;
    release();
  }

  /** A worker could not be started. */
  void notStarted(int itsGeneration, Throwable broken) {
    lock.lock();
    end(RunStatus.ABORTED, broken);
    if (itsGeneration == generation) {
      active--;
      arriving--;
    }
    release();
  }

  // The end

  /** Ends the run, if it has not ended; true if this did it. */
  boolean end(RunStatus how, @Nullable Throwable why, boolean discard) {
    lock.lock();
    try {
      walk = walk && !discard;
      return end(how, why);
    } finally {
      release();
    }
  }

  private boolean end(RunStatus how, @Nullable Throwable why) {
    if (hasEnded() || over) {
      return false;
    }
    error = why;
    walk = walk && why == null;
    status = how;
    ready.addAll(delayed);
    delayed.clear();
    if (!ownThreads) {
      // an executor may never run them, and must not keep the run from its end
      active -= arriving;
      arriving = 0;
      generation++;
    }
    justEnded = true;
    return true;
  }

  /** Adds a failure that came after the one that ended the run. */
  void suppress(Throwable later) {
    Throwable first = error;
    if (first != null && first != later) {
      first.addSuppressed(later);
    }
  }

  /** Interrupts the thread that reads the source, if one does. */
  void interruptReader() {
    lock.lock();
    try {
      if (reader != null && !readerInterrupted) {
        readerInterrupted = true;
        reader.runningThread().interrupt();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Gives the reader up if it did not react to its interrupt; returns its thread, or null. */
  @Nullable Thread abandonReader() {
    lock.lock();
    try {
      Worker gone = reader;
      Claim claim = loading;
      if (gone == null || claim == null || !readerInterrupted) {
        return null;
      }
      boolean items = claim.run(engine.clock.nanoTime(), engine.freshBudgetNanos);
      admitted += claim.loaded();
      loading = null;
      reader = null;
      readerInterrupted = false;
      exhausted = true;
      shared.remove(claim);
      if (items) {
        returned.add(claim);
      }
      return gone.runningThread();
    } finally {
      release();
    }
  }

  /**
   * Writes a worker off if it is still busy with the item it was seen with: that item is settled, its
   * other items go to others.
   */
  boolean writeOff(Worker worker, Claim claim, long seen, Failure<?, ?> failure) {
    lock.lock();
    try {
      if (worker.claim != claim || !claim.abandon(seen)) {
        return false;
      }
      stuck++;
      sink.settled(Claim.settled(failure.index(), failure));
      settled += claim.settled() + 1;
      shared.remove(claim);
      worker.claim = null;
      Claim rest = claim.afterAbandoned();
      if (rest != null) {
        returned.add(rest);
      }
      if (stuck == slots && !hasEnded()) {
        end(
            RunStatus.ABORTED,
            new IllegalStateException(
                "all " + slots + " workers are stuck in actions that ignore interrupts"));
      }
      return true;
    } finally {
      release();
    }
  }

  /** A worker that was written off is back. */
  void cameBack() {
    lock.lock();
    stuck--;
    release();
  }

  /** A worker fails by a defect of the engine: the run ends rather than hang. */
  void broke(Worker worker, Throwable broken) {
    lock.lock();
    if (worker.place >= 0) {
      active--;
      leave(worker);
    }
    end(RunStatus.ABORTED, broken);
    exhausted = true;
    over = true;
    release();
  }

  // The epilogue

  private int limit() {
    // after the end nothing blocks any more, but all slots may be stuck in actions
    return hasEnded() ? slots + 1 : slots;
  }

  private boolean mustStart() {
    return arriving == 0
        && active < limit()
        && !over
        && (!ready.isEmpty() || !returned.isEmpty() || readable() || stealable() != null);
  }

  private boolean isFinished() {
    return loading == null && (exhausted || (hasEnded() && !walk)) && admitted == settled;
  }

  /** Ends every critical section: see the class comment. */
  private void release() {
    boolean start = mustStart();
    if (start) {
      arriving++;
      active++;
    }
    boolean finished = !over && isFinished();
    if (finished) {
      if (status == RunStatus.RUNNING) {
        status = RunStatus.COMPLETED;
      }
      over = true;
    }
    boolean left = over && !joined && active == stuck + (ownThreads ? 0 : arriving);
    joined |= left;
    boolean ended = justEnded;
    justEnded = false;
    int current = generation;
    lock.unlock();
    if (start) {
      engine.startWorker(current);
    }
    if (ended) {
      engine.windUp();
    }
    if (finished) {
      engine.finished();
    }
    if (left) {
      engine.joined();
    }
  }
}
