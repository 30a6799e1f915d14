package io.millrace.engine;

import io.millrace.base.Closing;
import io.millrace.base.Published;
import io.millrace.base.Require;
import io.millrace.base.Rethrow;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.spi.CheckpointSession;
import io.millrace.engine.durable.Backpressure;
import io.millrace.engine.durable.RunCheckpoint;
import io.millrace.engine.feed.Feed;
import io.millrace.engine.feed.IteratorFeed;
import io.millrace.engine.feed.PublisherFeed;
import io.millrace.engine.flight.Recording;
import io.millrace.engine.out.Collected;
import io.millrace.engine.out.Joining;
import io.millrace.engine.out.Outlet;
import io.millrace.engine.out.Reorder;
import io.millrace.engine.out.Sink;
import io.millrace.engine.out.ToItems;
import io.millrace.engine.out.Wakeup;
import io.millrace.engine.terms.Config;
import io.millrace.engine.terms.Terms;
import io.millrace.engine.terms.Tuned;
import io.millrace.engine.wait.Waits;
import io.millrace.engine.watch.Figures;
import io.millrace.engine.watch.Watch;
import io.millrace.engine.watch.Watched;
import io.millrace.limit.RateLimiter;
import io.millrace.limit.spi.Party;
import io.millrace.outcome.Failure;
import io.millrace.outcome.Progress;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.WaitCause;
import io.millrace.plan.Action;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One run: wires its parts, and is the run as the entry points see it. Each entry point takes the outcomes of one.
 * {@link Life} leads it from its start to its end.
 */
public final class Engine implements Watched {
  private final Terms terms;
  private final Feed feed;
  private final Failures failures;
  private final Sink sink;
  private final Schedule schedule;
  private final Waits waits;
  private final Listeners listeners;
  private final Life life;
  private final Outcomes outcomes;
  private final @Nullable RunCheckpoint checkpoint;

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
      Delivery delivery,
      @Nullable CheckpointSession session) {
    this.feed = feed;
    terms = new Terms(config, delivery == Delivery.TO_ITEMS);
    failures = new Failures(config);
    Wakeup wakeup = new Wakeup(terms.clock);
    Outlet outlet = hasConsumer(config, delivery) ? new Outlet(wakeup) : null;
    sink = outlet != null ? outlet : terms.isTuned ? new ToItems() : new Collected();
    Party party = RateLimiter.party();
    LateEffects late = new LateEffects();
    Backpressure commits = session == null ? null : new Backpressure();
    schedule = new Schedule(terms, feed, sink, late, party, commits);
    waits = new Waits(terms, schedule.waiting(), party);
    Checkpoint asked = config.checkpoint;
    checkpoint =
        asked == null || session == null || commits == null
            ? null
            : new RunCheckpoint(asked, session, schedule.waiting(), waits, terms, commits);
    listeners = new Listeners(config, schedule, failures, this::total);
    Abandonment abandonment = new Abandonment(terms, schedule, waits, failures, sink);
    Interrupter interrupter = new Interrupter(terms, schedule, abandonment);
    Verdicts verdicts =
        new Verdicts(terms, schedule, waits, sink, failures, interrupter, checkpoint);
    ContextualAction inContext = new ContextualAction(terms, action);
    Attempts attempts =
        new Attempts(terms, schedule, waits, sink, interrupter, inContext, verdicts, checkpoint);
    Joining joining = new Joining(terms.clock);
    Staff staff =
        new Staff(
            terms,
            schedule,
            attempts,
            inContext,
            () -> {
              wakeup.signal();
              joining.wake();
            });
    Refill refill = new Refill(schedule);
    Reorder reorder = outlet == null || delivery == Delivery.AS_COMPLETED ? null : new Reorder();
    Taker taker =
        outlet == null
            ? null
            : new Taker(terms, schedule, staff, wakeup, refill, listeners, reorder, outlet);
    outcomes = new Outcomes(sink, taker, staff, wakeup, joining, schedule, this::watchEnd);
    life =
        new Life(
            terms,
            feed,
            schedule,
            waits,
            party,
            interrupter,
            staff,
            verdicts::stopHedging,
            refill,
            new Life.Waiting(wakeup, joining),
            checkpoint,
            this::record);
    late.begin(life);
  }

  private void watchEnd() {
    life.watchEnd();
  }

  private static boolean hasConsumer(Config config, Delivery delivery) {
    return switch (delivery) {
      case COLLECTED -> config.hasListeners() || config.inCaller();
      case IN_ORDER, AS_COMPLETED -> true;
      case TO_ITEMS -> false;
    };
  }

  /** Starts a run over what can be iterated, or published. */
  public static Engine start(
      Config config, Action<?, ?> action, Iterable<?> source, Delivery delivery) {
    try {
      RunCheckpoint.check(config, source);
    } catch (Throwable refused) {
      throw Rethrow.asIs(Closing.after(refused, source));
    }
    Feed feed =
        source instanceof Published published
            ? new PublisherFeed(
                published.publisher(),
                config.room(),
                config.grace,
                config.clock,
                config.needsCarriers())
            : new IteratorFeed(source);
    return start(config, action, feed, delivery);
  }

  /**
   * Starts a run. If it cannot begin, the feed is closed, and what kept it from beginning is thrown.
   */
  @SuppressWarnings("unchecked")
  public static Engine start(Config config, Action<?, ?> action, Feed feed, Delivery delivery) {
    CheckpointSession session = null;
    Engine engine;
    try {
      session = RunCheckpoint.open(config);
      engine =
          new Engine(
              config, (Action<@Nullable Object, @Nullable Object>) action, feed, delivery, session);
    } catch (Throwable broken) { // a carrier could not capture its context, or the clock failed
      FeedClosing.after(broken, feed);
      Closing.after(broken, session);
      throw broken;
    }
    Watch watch = config.watch;
    if (watch != null) {
      watch.begin(engine, Objects.requireNonNull(engine.terms.seen));
    }
    engine.life.start();
    return engine;
  }

  private void record(Recording recording) {
    if (terms.config.watch != null) {
      terms.config.watch.over(this, terms.clock);
    }
    if (recording.isWanted()) {
      recording.end(status().name(), schedule.census().progress(0).done(), failures.count());
    }
  }

  /** Takes the outcomes, in runs that have a consumer. */
  public Outcomes outcomes() {
    return outcomes;
  }

  /**
   * Has an item settled without a further call, if it waits: {@link Tuned#isWithdrawn} says that nobody wants it any more.
   * False if it does not wait.
   */
  public boolean withdraw(Tuned item) {
    return waits.withdraw(item);
  }

  /** Items in all, or read so far. */
  private long total() {
    return Math.max(schedule.census().admitted(), feed.size());
  }

  /** How the run stands or ended. */
  public RunStatus status() {
    RunStatus status = schedule.status();
    return status == RunStatus.COMPLETED && listeners.error() != null ? RunStatus.ABORTED : status;
  }

  /** What ended the run, if an error did: the source's, a listener's, the first failure's. */
  public @Nullable Throwable error() {
    Throwable error = schedule.error();
    return error != null ? error : listeners.error();
  }

  /** The failure that ended the run as fatal, or else that which came first in time; null if there was none. */
  public @Nullable Failure<?, ?> firstFailure() {
    return failures.first();
  }

  /** Threads that did not react to their interrupt, and are not back. */
  public List<Thread> abandoned() {
    List<Thread> all = new ArrayList<>();
    schedule
        .census()
        .roster()
        .forEach(
            worker -> {
              if (worker.isAbandoned) {
                all.add(worker.runningThread());
              }
            });
    return List.copyOf(all);
  }

  @Override
  public Figures figures() {
    EnumMap<WaitCause, Long> waiting = waits.waiting();
    if (checkpoint != null) {
      waiting.merge(WaitCause.CHECKPOINT, (long) checkpoint.storing(), Long::sum);
    }
    return schedule.census().figures(feed.size(), waiting);
  }

  /** A consistent snapshot: failed is at most done, done at most total. */
  public Progress progress() {
    if (!(sink instanceof Outlet outlet)) {
      return schedule.census().progress(feed.size());
    }
    long failed = outlet.deliveries().failed();
    long done = outlet.deliveries().done();
    return new Progress(done, total(), failed, schedule.census().running());
  }

  /** The slots, and what is worked on while there are more workers than that. */
  public Surplus surplus() {
    return schedule.census().surplus();
  }

  /** Whether a worker of this run is at work in this thread. */
  public boolean isWorker(Thread thread) {
    return schedule.census().isWorker(thread);
  }

  /** Whether the run waits for what is done in this thread. */
  public boolean waitsFor(Thread thread) {
    return isWorker(thread) || (sink instanceof ToItems items && items.isTelling(thread));
  }

  /** Whether the run is over, and none of its threads is left but those that were abandoned. */
  public boolean hasJoined() {
    return life.hasJoined();
  }

  /** Waits until {@link #hasJoined}; false if the time is up. */
  public boolean awaitJoined(long nanos) throws InterruptedException {
    return life.awaitJoined(nanos);
  }

  /**
   * Takes back the items of which no attempt has begun, also those that a worker has claimed and
   * those that wait for a permit. They get no outcome any more.
   */
  public List<Tuned> takeBack() {
    List<Tuned> all = new ArrayList<>();
    List<Tuned> taken;
    do {
      taken = new ArrayList<>();
      takeBack(waits.items(), taken);
      takeBack(schedule.census().claimed(), taken);
      takeBack(waits.items(), taken); // what a worker had at first, and has put off meanwhile
      taken.forEach(waits::withdraw);
      all.addAll(taken);
    } while (!taken.isEmpty());
    return all;
  }

  private static void takeBack(List<Tuned> found, List<Tuned> taken) {
    for (Tuned item : found) {
      if (item.takeBack()) {
        taken.add(item);
      }
    }
  }

  /**
   * Drops the items of a sized source that were not read, unless there are listeners, which have to
   * hear of them.
   */
  public void dropRest() {
    if (!terms.config.hasListeners()) {
      schedule.reading().dropRest();
    }
  }

  /** Ends the run as cancelled; outcomes can still be taken. Never blocks. */
  public void stop() {
    schedule.end(RunStatus.CANCELLED, null, false);
  }

  /** Ends the run as cancelled; what runs may finish within the grace. Never blocks. */
  public void drain(Duration grace) {
    life.drain(grace);
  }

  /** Lets nothing start until {@link #resume}. Never blocks. */
  public void pause() {
    schedule.control().pause();
    waits.letGo();
  }

  /** Goes on after {@link #pause}. */
  public void resume() {
    schedule.control().resume();
  }

  /** Whether nothing may start. */
  public boolean isPaused() {
    return schedule.control().isPaused();
  }

  /** Changes how many attempts run at once; returns how many it were. Never blocks. */
  public int concurrency(int concurrency) {
    return schedule.control().concurrency(concurrency);
  }

  /** How many attempts run at once, at most. */
  public int concurrency() {
    return schedule.control().concurrency();
  }

  /** Ends the run, of which nobody wants anything any more. Never blocks. */
  public void drop() {
    outcomes.close();
    if (!schedule.end(RunStatus.CANCELLED, null, true)) {
      life.dropRest();
    }
  }

  /**
   * Ends the run and waits until nothing of it runs, or the grace period has passed. In a thread of
   * the run itself, it does not wait, because it would wait for its own caller.
   */
  public void close() {
    drop();
    life.awaitEnd();
    if (hasJoined()) {
      sink.drop();
    }
  }

  /** The run's status and timeout, for messages. */
  @Override
  public String toString() {
    return "Engine[" + status() + ", " + Require.text(terms.config.runTimeout) + "]";
  }
}
