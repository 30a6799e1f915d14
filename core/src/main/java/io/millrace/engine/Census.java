package io.millrace.engine;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.terms.Tuned;
import io.millrace.engine.watch.Figures;
import io.millrace.outcome.Progress;
import io.millrace.outcome.WaitCause;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Counts of a run, and lists of who and what is in it, for any thread. */
final class Census {
  private final Schedule schedule;
  private final Window window;
  private final Intake intake;
  private final Backlog backlog;
  private final Crew crew;

  Census(Schedule schedule, Window window, Intake intake, Backlog backlog, Crew crew) {
    this.schedule = schedule;
    this.window = window;
    this.intake = intake;
    this.backlog = backlog;
    this.crew = crew;
  }

  long admitted() {
    schedule.lock();
    try {
      return intake.admitted();
    } finally {
      schedule.unlock();
    }
  }

  /** How far the run is, where nobody takes outcomes. */
  Progress progress(long size) {
    schedule.lock();
    try {
      return new Progress(
          window.settled(),
          Math.max(intake.admitted(), size),
          Math.min(window.failed(), window.settled()),
          crew.running());
    } finally {
      schedule.unlock();
    }
  }

  /** The figures of the run, as far as its lock guards them. */
  Figures figures(long size, Map<WaitCause, Long> elsewhere) {
    Map<WaitCause, Long> waiting = new EnumMap<>(elsewhere);
    schedule.lock();
    try {
      waiting.put(WaitCause.BACKOFF, (long) backlog.delayed());
      return new Figures(
          intake.admitted(),
          size,
          window.settled(),
          Math.min(window.failed(), window.settled()),
          crew.running(),
          crew.slots(),
          waiting);
    } finally {
      schedule.unlock();
    }
  }

  int running() {
    schedule.lock();
    try {
      return crew.running();
    } finally {
      schedule.unlock();
    }
  }

  /** Whether a worker is on its way. */
  boolean isAnyArriving() {
    schedule.lock();
    try {
      return crew.isAnyArriving();
    } finally {
      schedule.unlock();
    }
  }

  /** Whether no worker is left but those who were abandoned, or are with an executor. */
  boolean isNobodyActive() {
    schedule.lock();
    try {
      return crew.isGone();
    } finally {
      schedule.unlock();
    }
  }

  /** Items that workers have, or that need only a worker; in runs whose items bring options along. */
  List<Tuned> claimed() {
    List<Tuned> ready;
    schedule.lock();
    try {
      ready = backlog.readyItems();
    } finally {
      schedule.unlock();
    }
    List<Claim> claims = new ArrayList<>(); // after that: an item goes from there to here
    crew.roster()
        .forEach(
            worker -> {
              Claim claim = worker.claim;
              if (claim != null) {
                claims.add(claim);
              }
            });
    List<Tuned> all = new ArrayList<>();
    claims.stream()
        .sorted(Comparator.comparingLong(Claim::firstIndex))
        .map(claim -> claim.item(0))
        .filter(Tuned.class::isInstance)
        .map(Tuned.class::cast)
        .forEach(all::add);
    all.addAll(ready);
    return all;
  }

  /** The slots, and what is worked on while there are more workers than that. */
  Surplus surplus() {
    int slots;
    boolean isAny;
    schedule.lock();
    try {
      slots = crew.slots();
      isAny = crew.isBeyondSlots();
    } finally {
      schedule.unlock();
    }
    return isAny ? Surplus.of(slots, crew.roster()) : Surplus.none(slots);
  }

  /** Whether a worker of this run is at work in this thread. */
  boolean isWorker(Thread thread) {
    boolean[] found = {false};
    crew.roster().forEach(worker -> found[0] |= worker.isIn(thread));
    return found[0];
  }

  /** All workers; read it without the lock. */
  Roster roster() {
    return crew.roster();
  }

  /** Carriers of virtual threads that abandoned workers keep. */
  int keptCarriers() {
    return crew.keptCarriers();
  }
}
