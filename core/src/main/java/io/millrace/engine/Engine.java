package io.millrace.engine;

import io.millrace.base.Require;
import io.millrace.limit.Demand;
import io.millrace.limit.RateLimiter;
import io.millrace.outcome.Failure;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Progress;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Action;
import io.millrace.plan.FailurePolicy;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Source;
import io.millrace.plan.StopToken;
import io.millrace.plan.Workers;
import io.millrace.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One run: wires its parts and knows its life. Every entry point drains one of these.
 *
 * <p>It lives from {@link #start} until it is joined: the source is exhausted or the run was ended,
 * every admitted item has its outcome, and no worker is left but those that are stuck.
 */
public final class Engine {
  final Config config;
  final Clock clock;
  final Schedule schedule;
  final Sink sink;
  final Wakeup wakeup = new Wakeup();
  final long originNanos;
  final long freshBudgetNanos;
  final boolean ownThreads;

  final @Nullable RateLimiter limiter;
  final @Nullable KeySlots slots;
  final boolean sameClock;
  final boolean gated;
  final boolean inspecting;

  private final Caller caller;
  private final Feed feed;
  private final @Nullable PermitQueue permits;
  private final Interrupter interrupter;
  private final Alarm dueAlarm;
  private final Alarm runAlarm;
  private final long attemptNanos;
  private final long itemNanos;

  private final Queue<Worker> inline = new ConcurrentLinkedQueue<>();
  private final List<Thread> abandoned = new CopyOnWriteArrayList<>();
  private final AtomicLong failures = new AtomicLong();
  private final AtomicReference<@Nullable Failure<?, ?>> firstFailure = new AtomicReference<>();
  private final CountDownLatch joined = new CountDownLatch(1);
  private final Recording.RunEvent recording = new Recording.RunEvent();
  private StopToken.@Nullable Registration stop;

  private Engine(
      Config config,
      Action<@Nullable Object, @Nullable Object> action,
      Feed feed,
      Delivery delivery) {
    this.config = config;
    this.clock = config.clock;
    this.feed = feed;
    this.originNanos = clock.nanoTime();
    this.ownThreads = !(config.workers instanceof Workers.On);
    this.attemptNanos = Require.nanos(config.attemptTimeout);
    this.itemNanos = Require.nanos(config.itemTimeout);
    this.freshBudgetNanos = Math.min(attemptNanos, itemNanos);
    this.caller = new Caller(config, action);
    this.limiter = limiter(config);
    this.sameClock = limiter != null && limiter.clock() == clock;
    this.permits = limiter == null ? null : new PermitQueue(this, limiter);
    this.slots = config.perKey == null ? null : new KeySlots(config.perKey);
    this.gated =
        limiter != null
            || slots != null
            || config.itemKey != null
            || freshBudgetNanos <= 0
            || itemNanos != Long.MAX_VALUE;
    this.inspecting = config.retry.looksAtResults() || (limiter != null && limiter.settles());
    this.sink =
        switch (delivery) {
          case COLLECTED ->
              !config.hasListeners() && !config.inCaller()
                  ? new Collected()
                  : new Outlet(this, new Reorder());
          case IN_ORDER -> new Outlet(this, new Reorder());
          case AS_COMPLETED -> new Outlet(this, null);
        };
    this.schedule = new Schedule(this, feed, sink, config);
    this.interrupter = new Interrupter(this);
    this.dueAlarm = new Alarm(clock, this::wakeDue);
    this.runAlarm = new Alarm(clock, () -> end(RunStatus.TIMED_OUT, null, false));
  }

  /** How outcomes are to be handed out. */
  public enum Delivery {
    COLLECTED,
    IN_ORDER,
    AS_COMPLETED
  }

  private static @Nullable RateLimiter limiter(Config config) {
    if (config.limiter != null) {
      return config.limiter;
    }
    if (config.rateLimit instanceof RateLimit.Unlimited && !config.retry.obeysServer()) {
      return null;
    }
    return RateLimiter.of(config.rateLimit, config.clock);
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
    Engine engine =
        new Engine(config, (Action<@Nullable Object, @Nullable Object>) action, feed, delivery);
    engine.begin();
    return engine;
  }

  private void begin() {
    recording.begin();
    feed.onReady(schedule::sourceReady);
    stop = config.stopToken.onStop(() -> end(RunStatus.CANCELLED, null, false));
    long runNanos = Require.nanos(config.runTimeout);
    if (runNanos == 0) {
      end(RunStatus.TIMED_OUT, null, false);
    } else if (runNanos != Long.MAX_VALUE) {
      runAlarm.at(originNanos + runNanos);
    }
    schedule.roomFreed();
  }

  // Threads

  void startWorker(int generation) {
    Worker worker = new Worker(this, generation);
    clock.enter();
    try {
      switch (config.workers) {
        case Workers.Virtual _ -> startVirtual(caller.around(worker));
        case Workers.Platform _ ->
            Thread.ofPlatform()
                .name("millrace-worker")
                .daemon()
                .inheritInheritableThreadLocals(false)
                .start(caller.around(worker));
        case Workers.Caller _ -> {
          inline.add(worker);
          wakeup.signal();
        }
        case Workers.On on -> startVirtual(hasEnded() ? worker : () -> handOver(worker, on));
      }
    } catch (Throwable broken) {
      notStarted(worker, broken);
    }
  }

  private static void startVirtual(Runnable task) {
    Thread.ofVirtual().name("millrace-worker").inheritInheritableThreadLocals(false).start(task);
  }

  /* In a thread of its own: an executor may block, or even run the worker in the thread that asks. */
  private void handOver(Worker worker, Workers.On on) {
    try {
      on.executor().execute(caller.around(worker));
    } catch (Throwable broken) {
      notStarted(worker, broken);
    }
  }

  private void notStarted(Worker worker, Throwable broken) {
    clock.exit();
    schedule.notStarted(worker.generation, broken);
  }

  /** Runs a worker in the calling thread, if the configuration wants that and there is one. */
  boolean runInline() {
    Worker worker = inline.poll();
    if (worker != null) {
      worker.run();
    }
    return worker != null;
  }

  boolean hasInline() {
    return !inline.isEmpty();
  }

  @Nullable Object call(@Nullable Object item, Claim claim) throws Exception {
    if (freshBudgetNanos != Long.MAX_VALUE) {
      interrupter.watch(claim);
    }
    return Recording.ofAttempts() ? recorded(item, claim) : caller.call(item);
  }

  private @Nullable Object recorded(@Nullable Object item, Claim claim) throws Exception {
    Recording.AttemptEvent event = new Recording.AttemptEvent();
    event.index = claim.index();
    event.attempt = claim.ticket == null ? 1 : claim.ticket.attempts + 1;
    event.begin();
    try {
      return caller.call(item);
    } catch (Throwable thrown) {
      event.error = thrown.getClass().getName();
      throw thrown;
    } finally {
      event.commit();
    }
  }

  RandomGenerator random() {
    return ThreadLocalRandom.current();
  }

  // Time

  /** How long an attempt that starts now may take; 0 or less: not at all. */
  long budgetNanos(@Nullable Ticket ticket, long nowNanos) {
    if (ticket == null || ticket.attempts == 0 || itemNanos == Long.MAX_VALUE) {
      return freshBudgetNanos;
    }
    return Math.min(attemptNanos, ticket.firstStartNanos + itemNanos - nowNanos);
  }

  /** Which timeout is the one that an attempt runs into. */
  Interruption timeoutOf(@Nullable Ticket ticket) {
    boolean retried = ticket != null && ticket.attempts > 0 && itemNanos != Long.MAX_VALUE;
    return retried || attemptNanos > itemNanos
        ? Interruption.ITEM_TIMEOUT
        : Interruption.ATTEMPT_TIMEOUT;
  }

  Interruption timeoutOf(Claim claim) {
    return claim.budgetNanos < attemptNanos
        ? Interruption.ITEM_TIMEOUT
        : Interruption.ATTEMPT_TIMEOUT;
  }

  private void wakeDue() {
    Long next = schedule.wakeDue(clock.nanoTime());
    if (next != null) {
      dueAlarm.at(next);
    }
  }

  // Items that wait

  void retryLater(Ticket ticket, Throwable error, long delayNanos) {
    Recording.retry(ticket, error, delayNanos);
    if (schedule.delay(ticket)) {
      dueAlarm.at(ticket.dueNanos);
    }
  }

  void awaitPermit(Ticket ticket, Demand demand) {
    PermitQueue queue = permits;
    if (queue == null) {
      throw new AssertionError("no limiter");
    }
    queue.enqueue(ticket, demand);
    expire(ticket, () -> queue.giveUp(ticket));
  }

  void awaitSlot(Ticket ticket, KeySlots slots) {
    if (slots.enqueue(ticket)) {
      resume(ticket);
      return;
    }
    expire(
        ticket,
        () -> {
          if (slots.cancel(ticket)) {
            resume(ticket);
          }
        });
  }

  /*
   * An item timeout ends the wait for a permit or a slot as well. The ticket may be resumed before this:
   * then the timer finds it nowhere, or rightly in its next wait.
   */
  private void expire(Ticket ticket, Runnable giveUp) {
    if (ticket.attempts > 0 && itemNanos != Long.MAX_VALUE && ticket.expiry == null) {
      ticket.expiry = clock.schedule(ticket.firstStartNanos + itemNanos, giveUp);
    }
  }

  void resume(Ticket ticket) {
    ticket.stopExpiry();
    schedule.resume(ticket);
  }

  void freeSlot(Ticket ticket) {
    Ticket next = slots == null ? null : slots.exit(ticket);
    if (next != null) {
      resume(next);
    }
  }

  void pause(@Nullable Object item, Duration wait) {
    if (limiter != null) {
      Recording.pause(wait);
      limiter.pause(item, wait);
    }
  }

  // Failures and the end

  /** An item failed for good. */
  void failed(Failure<?, ?> failure) {
    firstFailure.compareAndSet(null, failure);
    long count = failures.incrementAndGet();
    switch (config.failurePolicy) {
      case FailurePolicy.FailFast _ -> {
        if (!end(RunStatus.ABORTED, failure.error(), false)) {
          schedule.suppress(failure.error());
        }
      }
      case FailurePolicy.StopAfter limit -> {
        if (count >= limit.failures()) {
          end(RunStatus.ABORTED, null, false);
        }
      }
      case FailurePolicy.CollectAll _, FailurePolicy.Substitute _ -> {}
    }
  }

  /** A listener failed: the run ends, and whoever drains it gets the error. */
  void fail(Throwable error) {
    end(RunStatus.ABORTED, error, false);
  }

  private boolean end(RunStatus how, @Nullable Throwable why, boolean discard) {
    return schedule.end(how, why, discard);
  }

  /** The run was ended before its time: nothing may wait any more, nothing may run. */
  void windUp() {
    if (slots != null) {
      slots.close().forEach(this::resume);
    }
    if (permits != null) {
      permits.giveUpAll();
    }
    interrupter.interruptAll();
  }

  void roomMaybeFreed() {
    if (schedule.isStarved() && schedule.roomForHalf()) {
      schedule.roomFreed();
    }
  }

  void roomFreed() {
    if (schedule.isStarved()) {
      schedule.roomFreed();
    }
  }

  void cameBack(Worker worker) {
    schedule.cameBack();
  }

  void abandoned(Thread thread) {
    abandoned.add(thread);
  }

  void workerBroke(Worker worker, Throwable broken) {
    schedule.broke(worker, broken);
  }

  void finished() {
    if (recording.shouldCommit()) {
      recording.status = status().name();
      recording.items = schedule.settledNow();
      recording.failures = failures.get();
      recording.commit();
    }
    interrupter.stop();
    dueAlarm.cancel();
    runAlarm.cancel();
    if (stop != null) {
      stop.close();
    }
    wakeup.signal();
  }

  void joined() {
    try {
      feed.close();
    } catch (Throwable broken) {
      System.getLogger(Engine.class.getName())
          .log(System.Logger.Level.WARNING, "closing the source failed", broken);
    }
    joined.countDown();
    wakeup.signal();
  }

  boolean hasEnded() {
    return schedule.hasEnded();
  }

  boolean isOver() {
    return schedule.isOver();
  }

  long total() {
    long seen = schedule.admittedNow();
    return Math.max(seen, feed.size());
  }

  // What the public types ask

  /** How the run stands or ended. */
  public RunStatus status() {
    return schedule.status();
  }

  /** What ended the run, if an error did: the source's, a listener's, the first failure's. */
  public @Nullable Throwable error() {
    return schedule.error();
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
    long total = total();
    long done = sink instanceof Outlet outlet ? outlet.done() : schedule.settledNow();
    return new Progress(done, total, failures.get(), schedule.running());
  }

  /** Ends the run as cancelled; outcomes can still be taken. Never blocks. */
  public void stop() {
    end(RunStatus.CANCELLED, null, false);
  }

  /** Ends the run and waits until nothing of it runs, or the grace period has passed. */
  public void close() {
    end(RunStatus.CANCELLED, null, true);
    boolean interrupted = false;
    while (joined.getCount() > 0) {
      try {
        if (!runInline()) {
          joinOrInline();
        }
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void joinOrInline() throws InterruptedException {
    if (config.inCaller()) {
      wakeup.await(() -> joined.getCount() == 0 || hasInline());
    } else {
      joined.await();
    }
  }

  /** The next outcome; null at the end. */
  public @Nullable Outcome<?, ?> take() throws InterruptedException {
    return outlet().take();
  }

  /** The next outcome; null if there is none now. */
  public @Nullable Outcome<?, ?> poll() {
    runInline();
    return outlet().poll();
  }

  private Outlet outlet() {
    if (sink instanceof Outlet outlet) {
      return outlet;
    }
    throw new IllegalStateException("this run collects");
  }

  /** All outcomes, in input order, when the run is over. */
  public @Nullable Object[] collect() throws InterruptedException {
    if (sink instanceof Collected collected) {
      wakeup.await(() -> joined.getCount() == 0);
      return collected.outcomes();
    }
    List<Object> all = new ArrayList<>();
    for (Outcome<?, ?> next = take(); next != null; next = take()) {
      all.add(next);
    }
    return all.toArray();
  }
}
