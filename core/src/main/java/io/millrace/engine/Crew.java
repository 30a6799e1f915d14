package io.millrace.engine;

import io.millrace.engine.wait.Resuming;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The workers of a run and their slots. Used under the run's lock, except for the roster.
 *
 * <p>A worker is <em>arriving</em> from the decision to start it until its thread asks for work,
 * and has a slot from that decision on. One that reads a source that may block has no slot
 * meanwhile. One that was <em>abandoned</em> keeps its slot until it is back. A worker that only
 * settles items that need no call may have a slot beyond the concurrency.
 */
final class Crew {
  static final int NO_SLOT = Resuming.NO_SLOT;

  private static final int CARRIERS =
      Integer.getInteger(
          "jdk.virtualThreadScheduler.parallelism", Runtime.getRuntime().availableProcessors());

  private int slots;

  /* The most slots that there ever were: so many workers may still be there. */
  private int mostSlots;

  /* Whether the run is paused, so that nobody gets a slot. Written under the lock; the reader of the source reads it without. */
  private volatile boolean isPaused;

  private final boolean ownThreads;
  private final Roster roster = new Roster();
  private int active;
  private int arriving;
  private int abandoned;
  private int generation;

  /* Workers in platform threads that were not abandoned. */
  private int platform;

  /* Abandoned workers that compute, and so keep a carrier of virtual threads. Read without the lock. */
  private final AtomicInteger computing = new AtomicInteger();

  /**
   * A crew without workers.
   *
   * @param slots most workers at once
   * @param ownThreads false if an executor runs the workers, which may never do so
   */
  Crew(int slots, boolean ownThreads) {
    this.slots = slots;
    this.mostSlots = slots;
    this.ownThreads = ownThreads;
  }

  Roster roster() {
    return roster;
  }

  boolean hasFreeSlot() {
    return active < slotsNow();
  }

  /**
   * Whether there may be one more worker for items that need no call; abandoned workers do not
   * count.
   */
  boolean hasFreeHand() {
    return (long) active - abandoned <= mostSlots;
  }

  /** Whether there are more workers than slots: one of them may not call anything. */
  boolean isOverfull() {
    return active > slotsNow();
  }

  /**
   * Whether there may be one more worker for an item that gets its permit with that. Where an executor runs the
   * workers, one may never come: so there only one at a time is on its way with a permit.
   */
  boolean hasSlotForPermit() {
    return hasFreeSlot() && (ownThreads || arriving == 0);
  }

  /** Whether there are more workers than slots, if the run is paused or not. */
  boolean isBeyondSlots() {
    return active > slots;
  }

  boolean isAnyArriving() {
    return arriving > 0;
  }

  /** Takes a slot for a worker that is about to be started; returns its generation. */
  int expect() {
    active++;
    arriving++;
    return generation;
  }

  /** The expected worker could not be started. */
  void notStarted(int itsGeneration) {
    if (itsGeneration == generation && arriving > 0) {
      active--;
      arriving--;
    }
  }

  boolean has(Worker worker) {
    return worker.place != Worker.NOWHERE;
  }

  /** False if the worker was forgotten before it arrived. */
  boolean arrive(Worker worker) {
    if (worker.generation != generation) {
      return false;
    }
    roster.add(worker);
    worker.hasArrived = true;
    arriving--;
    count(worker, 1);
    return true;
  }

  void releaseSlot() {
    active--;
  }

  void takeSlot() {
    active++;
  }

  void leaveWithSlot(Worker worker) {
    active--;
    leave(worker);
  }

  /** A worker without a slot goes. */
  void leave(Worker worker) {
    roster.remove(worker);
    count(worker, -1);
  }

  /** A worker that only reads comes. */
  void join(Worker worker) {
    roster.add(worker);
    count(worker, 1);
  }

  private void count(Worker worker, int change) {
    if (worker.isInPlatformThread()) {
      platform += change;
    }
  }

  void abandon(Worker worker, boolean keepsCarrier) {
    abandoned++;
    count(worker, -1);
    worker.isAbandoned = true;
    if (keepsCarrier) {
      worker.isComputing = true;
      computing.incrementAndGet();
    }
  }

  void rejoin(Worker worker) {
    abandoned--;
    count(worker, 1);
    worker.isAbandoned = false;
    if (worker.isComputing) {
      worker.isComputing = false;
      computing.decrementAndGet();
    }
  }

  /** How many workers were abandoned, and are not back. */
  int abandoned() {
    return abandoned;
  }

  /** How many carriers of virtual threads abandoned workers keep; without the lock. */
  int keptCarriers() {
    return computing.get();
  }

  /**
   * Whether every slot belongs to an abandoned worker or, on an executor, to one that was given no thread; at least one
   * is abandoned. There may be more workers than slots: as long as another one is at work, the run goes on.
   */
  boolean isStalled() {
    return (abandoned == active && abandoned >= slots)
        || (!ownThreads && abandoned > 0 && arriving > 0 && active == abandoned + arriving);
  }

  /**
   * Whether abandoned workers keep every carrier of virtual threads, as far as is known, and no other worker has
   * a thread of its own.
   */
  boolean lacksCarriers() {
    return computing.get() >= CARRIERS && platform == 0;
  }

  /** Most workers at once, when the run is not paused. */
  int slots() {
    return slots;
  }

  void slots(int most) {
    slots = most;
    mostSlots = Math.max(mostSlots, most);
  }

  boolean isPaused() {
    return isPaused;
  }

  void pause(boolean pauses) {
    isPaused = pauses;
  }

  private int slotsNow() {
    return isPaused ? 0 : slots;
  }

  /** Forgets workers that may never get a thread; they leave when they arrive. */
  void forgetArriving() {
    active -= arriving;
    arriving = 0;
    generation++;
  }

  /** At the end: an executor may never run what it was given. */
  void end() {
    if (!ownThreads) {
      forgetArriving();
    }
  }

  /** After the end of the run: forgets a worker that has no thread. It leaves when it gets one. */
  void forget(Worker worker) {
    leaveWithSlot(worker);
    forgetArriving(); // it must not arrive once more
  }

  /** Whether nobody has a slot. */
  boolean isIdle() {
    return active == 0;
  }

  /** Whether nobody is left but those who were abandoned, or are with an executor. */
  boolean isGone() {
    return active == abandoned + (ownThreads ? 0 : arriving);
  }

  int running() {
    return active - arriving;
  }
}
