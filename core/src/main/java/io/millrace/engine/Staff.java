package io.millrace.engine;

import io.millrace.engine.terms.Terms;
import io.millrace.engine.thread.Alarm;
import io.millrace.engine.thread.Mishaps;
import io.millrace.engine.thread.PoolWatch;
import io.millrace.engine.thread.Threads;
import io.millrace.plan.Workers;
import io.millrace.time.TimeSource;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Starts workers, in the threads that the configuration wants. Where carriers of virtual threads are kept
 * by actions that compute, or may be, platform threads take their place. Thread-safe.
 */
final class Staff {
  /** How long a virtual thread may wait for a carrier before a platform thread takes its place. */
  private static final long ARRIVAL_NANOS = 10_000_000;

  private final Terms terms;
  private final Schedule schedule;
  private final Attempts attempts;
  private final ContextualAction action;
  private final Runnable inlineAdded;

  /* Only where an executor runs the workers. */
  private final @Nullable PoolWatch poolWatch;

  /* Workers that wait for the thread that takes the outcomes; only for Workers.caller(). */
  private final Queue<Runnable> inline = new ConcurrentLinkedQueue<>();

  /* The thread that runs one of them; null if none does. Written by that thread, read by any. */
  private volatile @Nullable Thread inlineThread;

  /* Platform threads that stand in for carriers that are kept. */
  private final AtomicInteger standIns = new AtomicInteger();

  /* Whether a thread that could start no other one does the work itself. */
  private final AtomicBoolean isHelping = new AtomicBoolean();

  /* In real time, as it is for real threads. Made when carriers are kept for the first time. */
  private volatile @Nullable Alarm arrivalAlarm;

  /* Set when a virtual worker got no carrier, although a platform thread stands in for each carrier that is
   * kept. The next worker then gets a platform thread too. */
  private final AtomicBoolean lacksCarrier = new AtomicBoolean();

  /* Written when the end of the run takes long: virtual threads may get no carrier. */
  private volatile boolean mistrustsCarriers;

  Staff(
      Terms terms,
      Schedule schedule,
      Attempts attempts,
      ContextualAction action,
      Runnable inlineAdded) {
    this.terms = terms;
    this.schedule = schedule;
    this.attempts = attempts;
    this.action = action;
    this.inlineAdded = inlineAdded;
    this.poolWatch = terms.config.workers instanceof Workers.On ? newPoolWatch() : null;
  }

  private PoolWatch newPoolWatch() {
    return new PoolWatch(
        terms.clock,
        new PoolWatch.Refusals() {
          @Override
          public void refused(int generation, Throwable why) {
            notStarted(generation, true, why);
          }

          @Override
          public boolean isNobodyActive() {
            return schedule.census().isNobodyActive();
          }
        });
  }

  /** From now on, what is started does not need a carrier of virtual threads. */
  void mistrustCarriers() {
    mistrustsCarriers = true;
  }

  /** Starts an expected worker. Never throws: a worker that cannot be started ends the run. */
  void start(int generation) {
    boolean isAnnounced = false;
    try {
      Worker worker = worker(generation);
      Runnable announced = terms.clock.announced(worker.inside(action.around(worker)));
      isAnnounced = true;
      start(() -> runToItsEnd(announced, worker), generation);
    } catch (Throwable broken) {
      notStarted(generation, isAnnounced, broken);
    }
  }

  /* What surrounds a worker may fail before it begins, for want of memory: it would be waited for. */
  private void runToItsEnd(Runnable announced, Worker worker) {
    try {
      announced.run();
    } catch (Throwable broken) {
      schedule.absences().died(worker, broken);
      throw broken;
    }
  }

  private Worker worker(int generation) {
    return new Worker(schedule, attempts, terms, generation);
  }

  private void start(Runnable announced, int generation) {
    // Not a switch over types: the JDK would make a class for that, in the first run of a process.
    Workers workers = terms.config.workers;
    if (workers instanceof Workers.Caller) {
      inline.add(announced);
      inlineAdded.run();
    } else if (schedule.hasEnded()) {
      startLast(announced); // there is nothing to call any more
    } else if (workers instanceof Workers.On on && poolWatch != null) {
      poolWatch.handOver(announced, generation, on.executor());
    } else if (workers instanceof Workers.Platform) {
      Threads.startPlatform(announced);
    } else {
      startVirtual(announced, schedule.census().keptCarriers());
    }
  }

  /* Where carriers are kept, a virtual thread may get none: it has a moment to show that it does. */
  private void startVirtual(Runnable announced, int keptCarriers) {
    if (keptCarriers == 0) {
      Threads.startVirtual(announced);
    } else if (standIns.get() < keptCarriers || lacksCarrier.compareAndSet(true, false)) {
      startStandIn(announced);
    } else {
      Threads.startVirtual(announced);
      Mishaps.survive(this::watchArrival);
    }
  }

  private void watchArrival() {
    Alarm set = arrivalAlarm;
    if (set == null) {
      set = new Alarm(TimeSource.system(), this::lookForArrivals); // if two are made, both ring
      arrivalAlarm = set;
    }
    set.at(System.nanoTime() + ARRIVAL_NANOS);
  }

  private void lookForArrivals() {
    if (schedule.census().isAnyArriving()) {
      lacksCarrier.set(true);
      schedule.absences().replaceArriving();
    }
  }

  private void startLast(Runnable announced) {
    if (mistrustsCarriers || schedule.census().keptCarriers() > 0) {
      Threads.startPlatform(announced);
    } else {
      Threads.startVirtual(announced);
    }
  }

  private void startStandIn(Runnable announced) {
    standIns.incrementAndGet();
    try {
      Threads.startPlatform(
          () -> {
            try {
              announced.run();
            } finally {
              standIns.decrementAndGet();
            }
          });
    } catch (Throwable noThread) {
      standIns.decrementAndGet();
      Threads.startVirtual(announced); // which may get a carrier after all
    }
  }

  /** Starts a thread that reads the source while all slots are busy, if that is still wanted. */
  void readAhead() {
    Worker reader = worker(Crew.NO_SLOT);
    if (!schedule.reading().startReadingAhead(reader)) {
      return;
    }
    boolean isAnnounced = false;
    try {
      Runnable announced = terms.clock.announced(reader.inside(action.around(reader::readAhead)));
      isAnnounced = true;
      Threads.startVirtual(announced);
    } catch (Throwable broken) {
      if (isAnnounced) {
        Mishaps.survive(terms.clock::exit);
      }
      schedule.reading().notStartedAhead(reader); // others read when they have time
      Mishaps.log("no thread could be started to read ahead", broken);
    }
  }

  private void notStarted(int generation, boolean isAnnounced, Throwable broken) {
    if (isAnnounced) {
      Mishaps.survive(terms.clock::exit);
    }
    if (!schedule.hasEnded()) {
      schedule.absences().notStarted(generation, broken);
    } else if (isHelping.compareAndSet(false, true)) {
      help(generation);
    }
    // else whoever helps does that work as well, and then forgets the worker that was expected here
  }

  /* After the end no action is called any more, so any thread can do what is left. */
  private void help(int generation) {
    boolean wasInterrupted = Thread.interrupted();
    try {
      worker(generation).run();
    } finally {
      isHelping.set(false);
      schedule.absences().replaceArriving();
      if (wasInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Runs a worker in the calling thread if one waits for that. */
  boolean runInline() {
    Runnable worker = inline.poll();
    if (worker == null) {
      return false;
    }
    Thread before = inlineThread;
    inlineThread = Thread.currentThread();
    try {
      worker.run();
    } finally {
      inlineThread = before;
    }
    return true;
  }

  /** Whether the calling thread is in the middle of that. */
  boolean isInline() {
    return inlineThread == Thread.currentThread();
  }

  boolean hasInline() {
    return !inline.isEmpty();
  }

  void stop() {
    Alarm arrivals = arrivalAlarm;
    if (arrivals != null) {
      arrivals.cancel();
    }
    if (poolWatch != null) {
      poolWatch.stop();
    }
  }
}
