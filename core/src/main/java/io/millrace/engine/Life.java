package io.millrace.engine;

import io.millrace.base.Require;
import io.millrace.engine.claim.Claim;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.durable.RunCheckpoint;
import io.millrace.engine.feed.Feed;
import io.millrace.engine.flight.Recording;
import io.millrace.engine.out.Joining;
import io.millrace.engine.out.Wakeup;
import io.millrace.engine.terms.Terms;
import io.millrace.engine.thread.Alarm;
import io.millrace.engine.thread.Mishaps;
import io.millrace.engine.thread.Threads;
import io.millrace.engine.wait.Waits;
import io.millrace.limit.spi.Party;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.RunControl;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The life of a run, from its start until it is joined. It <em>ends</em> once: by itself, or by a stop, a
 * timeout, a failure policy, an error, a close. It is <em>over</em> when every admitted item has its
 * outcome. It is <em>joined</em> when no worker is left, or only abandoned ones, and the source is closed.
 *
 * <p>Nothing of that needs a carrier of virtual threads: if an end takes longer than a moment, platform
 * threads settle what is left, and workers that have no thread are forgotten.
 */
final class Life implements Effects {
  /** How long an end may take before platform threads help: a longer one may wait for carriers. */
  private static final long RESCUE_NANOS = 25_000_000;

  private static final long MOST_RESCUE_NANOS = 1_000_000_000;
  private static final long READ_AHEAD_NANOS = 1_000_000;

  /**
   * How many waiting items the thread that ends the run lets go itself; another thread does the
   * rest.
   */
  private static final long FEW = 256;

  private final Terms terms;
  private final Feed feed;
  private final Schedule schedule;
  private final Waits waits;
  private final Party party;
  private final Interrupter interrupter;
  private final Staff staff;
  private final Runnable stopHedging;
  private final Refill refill;
  private final Waiting waiting;
  private final Recording recording = new Recording();
  private final @Nullable RunCheckpoint checkpoint;
  private final Consumer<Recording> reporting;

  private final Alarm runAlarm;
  private final Alarm startAlarm;
  private final Alarm drainAlarm;

  /* In real time: these are for real threads, whatever the run's clock. */
  private final Alarm aheadAlarm = new Alarm(TimeSource.system(), this::readAhead);
  private final Alarm rescueAlarm = new Alarm(TimeSource.system(), this::rescue);

  /* Written by whoever sets the alarm, and by the alarm: keeps it from being set for each item. */
  private volatile boolean isAheadPending;

  /* The alarm's own. */
  private long rescueNanos = RESCUE_NANOS;

  /* Slots that were freed while a thread offers permits: that thread goes on with these. */
  private final AtomicInteger slotsToOffer = new AtomicInteger();

  private final Registrations registrations = new Registrations();
  private final Patience patience;
  private final FeedClosing closing;

  /** Where threads wait for the run. */
  record Waiting(Wakeup consumer, Joining joining) {}

  Life(
      Terms terms,
      Feed feed,
      Schedule schedule,
      Waits waits,
      Party party,
      Interrupter interrupter,
      Staff staff,
      Runnable stopHedging,
      Refill refill,
      Waiting waiting,
      @Nullable RunCheckpoint checkpoint,
      Consumer<Recording> reporting) {
    this.terms = terms;
    this.feed = feed;
    this.schedule = schedule;
    this.waits = waits;
    this.party = party;
    this.interrupter = interrupter;
    this.staff = staff;
    this.stopHedging = stopHedging;
    this.refill = refill;
    this.waiting = waiting;
    this.checkpoint = checkpoint;
    this.reporting = reporting;
    this.patience = new Patience(terms, schedule);
    this.closing = new FeedClosing(feed, terms.graceNanos, this::gone);
    this.runAlarm = new Alarm(terms.clock, () -> end(RunStatus.TIMED_OUT, null));
    this.startAlarm = new Alarm(terms.clock, schedule.reading()::open);
    this.drainAlarm = new Alarm(terms.clock, this::cancel);
  }

  // The start

  /**
   * Begins the run. Virtual time stands still until its workers are announced. If the run cannot
   * begin, it ends, and this method throws.
   */
  void start() {
    try {
      terms.clock.announced(this::begin).run();
    } catch (Throwable broken) {
      schedule.end(RunStatus.ABORTED, broken, true);
      schedule.reading().open();
      awaitEnd();
      throw broken;
    }
  }

  private void begin() {
    recording.begin();
    if (checkpoint != null) {
      checkpoint.start();
    }
    feed.onReady(schedule.reading()::sourceReady);
    registrations.register(this, terms);
    if (terms.runNanos == 0) {
      end(RunStatus.TIMED_OUT, null);
    } else if (terms.hasRunTimeout()) {
      runAlarm.at(terms.runDeadline());
    }
    open();
    if (schedule.isOver()) {
      registrations.leave(); // it may have been over before it had joined them
    }
  }

  private void open() {
    long delayNanos = Require.nanos(terms.config.initialDelay);
    if (delayNanos == 0) {
      schedule.reading().open();
      return;
    }
    if (delayNanos != Long.MAX_VALUE) {
      startAlarm.at(terms.originNanos + delayNanos);
    }
    schedule.roomFreed(); // nobody has to wait for an empty source, or a run that has ended
  }

  void cancel() {
    end(RunStatus.CANCELLED, null);
  }

  /** Ends the run; what runs may finish within the grace. */
  void drain(Duration grace) {
    long graceNanos = Require.nanos(grace);
    if (graceNanos == 0) {
      cancel();
      return;
    }
    if (graceNanos != Long.MAX_VALUE && !schedule.isCut()) {
      try {
        drainAlarm.at(terms.clock.nanoTime() + graceNanos); // first: what follows may take long
      } catch (Throwable broken) { // a clock: nobody would end the grace
        end(RunStatus.ABORTED, broken);
      }
    }
    schedule.drain(RunStatus.CANCELLED);
  }

  void begin(RunControl control) {
    schedule.control().begin(control);
  }

  void follow(RunControl control, RunControl.Call call) {
    schedule.control().follow(control, call);
  }

  private void end(RunStatus how, @Nullable Throwable why) {
    schedule.end(how, why, false);
  }

  // While it goes on

  @Override
  public void startWorker(int generation) {
    staff.start(generation);
  }

  @Override
  public void giveBack(List<Ticket> unusable) {
    waits.giveBackGranted(unusable);
  }

  @Override
  public void news() {
    waiting.consumer().signal();
  }

  /* A loop, not a recursion: an offer that is taken may free a slot at once. */
  @Override
  public void resumeOffers() {
    if (slotsToOffer.getAndIncrement() == 0) {
      do {
        Mishaps.survive(party::resume); // what is left of the count would keep all others from it
      } while (slotsToOffer.decrementAndGet() > 0);
      if (!party.hasHeld()) {
        schedule.roomFreed(); // what had to come after the offers
      }
    }
  }

  /* If all slots are still busy in 1 ms, a thread without a slot reads on. */
  @Override
  public void readAheadSoon() {
    if (isAheadPending) {
      return;
    }
    isAheadPending = true;
    try {
      aheadAlarm.at(System.nanoTime() + READ_AHEAD_NANOS);
    } catch (Throwable noTimer) {
      isAheadPending = false;
    }
  }

  private void readAhead() {
    isAheadPending = false;
    staff.readAhead();
  }

  @Override
  public void stalled() {
    patience.begin();
  }

  // The end

  @Override
  public void windUp() {
    boolean isDraining = schedule.isDraining();
    // First, because this thread may lose its carrier, or be held up, at any of the other steps.
    Mishaps.survive(this::watchEnd);
    if (isDraining) {
      Mishaps.survive(interrupter::interruptReading);
    } else {
      Mishaps.survive(interrupter::interruptAll); // before all that may take longer
      Mishaps.survive(drainAlarm::cancel);
    }
    Mishaps.survive(startAlarm::cancel); // before virtual time could go on to it
    Mishaps.survive(feed::runEnded);
    endWaits();
  }

  private void endWaits() {
    if (waits.endSome(FEW)) {
      endAllWaits();
    }
  }

  /** After the end: nobody wants to hear of the rest of the source any more. */
  void dropRest() {
    Mishaps.survive(interrupter::interruptReader);
  }

  private void endAllWaits() {
    Runnable all = () -> waits.endSome(Long.MAX_VALUE);
    try {
      Threads.startPlatform(terms.clock.announced(all));
    } catch (Throwable noThread) {
      all.run();
    }
  }

  /** Sees to it that an end does not wait for carriers of virtual threads. Called when the run has ended. */
  void watchEnd() {
    if (!terms.isInCaller && !hasJoined()) {
      rescueAlarm.at(System.nanoTime() + RESCUE_NANOS);
    }
  }

  private void rescue() {
    if (hasJoined()) {
      return;
    }
    Mishaps.survive(this::endWaits); // whoever ended the run may be held up
    Mishaps.survive(this::goOnWithoutCarriers);
    if (!schedule.isDraining()) { // a drain may take long, and the cut after it must not
      rescueNanos = Math.min(2 * rescueNanos, MOST_RESCUE_NANOS);
    }
    rescueAlarm.at(System.nanoTime() + rescueNanos);
  }

  private void goOnWithoutCarriers() {
    staff.mistrustCarriers();
    schedule.absences().replaceArriving();
    schedule.reading().forgetAhead();
    // A worker that has settled a tuned item may still be telling the item of its outcome.
    if (!terms.isTuned) {
      schedule.census().roster().forEach(this::forgetIfIdle);
    }
  }

  private void forgetIfIdle(Worker worker) {
    Claim claim = worker.claim;
    long seen = claim == null ? 0 : claim.observe();
    if (claim == null || Claim.isThrough(seen)) {
      schedule.absences().forget(worker, claim, seen);
    }
  }

  @Override
  public void over() {
    if (schedule.census().keptCarriers() > 0) {
      Mishaps.survive(this::watchEnd);
    }
    Mishaps.survive(interrupter::over);
    Mishaps.survive(stopHedging);
    Mishaps.survive(waits::stop);
    Mishaps.survive(runAlarm::cancel);
    Mishaps.survive(drainAlarm::cancel);
    Mishaps.survive(startAlarm::cancel);
    Mishaps.survive(refill::stop);
    Mishaps.survive(aheadAlarm::cancel);
    Mishaps.survive(patience::stop);
    registrations.leave();
    waiting.consumer().signal();
  }

  @Override
  public void joined() {
    // Here, not in over(), which another thread may still be at: whoever waits for the end sees it
    // told.
    Mishaps.survive(() -> reporting.accept(recording));
    Mishaps.survive(interrupter::stop);
    Mishaps.survive(staff::stop);
    Mishaps.survive(rescueAlarm::cancel);
    if (checkpoint == null) {
      closing.begin();
    } else {
      checkpoint.end(closing::begin);
    }
  }

  private void gone() {
    waiting.joining().done();
    waiting.consumer().signal();
  }

  // Waiting for the end

  boolean hasJoined() {
    return waiting.joining().isDone();
  }

  boolean awaitJoined(long nanos) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    return Wakeup.spin(this::hasJoined) || waiting.joining().await(nanos);
  }

  /** Waits until nothing of the run is left. An interrupt does not shorten that; the flag is set afterwards. */
  void awaitEnd() {
    boolean wasInterrupted = false;
    while (!hasJoined() && !isOwn(Thread.currentThread())) {
      try {
        if (!staff.runInline() && !Wakeup.spin(this::hasJoined)) {
          awaitEndOnce();
        }
      } catch (InterruptedException again) {
        wasInterrupted = true;
      }
    }
    if (wasInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /* What such a thread runs, an action or a store, would wait for itself. */
  private boolean isOwn(Thread thread) {
    return schedule.census().isWorker(thread) || (checkpoint != null && checkpoint.isIn(thread));
  }

  private void awaitEndOnce() throws InterruptedException {
    if (!terms.isInCaller) {
      if (schedule.hasEnded()) {
        Mishaps.survive(this::watchEnd);
      }
      waiting.joining().await();
      return;
    }
    waiting.joining().awaitWake(() -> hasJoined() || staff.hasInline());
  }
}
