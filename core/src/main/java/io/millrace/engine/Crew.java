package io.millrace.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * The workers of a run and their slots. Guarded by the run's lock.
 *
 * <p>A worker is <em>arriving</em> from the decision to start it until its thread asks for work, and has
 * a slot from that decision on. One that reads a source that may block has no slot meanwhile. One that
 * is <em>stuck</em> keeps its slot.
 */
final class Crew {
  static final int NO_SLOT = -1;

  private final int slots;
  private final boolean ownThreads;
  private final List<Worker> workers = new ArrayList<>();
  private int active;
  private int arriving;
  private int stuck;
  private int generation;

  /**
   * A crew without workers.
   *
   * @param slots most workers at once
   * @param ownThreads false if an executor runs the workers, which may never do so
   */
  Crew(int slots, boolean ownThreads) {
    this.slots = slots;
    this.ownThreads = ownThreads;
  }

  boolean hasFreeSlot() {
    return active < slots;
  }

  /* After the end nothing blocks any more, but all slots may be stuck in actions. */
  boolean hasFreeSlot(boolean ended) {
    return active < (ended ? slots + 1L : slots);
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

  /** Takes a slot as {@link #expect} does, if there is one; else returns {@link #NO_SLOT}. */
  int expectIfFree() {
    return hasFreeSlot() ? expect() : NO_SLOT;
  }

  /** The expected worker could not be started. */
  void notStarted(int itsGeneration) {
    if (itsGeneration == generation) {
      active--;
      arriving--;
    }
  }

  boolean has(Worker worker) {
    return worker.place >= 0;
  }

  /** False if the worker was forgotten before it arrived. */
  boolean arrive(Worker worker) {
    if (worker.generation != generation) {
      return false;
    }
    arriving--;
    worker.place = workers.size();
    workers.add(worker);
    return true;
  }

  void giveUpSlot() {
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
    Worker last = workers.removeLast();
    if (last != worker) {
      workers.set(worker.place, last);
      last.place = worker.place;
    }
    worker.place = -1;
  }

  void writeOff() {
    stuck++;
  }

  void cameBack() {
    stuck--;
  }

  boolean areAllStuck() {
    return stuck == slots;
  }

  int slots() {
    return slots;
  }

  /** At the end: forgets workers that an executor may never start; they leave when they arrive. */
  void forgetArriving() {
    if (!ownThreads) {
      active -= arriving;
      arriving = 0;
      generation++;
    }
  }

  /** Whether nobody is left but those who are stuck, or with an executor. */
  boolean isGone() {
    return active == stuck + (ownThreads ? 0 : arriving);
  }

  int running() {
    return active - arriving;
  }

  List<Worker> workers() {
    return new ArrayList<>(workers);
  }
}
