package io.millrace.engine;

import io.millrace.base.Require;
import io.millrace.outcome.Failure;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Progress;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Action;
import io.millrace.plan.FailurePolicy;
import io.millrace.plan.Source;
import io.millrace.plan.StopToken;
import io.millrace.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One run: wires its parts and knows its life. Every entry point drains one of these.
 *
 * <p>It lives from {@link #start} until it is joined: the source is exhausted or the run was ended,
 * every admitted item has its outcome, and no worker is left but those that are stuck.
 */
public final class Engine {
  private static final long REFILL_NANOS = 500_000;
  private static final long READ_AHEAD_NANOS = 1_000_000;

  final Config config;
  final Clock clock;
  final long originNanos;
  final Budgets budgets;

  /** Whether items may bring options along: see {@link Tuned}. */
  final boolean tuned;

  final long freshBudgetNanos;
  final Waits waits;
  final Attempts attempts;
  final Sink sink;
  final Schedule schedule;
  final Interrupter interrupter;
  final Wakeup wakeup = new Wakeup();

  /* With the caller's thread as worker, one thread may close while another one takes. */
  private final Wakeup closing = new Wakeup();
  private final ReentrantLock closers = new ReentrantLock();

  /** What this was started inside of; null if nothing. */
  final @Nullable Surrounding surrounding = Surrounding.current();

  private final Feed feed;
  private final Staff staff;
  private final Alarm runAlarm;
  private final Alarm startAlarm;

  /* In real time: it is for real threads, whatever the run's clock. */
  private final Alarm refillAlarm = new Alarm(Clock.system(), this::refill);
  private final Alarm aheadAlarm = new Alarm(Clock.system(), this::readAhead);

  /* Written by whoever sets the alarm, and by the alarm: keeps it from being set for each item. */
  private volatile boolean refilling;
  private volatile boolean aheadPending;
  private final Caller caller;
  private final Recording.RunEvent recording = new Recording.RunEvent();
  private final CountDownLatch joined = new CountDownLatch(1);

  /* Written by workers and by whoever abandons them, read by anybody. */
  private final List<Thread> abandoned = new CopyOnWriteArrayList<>();
  private final AtomicLong failures = new AtomicLong();
  private final AtomicReference<@Nullable Failure<?, ?>> firstFailure = new AtomicReference<>();
  private final AtomicReference<@Nullable Throwable> listenerError = new AtomicReference<>();

  /* Written by whoever closes, read by the consumer. */
  private volatile boolean closed;

  /* Written when the run begins, read when it is over. */
  private volatile StopToken.@Nullable Registration stop;
  private volatile @Nullable Runnable leaveSurrounding;

  /** How outcomes are to be handed out. */
  public enum Delivery {
    COLLECTED,
    IN_ORDER,
    AS_COMPLETED,
    TO_ITEMS
  }

  private Engine(
      Config config,
      Action<@Nullable Object, @Nullable Object> action,
      Feed feed,
      Delivery delivery) {
    this.config = config;
    this.clock = config.clock;
    this.originNanos = clock.nanoTime();
    this.budgets = new Budgets(config.attemptTimeout, config.itemTimeout);
    this.tuned = delivery == Delivery.TO_ITEMS;
    this.freshBudgetNanos = budgets.freshNanos();
    this.feed = feed;
    this.caller = new Caller(config, action);
    this.staff = new Staff(this, caller);
    this.waits = new Waits(this, config);
    this.attempts = new Attempts(this);
    this.sink = sink(delivery);
    this.schedule = new Schedule(this, feed, sink, config);
    this.interrupter = new Interrupter(this);
    this.runAlarm = new Alarm(clock, () -> end(RunStatus.TIMED_OUT, null));
    this.startAlarm = new Alarm(clock, schedule::open);
  }

  private Sink sink(Delivery delivery) {
    return switch (delivery) {
      case COLLECTED ->
          config.hasListeners() || config.inCaller()
              ? new Outlet(this, new Reorder())
              : new Collected();
      case IN_ORDER -> new Outlet(this, new Reorder());
      case AS_COMPLETED -> new Outlet(this, null);
      case TO_ITEMS -> new ToItems();
    };
  }

  /** Starts a run over what can be iterated, or published. */
  public static Engine start(
      Config config, Action<?, ?> action, Iterable<?> source, Delivery delivery) {
    Feed feed =
        source instanceof Source.Published<?> published
            ? new PublisherFeed(published.publisher(), config.room())
            : new IteratorFeed(source);
    return start(config, action, feed, delivery);
  }

  /** Starts a run. */
  @SuppressWarnings("unchecked")
  public static Engine start(Config config, Action<?, ?> action, Feed feed, Delivery delivery) {
    Engine engine;
    try {
      engine =
          new Engine(config, (Action<@Nullable Object, @Nullable Object>) action, feed, delivery);
    } catch (Throwable broken) {
      closeAfter(broken, feed); // a carrier could not capture its context
      throw broken;
    }
    engine
        .clock
        .announced(engine::begin)
        .run(); // virtual time stands still until workers are announced
    return engine;
  }

  private static void closeAfter(Throwable broken, Feed feed) {
    try {
      feed.close();
    } catch (Throwable again) {
      if (again != broken) {
        broken.addSuppressed(again);
      }
    }
  }

  private void begin() {
    recording.begin();
    feed.onReady(schedule::sourceReady);
    stop = config.stopToken.onStop(this::stop);
    if (surrounding != null) {
      leaveSurrounding = surrounding.onCancel(this::stop);
    }
    long runNanos = Require.nanos(config.runTimeout);
    if (runNanos == 0) {
      end(RunStatus.TIMED_OUT, null);
    } else if (runNanos != Long.MAX_VALUE) {
      runAlarm.at(originNanos + runNanos);
    }
    open();
    if (isOver()) {
      leaveOthers(); // it may have been over before it had joined them
    }
  }

  private void open() {
    long delayNanos = Require.nanos(config.initialDelay);
    if (delayNanos == 0) {
      schedule.open();
      return;
    }
    if (delayNanos != Long.MAX_VALUE) {
      startAlarm.at(originNanos + delayNanos);
    }
    schedule.roomFreed(); // nobody has to wait for an empty source, or a run that has ended
  }

  void startWorker(int generation) {
    staff.start(generation);
  }

  /** Runs a worker in the calling thread if one waits for that. */
  boolean runInline() {
    return staff.runInline();
  }

  /** There is something for the threads that may run workers themselves. */
  void signalCaller() {
    wakeup.signal();
    closing.signal();
  }

  boolean hasInline() {
    return staff.hasInline();
  }

  /** The timeouts of an item. */
  Budgets budgets(@Nullable Object item) {
    return tuned && item instanceof Tuned task ? task.tuning.budgets : budgets;
  }

  /** Lets an item that waits go on at once: {@link Tuned#isWithdrawn} says that it need not run. */
  public void withdraw(Tuned item) {
    Ticket ticket = item.ticket;
    if (ticket != null) {
      schedule.promote(ticket);
      waits.giveUp(ticket);
    }
  }

  /** One attempt. */
  @Nullable Object call(@Nullable Object item, Claim claim) throws Exception {
    if (claim.budgetNanos != Long.MAX_VALUE) {
      interrupter.watch(claim);
    }
    return Recording.ofAttempts() ? Recording.attempt(caller, item, claim) : caller.call(item);
  }

  /** An item failed for good. */
  void failed(Failure<?, ?> failure) {
    if (note(failure)) {
      end(RunStatus.ABORTED, endingError(failure));
    }
    suppress(failure.error());
  }

  /** Counts a failure; true if the failure policy ends the run with it. */
  boolean note(Failure<?, ?> failure) {
    firstFailure.compareAndSet(null, failure);
    long count = failures.incrementAndGet();
    return switch (config.failurePolicy) {
      case FailurePolicy.FailFast _ -> true;
      case FailurePolicy.StopAfter limit -> count >= limit.failures();
      case FailurePolicy.CollectAll _, FailurePolicy.Substitute _ -> false;
    };
  }

  /** What to throw if this failure ends the run. */
  @Nullable Throwable endingError(Failure<?, ?> failure) {
    return config.failurePolicy instanceof FailurePolicy.FailFast ? failure.error() : null;
  }

  /** When failing fast, an error that comes after the first one is attached to it. */
  void suppress(Throwable later) {
    Throwable first = schedule.error();
    if (config.failurePolicy instanceof FailurePolicy.FailFast && first != null && first != later) {
      first.addSuppressed(later);
    }
  }

  /** A listener failed: the run ends, and whoever drains it gets the error, also if all items are done. */
  void fail(Throwable error) {
    Throwable first = listenerError.compareAndExchange(null, error);
    if (first != null && first != error) {
      first.addSuppressed(error);
    }
    end(RunStatus.ABORTED, error);
  }

  private boolean end(RunStatus how, @Nullable Throwable why) {
    return schedule.end(how, why, false);
  }

  /** The run was ended before its time: nothing may wait any more, nothing may run. */
  void windUp() {
    startAlarm.cancel(); // before virtual time could go on to it
    feed.runEnded();
    waits.endAll();
    interrupter.interruptAll();
  }

  void abandoned(Thread thread) {
    abandoned.add(thread);
  }

  /** The consumer took something, but may not come back soon: workers that starve are told a little later. */
  void refillSoon() {
    if (!refilling) {
      refilling = true;
      refillAlarm.at(System.nanoTime() + REFILL_NANOS);
    }
  }

  /** All slots are busy: if they still are in a moment, somebody else has to read the source. */
  void readAheadSoon() {
    if (!aheadPending) {
      aheadPending = true;
      aheadAlarm.at(System.nanoTime() + READ_AHEAD_NANOS);
    }
  }

  private void readAhead() {
    aheadPending = false;
    staff.readAhead();
  }

  private void refill() {
    refilling = false;
    schedule.roomFreed();
  }

  /** Every item has its outcome. */
  void finished() {
    if (recording.shouldCommit()) {
      recording.status = status().name();
      recording.items = schedule.settled();
      recording.failures = failures.get();
      recording.commit();
    }
    interrupter.stop();
    waits.stop();
    runAlarm.cancel();
    startAlarm.cancel();
    refillAlarm.cancel();
    aheadAlarm.cancel();
    leaveOthers();
    wakeup.signal();
  }

  private void leaveOthers() {
    StopToken.Registration registration = stop;
    if (registration != null) {
      registration.close();
    }
    Runnable leave = leaveSurrounding;
    if (leave != null) {
      leave.run();
    }
  }

  /** And every worker has left. */
  void joined() {
    if (feed.hasToBeClosed()) {
      Staff.startVirtual(this::closeFeed); // this may be the thread of all timers
    } else {
      closeFeed();
    }
  }

  private void closeFeed() {
    try {
      feed.close();
    } catch (Throwable broken) {
      System.getLogger(Engine.class.getName())
          .log(System.Logger.Level.WARNING, "closing the source failed", broken);
    }
    joined.countDown();
    signalCaller();
  }

  boolean hasEnded() {
    return schedule.hasEnded();
  }

  boolean isOver() {
    return schedule.isOver();
  }

  /** Items in all, or read so far. */
  long total() {
    return Math.max(schedule.admitted(), feed.size());
  }

  /** How the run stands or ended. */
  public RunStatus status() {
    RunStatus status = schedule.status();
    return status == RunStatus.COMPLETED && listenerError.get() != null
        ? RunStatus.ABORTED
        : status;
  }

  /** What ended the run, if an error did: the source's, a listener's, the first failure's. */
  public @Nullable Throwable error() {
    Throwable error = schedule.error();
    return error != null ? error : listenerError.get();
  }

  /** The failure that came first in time; null if there was none. */
  public @Nullable Failure<?, ?> firstFailure() {
    return firstFailure.get();
  }

  /** Threads that did not react to their interrupt. */
  public List<Thread> abandoned() {
    return List.copyOf(abandoned);
  }

  /** A snapshot. */
  public Progress progress() {
    long done = sink instanceof Outlet outlet ? outlet.done() : schedule.settled();
    return new Progress(done, total(), failures.get(), schedule.running());
  }

  /** Whether the run is over, and none of its threads is left but those that are stuck. */
  public boolean hasJoined() {
    return joined.getCount() == 0;
  }

  /** Waits until {@link #hasJoined}; false if the time is up. */
  public boolean awaitJoined(long nanos) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    return Wakeup.spin(this::hasJoined) || joined.await(nanos, TimeUnit.NANOSECONDS);
  }

  /**
   * Takes back the items that no attempt has begun of, though a worker has claimed them, or they wait for
   * a permit: nothing comes of them any more.
   */
  public List<Tuned> takeBack() {
    List<Tuned> all = new ArrayList<>(waits.waiting());
    all.addAll(schedule.claimed());
    all.removeIf(item -> !item.takeBack());
    all.forEach(this::withdraw);
    return all;
  }

  /** Ends the run as cancelled; outcomes can still be taken. Never blocks. */
  public void stop() {
    end(RunStatus.CANCELLED, null);
  }

  /** Ends the run and waits until nothing of it runs, or the grace period has passed. */
  public void close() {
    closed = true;
    schedule.end(RunStatus.CANCELLED, null, true);
    boolean interrupted = false;
    while (joined.getCount() > 0) {
      try {
        if (!runInline()) {
          join();
        }
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void join() throws InterruptedException {
    if (config.inCaller()) {
      closers.lockInterruptibly();
      try {
        closing.await(() -> joined.getCount() == 0 || hasInline());
      } finally {
        closers.unlock();
      }
    } else {
      joined.await();
    }
  }

  /** The next outcome; null at the end, and after {@link #close}. */
  public @Nullable Outcome<?, ?> take() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException(); // also if there is something: no race decides that
    }
    return closed ? null : taker().take();
  }

  /** The next outcome; null if there is none now. */
  public @Nullable Outcome<?, ?> poll() {
    runInline();
    return closed ? null : taker().poll();
  }

  private Taker taker() {
    if (sink instanceof Outlet outlet) {
      return outlet.taker();
    }
    throw new IllegalStateException("this run collects");
  }

  /** All outcomes, in input order, when the run is over. */
  public @Nullable Object[] collect() throws InterruptedException {
    if (sink instanceof Collected collected) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      BooleanSupplier gone = () -> joined.getCount() == 0;
      if (!Wakeup.spin(gone)) {
        wakeup.await(gone);
      }
      return collected.outcomes();
    }
    List<Object> all = new ArrayList<>();
    for (Outcome<?, ?> next = take(); next != null; next = take()) {
      all.add(next);
    }
    return all.toArray();
  }
}
