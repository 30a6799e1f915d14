package io.millrace;

import io.millrace.base.Closing;
import io.millrace.base.Require;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.engine.Engine;
import io.millrace.engine.Engine.Delivery;
import io.millrace.engine.terms.Config;
import io.millrace.engine.terms.ConfigAccess;
import io.millrace.engine.terms.Spending;
import io.millrace.limit.RateLimiter;
import io.millrace.outcome.AttemptEvent;
import io.millrace.outcome.Outcome;
import io.millrace.plan.Action;
import io.millrace.plan.Budget;
import io.millrace.plan.ConcurrencyChange;
import io.millrace.plan.ContextCarrier;
import io.millrace.plan.FailurePolicy;
import io.millrace.plan.FailureRate;
import io.millrace.plan.Hedge;
import io.millrace.plan.Order;
import io.millrace.plan.ProgressListener;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.RunControl;
import io.millrace.plan.Source;
import io.millrace.plan.StopToken;
import io.millrace.plan.Triple;
import io.millrace.plan.Truncation;
import io.millrace.plan.Workers;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.BaseStream;
import java.util.stream.Gatherer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How to run one action over many items: how many at once, within which rate limits, with which retries and
 * timeouts. Immutable, reusable and thread-safe; each method makes a changed copy.
 *
 * {@snippet file="io/millrace/examples/ReadmeTest.java" region="first"}
 *
 * <p>Every option means the same at every entry point: {@link #map}, {@link #stream}, {@link #values}, {@link
 * #batches}, {@link #forEach}, {@link #gatherer}, {@link #publisher}, {@link #start}, {@link #function} and
 * {@link #spread(Action.Two) spread}. An option that has no meaning at an entry point is refused there with an
 * {@link IllegalArgumentException}.
 *
 * <p><b>Failures</b> of items are data (see {@link FailurePolicy} for other choices). An error of the source
 * or of a listener ends the run, and is thrown as itself.
 *
 * <p><b>Interrupts.</b> If a thread is interrupted while it waits for a run, or before it begins to wait, the
 * run is cancelled and its threads are joined; then a {@link java.util.concurrent.CancellationException} is
 * thrown, with the interrupt flag set.
 *
 * <p><b>Memory consistency.</b> What the calling thread does before a run starts happens before each call of
 * the action; a call of the action happens before its outcome is taken.
 *
 * <p>Null arguments are refused with a {@link NullPointerException}, unless said otherwise.
 */
public final class Parallel {
  private static final int DEFAULT_CONCURRENCY = 4;

  static {
    ConfigAccess.by(
        parallel -> ((Parallel) parallel).config,
        (parallel, change) -> ((Parallel) parallel).with(change));
  }

  private final Config config;

  private Parallel(Config config) {
    this.config = config;
  }

  private Parallel with(Consumer<Config> change) {
    return new Parallel(config.with(change));
  }

  /** At most 4 attempts at once. */
  public static Parallel of() {
    return of(DEFAULT_CONCURRENCY);
  }

  /**
   * At most {@code concurrency} attempts at once.
   *
   * @param concurrency at least 1
   */
  public static Parallel of(int concurrency) {
    return new Parallel(new Config()).concurrency(concurrency);
  }

  // How many, and in which order

  /**
   * Runs at most {@code concurrency} attempts at once, and exactly that many whenever enough items are ready. Replaces
   * {@link #adaptive}.
   *
   * @param concurrency at least 1; the default is 4
   */
  public Parallel concurrency(int concurrency) {
    Require.atLeast("concurrency", concurrency, 1);
    return with(
        copy -> {
          copy.concurrency = concurrency;
          copy.adaptive = null;
        });
  }

  /**
   * Makes the concurrency adaptive, for servers that slow down instead of refusing: the run finds by itself how many
   * attempts to run at once. It settles where attempts take about 1.2 times as long as when few run at once. Replaces
   * {@link #concurrency}. For servers that refuse, see {@link RateLimit#adaptive}.
   *
   * {@snippet file="io/millrace/examples/documentation/AdaptiveConcurrencyTest.java" region="adaptive"}
   *
   * <p>It goes by the times of attempts that succeed: an attempt that throws, times out or has a rejected result only
   * counts as busy. It begins with {@code min}, and doubles until attempts take longer. For a moment it then runs
   * fewer, to measure how long attempts take unloaded: after the start, when attempts take much longer than before,
   * and every 30 s or 200 latencies, whichever is longer. So it follows a server whose times drift. It does not grow
   * while a part of it is unused, because there are too few items or because of other limits. A window that was not
   * given follows the concurrency. With {@link Workers#caller} the concurrency is 1.
   *
   * <p>A concurrency that is given to a {@link RunControl}, a {@link Run} or an executor then replaces {@code max},
   * even if it is below {@code min}. An attempt that ignores its interrupt and was abandoned does not count, nor does
   * one that has run for 10 times as long as others take: another one runs in its place, as far as {@code max}
   * allows. While nothing ends, nothing moves. Each run begins anew.
   *
   * @param min at least 1
   * @param max at least {@code min}
   */
  public Parallel adaptive(int min, int max) {
    return withAdaptive(min, max, null);
  }

  /**
   * As {@link #adaptive(int, int)}, with a listener that is told of each move and its reason. It is called by the
   * workers, one at a time, and what it throws ends the run. It makes each item cost more. It hears of a move before
   * the move takes effect, so it hears of all moves in their order, and before the run is over. While the listener is
   * at work, the concurrency does not move again, and the time that it takes counts for no item. If the run is cut
   * short, its last move may have had no effect. {@link #withoutListeners} does not switch it off.
   */
  public Parallel adaptive(int min, int max, Consumer<? super ConcurrencyChange> listener) {
    Objects.requireNonNull(listener, "listener");
    return withAdaptive(min, max, listener);
  }

  private Parallel withAdaptive(
      int min, int max, @Nullable Consumer<? super ConcurrencyChange> listener) {
    Require.atLeast("min", min, 1);
    Require.atLeast("max", max, min);
    return with(
        copy -> {
          copy.concurrency = min;
          copy.adaptive = new Config.Adaptive(min, max, listener);
        });
  }

  /**
   * At most {@code window} items that were read from the source and are not yet delivered: running,
   * waiting or done. It bounds the memory of a run, and how far the source is read ahead.
   *
   * @param window at least 1; the default is twice the concurrency, and with a {@link #checkpoint} at least 600
   */
  public Parallel window(int window) {
    Require.atLeast("window", window, 1);
    return with(copy -> copy.window = window);
  }

  /** Resets the {@link #window} to its default. */
  public Parallel withoutWindow() {
    return with(copy -> copy.window = null);
  }

  /**
   * Runs the items in groups, one group after the other. No item of a group is read before all outcomes of the
   * previous group were taken and the consumer asks for the next one. Where nobody takes outcomes one by one,
   * as in {@link #map}, the previous group has to be done instead. If this is used with {@link #batches}, give
   * both the same size.
   *
   * @param items at least 1; by default there are no groups, and nothing waits for a straggler
   */
  public Parallel barrier(int items) {
    Require.atLeast("barrier", items, 1);
    return with(copy -> copy.barrier = items);
  }

  /** Resets to the default, no groups: see {@link #barrier}. */
  public Parallel withoutBarrier() {
    return with(copy -> copy.barrier = null);
  }

  /** Delivers outcomes in the order of their items; outcomes that are early wait inside the window. */
  public Parallel ordered() {
    return order(Order.INPUT);
  }

  /**
   * Delivers outcomes in the order in which they are done. {@link #map} refuses this: its results are in input
   * order.
   */
  public Parallel unordered() {
    return order(Order.COMPLETION);
  }

  /** In which order outcomes are delivered; the default depends on the entry point. */
  public Parallel order(Order order) {
    Objects.requireNonNull(order, "order");
    return with(copy -> copy.order = order);
  }

  /** Which threads call the action; virtual threads by default. */
  public Parallel workers(Workers workers) {
    Objects.requireNonNull(workers, "workers");
    refuseHedges(workers, config.hedge);
    return with(copy -> copy.workers = workers);
  }

  // Limits

  /**
   * Limits how often attempts start; each run gets a limiter of its own.
   *
   * @param limit {@link RateLimit#unlimited} switches it off. That is also the default, except with
   *     {@link Retry#http}: there, {@link RateLimit#adaptive} begins when a server refuses an attempt, for each host
   *     if items are URIs or HTTP requests
   */
  public Parallel rateLimit(RateLimit limit) {
    Objects.requireNonNull(limit, "limit");
    return with(
        copy -> {
          copy.rateLimit = limit;
          copy.limiter = null;
        });
  }

  /**
   * At most {@code perSecond} attempts a second, evenly spaced.
   *
   * @param perSecond a finite number above 0
   */
  public Parallel rateLimit(double perSecond) {
    return rateLimit(RateLimit.perSecond(perSecond));
  }

  /** Limits how often attempts start, together with everybody else who uses the same limiter. */
  public Parallel rateLimit(RateLimiter limiter) {
    Objects.requireNonNull(limiter, "limiter");
    return with(copy -> copy.limiter = limiter);
  }

  /**
   * At most {@code limit} attempts at once of items with the same key, for example the same host. Items of a
   * busy key wait while items of other keys run, as far as the window reaches: if the source has long
   * stretches of the same key, set a {@link #window} that spans them. An abandoned attempt gives its place
   * back although it still runs, because the other items of its key might otherwise wait for ever. To count
   * such attempts as well, share a semaphore.
   *
   * @param limit at least 1
   * @param key if it throws or returns null, the item fails
   */
  @SuppressWarnings("unchecked")
  public <T extends @Nullable Object> Parallel concurrencyPerKey(
      int limit, Function<? super T, ?> key) {
    Require.atLeast("limit", limit, 1);
    Objects.requireNonNull(key, "key");
    Function<@Nullable Object, ?> untyped = (Function<@Nullable Object, ?>) key;
    return with(copy -> copy.perKey = new Config.PerKey(limit, untyped));
  }

  /** Switches {@link #concurrencyPerKey} off. */
  public Parallel withoutConcurrencyPerKey() {
    return with(copy -> copy.perKey = null);
  }

  // Failures and time

  /** Which attempts to repeat; {@link Retry#none} by default. */
  public Parallel retry(Retry retry) {
    Objects.requireNonNull(retry, "retry");
    return with(copy -> copy.retry = retry);
  }

  /**
   * How long a run waits before it reads its source and starts the first attempt. A stop, a timeout and {@code
   * close} end the wait. No thread sleeps meanwhile. {@link #runTimeout} includes this wait.
   *
   * @param delay not negative; the default is zero. With {@link java.time.temporal.ChronoUnit#FOREVER} the run
   *     waits until it is stopped, timed out or closed
   */
  public Parallel initialDelay(Duration delay) {
    Require.notNegative("initialDelay", delay);
    return with(copy -> copy.initialDelay = delay);
  }

  /**
   * Gives attempts that take long a second call of the action, the hedge: the first of the two that succeeds is the answer, and
   * the other one is interrupted and its result dropped. <b>Only for actions that may be called twice for the same item</b>, also at the same time, without
   * harm: reads, writes with an idempotency key. Off by default.
   *
   * {@snippet file="io/millrace/examples/documentation/RetriesTest.java" region="hedge"}
   *
   * <p>Items come first: a hedge begins when there is a slot that nothing else needs, and only if it gets its
   * permits, and the slot of its key, at once; otherwise the attempt goes on without one. Such a hedge counts as a
   * call: for the rate limit, for a {@link #budget} and for its own share of the calls. The functions for keys and
   * costs are called once more. To the item both calls are one attempt, with one timeout, which begins with the first
   * of them. If one of them fails, by an error or by a result that the retry policy rejects, the other one decides;
   * if both fail, the attempt has failed once, with what the first call threw. A fatal error of the first call takes
   * effect at once. Both use up slots; with a concurrency of 1 there is never a hedge. A call that ignores its
   * interrupt is abandoned after the {@link #grace}, and keeps its slot; the item has its answer all the same. Each
   * attempt has at most one hedge.
   *
   * @throws IllegalArgumentException with {@link Workers#caller}, where there is one thread for all calls
   */
  public Parallel hedgeIdempotent(Hedge hedge) {
    Objects.requireNonNull(hedge, "hedge");
    refuseHedges(config.workers, hedge);
    return with(copy -> copy.hedge = hedge);
  }

  /** Switches {@link #hedgeIdempotent} off. */
  public Parallel withoutHedge() {
    return with(copy -> copy.hedge = null);
  }

  private static void refuseHedges(Workers workers, @Nullable Hedge hedge) {
    if (hedge != null && workers instanceof Workers.Caller) {
      throw new IllegalArgumentException(
          "there is no hedgeIdempotent with Workers.caller(): the caller's thread makes one call at a time; use other workers,"
              + " or withoutHedge()");
    }
  }

  /**
   * How long one attempt may take. After that time it is interrupted, and fails with a {@link
   * java.util.concurrent.TimeoutException}; the retry policy decides whether it is repeated. At zero the
   * action is never called.
   *
   * @param timeout not negative; the default is {@link java.time.temporal.ChronoUnit#FOREVER}
   */
  public Parallel attemptTimeout(Duration timeout) {
    Require.notNegative("attemptTimeout", timeout);
    return with(copy -> copy.attemptTimeout = timeout);
  }

  /**
   * How long one item may take from the start of its first attempt, with all its retries and the waits between
   * them. After that time it fails with a {@link java.util.concurrent.TimeoutException}, whose cause is the
   * error of the last attempt that failed before, if there is one. A wait that would end later, such as a
   * backoff, is not begun. At zero the action is never called.
   *
   * @param timeout not negative; the default is {@link java.time.temporal.ChronoUnit#FOREVER}
   */
  public Parallel itemTimeout(Duration timeout) {
    Require.notNegative("itemTimeout", timeout);
    return with(copy -> copy.itemTimeout = timeout);
  }

  /**
   * Sheds items that would wait for longer than this before an attempt: they fail at once with a {@link
   * io.millrace.outcome.ShedException}, without a call, a permit or a retry. For items that are worth nothing later.
   *
   * <p>The waits for the rate limit (with its pauses and breakers), for {@link #concurrencyPerKey} and for a task's
   * semaphore count together, from the moment at which a worker first had to put the item off. A backoff does not
   * count, nor does the wait for a worker. If its permit would come too late by the limit as it is at that moment, an
   * item does not wait at all. If its permit would come too late only because others are ahead of it, it waits,
   * because they may leave, and fails when it has waited this long. Each attempt of an item has its own wait.
   *
   * @param longest not negative; the default is {@link java.time.temporal.ChronoUnit#FOREVER}. At zero, an item that
   *     cannot begin at once fails
   */
  public Parallel shedAfter(Duration longest) {
    Require.notNegative("shedAfter", longest);
    return with(copy -> copy.shedAfter = longest);
  }

  /**
   * How long the run may take. After that time it ends as {@code TIMED_OUT}. At zero the action is never
   * called.
   *
   * @param timeout not negative; the default is {@link java.time.temporal.ChronoUnit#FOREVER}
   */
  public Parallel runTimeout(Duration timeout) {
    Require.notNegative("runTimeout", timeout);
    return with(copy -> copy.runTimeout = timeout);
  }

  /**
   * How long an interrupted action may take to return. After that time it is abandoned: its item fails with an
   * {@link io.millrace.outcome.AbandonedException}, and its slot stays taken until the action returns.
   *
   * <p>While abandoned actions keep all slots, the run waits for one of them: see {@link #patience}.
   *
   * @param grace not negative; the default is 100 ms
   */
  public Parallel grace(Duration grace) {
    Require.notNegative("grace", grace);
    return with(copy -> copy.grace = grace);
  }

  /**
   * How long the run waits for a slot when abandoned actions keep all of them. After that time it ends as
   * {@code ABORTED}: the remaining items are not run, and the threads are listed as abandoned.
   *
   * @param patience not negative; the default is 2 s; {@link java.time.temporal.ChronoUnit#FOREVER} makes it
   *     wait until something else ends the run
   */
  public Parallel patience(Duration patience) {
    Require.notNegative("patience", patience);
    return with(copy -> copy.patience = patience);
  }

  /**
   * What the failure of an item means for the run; by default it is data. For a value in place of a failure,
   * see {@link ParallelFunction#orElse}.
   */
  public Parallel failurePolicy(FailurePolicy policy) {
    Objects.requireNonNull(policy, "policy");
    return with(copy -> copy.failurePolicy = policy);
  }

  /**
   * The first failure ends the run and is thrown, as itself: see {@link FailurePolicy.FailFast}. It may be a
   * checked exception, although no method declares one: to catch it, catch {@code Exception}.
   */
  public Parallel failFast() {
    return failurePolicy(new FailurePolicy.FailFast());
  }

  /**
   * The run ends as {@code ABORTED} when this many items have failed. What runs finishes, so a few more may fail; nothing
   * new starts, retries included.
   *
   * @param failures at least 1
   */
  public Parallel maxFailures(int failures) {
    return failurePolicy(new FailurePolicy.StopAfter(failures));
  }

  /**
   * Keeps each outcome in a store before it is delivered, so that a later run of the same action, after a crash or an
   * early end, does not call again what succeeded: such an item is delivered as a success that says {@link
   * io.millrace.outcome.Details#restored restored}, with 0 attempts and without a permit. Failed items run again, unless {@link
   * Checkpoint#finalFailures} says otherwise. The tasks of a
   * {@link io.millrace.executor.ParallelExecutor} need {@linkplain io.millrace.executor.TaskOptions#key keys}. Refused where
   * each call is a run of its own, by {@link ParallelFunction#call}.
   *
   * <p>The run takes the checkpoint when it starts, and throws a {@link io.millrace.checkpoint.CheckpointException} if it cannot have
   * it; it lets the checkpoint go at its end, so a run has to be closed. A store that fails ends the run with that error. Items that are being looked up or stored
   * count in the {@link #window}, which is therefore at least 600 by default.
   */
  public Parallel checkpoint(Checkpoint checkpoint) {
    Objects.requireNonNull(checkpoint, "checkpoint");
    return with(copy -> copy.checkpoint = checkpoint);
  }

  /** Switches {@link #checkpoint} off. */
  public Parallel withoutCheckpoint() {
    return with(copy -> copy.checkpoint = null);
  }

  /**
   * The run ends as {@code ABORTED} when more than this share of the last items has failed, beside whatever the
   * failure policy says. As long as fewer items have been tried, it goes on. At the end what runs finishes; nothing new
   * starts, retries included.
   *
   * @param most from 0 to 1; 0.5 ends the run when more than half of them failed
   * @param items how many of the last items count, at least 1
   */
  public Parallel failureRate(double most, int items) {
    FailureRate rate = new FailureRate(most, items);
    return with(copy -> copy.failureRate = rate);
  }

  /** Switches {@link #failureRate} off. */
  public Parallel withoutFailureRate() {
    return with(copy -> copy.failureRate = null);
  }

  /**
   * The most that a run may spend, retries included. When it is spent, what runs finishes, and the rest is not run.
   *
   * @param budget the default, and the way to switch it off, is {@link Budget#unlimited}
   */
  public Parallel budget(Budget budget) {
    Objects.requireNonNull(budget, "budget");
    return with(
        copy -> {
          copy.budget = budget;
          copy.spending = null;
        });
  }

  /** Stopping or draining the token ends the run as {@code CANCELLED}: see {@link StopToken}. */
  public Parallel stopToken(StopToken token) {
    Objects.requireNonNull(token, "token");
    return with(copy -> copy.stopToken = token);
  }

  /**
   * Lets runs be paused and resumed, and their concurrency be changed, while they go on, at every entry point: see {@link
   * RunControl}. A run that is started while the control is paused waits for {@link RunControl#resume}.
   */
  public Parallel control(RunControl control) {
    Objects.requireNonNull(control, "control");
    return with(copy -> copy.control = control);
  }

  /**
   * How outcomes that are taken one by one end if the run was cut short: a {@link #stream}, {@link #batches},
   * a {@link #gatherer}, a {@link #publisher}, a {@link Run}. {@link Results} always tell whether their run
   * was cut short, and {@link #forEach} always throws.
   *
   * @param truncation the default is {@link Truncation#THROWN}
   */
  public Parallel truncation(Truncation truncation) {
    Objects.requireNonNull(truncation, "truncation");
    return with(copy -> copy.truncation = truncation);
  }

  // What is seen of it

  /**
   * The function gives each item a key, which appears on the outcome of the item. It is called once, before
   * the item's first attempt; if it throws, the item fails without an attempt.
   */
  @SuppressWarnings("unchecked")
  public <T extends @Nullable Object> Parallel itemKey(Function<? super T, ?> key) {
    Objects.requireNonNull(key, "key");
    return with(copy -> copy.itemKey = (Function<@Nullable Object, ?>) key);
  }

  /** Switches {@link #itemKey} off. */
  public Parallel withoutItemKey() {
    return with(copy -> copy.itemKey = null);
  }

  /**
   * The listener is told of each item that is done. It runs in the thread that takes the outcomes (the caller
   * of {@code map}, the consumer of a stream), and never overlaps itself or {@link #onOutcome}. It is told of
   * items in completion order, and possibly of several cheap items of one worker together. If it throws, that
   * ends the run and is thrown.
   */
  public Parallel onProgress(ProgressListener listener) {
    Objects.requireNonNull(listener, "listener");
    return with(copy -> copy.onProgress = listener);
  }

  /** As {@link #onProgress}, but gets the outcome, also of items that did not run. */
  public Parallel onOutcome(Consumer<? super Outcome<?, ?>> listener) {
    Objects.requireNonNull(listener, "listener");
    return with(copy -> copy.onOutcome = listener);
  }

  /**
   * The listener is told what happens to items before they have an outcome: attempts that begin, retries with their
   * errors and delays, waits at limits. Unlike the other listeners it runs in the workers' threads, and its calls
   * overlap, so it has to be thread-safe; it should return quickly. The end of the run interrupts it; a timeout of an
   * attempt does not, because the time that the listener takes counts for no attempt. If it throws, that ends the run
   * and is thrown. A run without such a listener spends nothing on it.
   *
   * {@snippet file="io/millrace/examples/OutcomeExampleTest.java" region="attempts"}
   */
  public Parallel onAttempt(Consumer<? super AttemptEvent> listener) {
    Objects.requireNonNull(listener, "listener");
    return with(copy -> copy.onAttempt = listener);
  }

  /** Switches {@link #onProgress}, {@link #onOutcome} and {@link #onAttempt} off. */
  public Parallel withoutListeners() {
    return with(
        copy -> {
          copy.onProgress = null;
          copy.onOutcome = null;
          copy.onAttempt = null;
        });
  }

  /**
   * The monitor watches the runs: see {@link Monitor}. It may watch several, also at the same time. A run without one
   * spends nothing on it.
   */
  public Parallel monitor(Monitor monitor) {
    Objects.requireNonNull(monitor, "monitor");
    return with(copy -> copy.watch = monitor.watch);
  }

  /** Switches {@link #monitor} off. */
  public Parallel withoutMonitor() {
    return with(copy -> copy.watch = null);
  }

  /**
   * Carries context of the thread that starts the run, or submits the task, to each attempt; replaces earlier
   * carriers. The context class loader of that thread is carried always.
   */
  public Parallel context(ContextCarrier<?>... carriers) {
    List<ContextCarrier<?>> all = List.of(carriers);
    return with(copy -> copy.carriers = all);
  }

  /** Binds these scoped values for the action as they are bound where the run starts, or the task is submitted. */
  public Parallel scopedValues(ScopedValue<?>... values) {
    List<ScopedValue<?>> all = List.of(values);
    return with(copy -> copy.scopedValues = all);
  }

  /** The clock that a run goes by; real time by default. */
  public Parallel clock(TimeSource clock) {
    Objects.requireNonNull(clock, "clock");
    return with(copy -> copy.clock = clock);
  }

  // Entry points

  /**
   * Runs the action over all items and collects their outcomes in input order.
   *
   * @return the outcomes of all items, those of failed ones included; if the run is to fail fast, the first
   *     failure is thrown instead
   */
  public <T extends @Nullable Object, R extends @Nullable Object> Results<T, R> map(
      Iterable<? extends T> items, Action<? super T, ? extends R> action) {
    check(items, action);
    if (config.order == Order.COMPLETION) {
      throw refused(
          "map collects in input order: use stream for outcomes in completion order", items);
    }
    try (Run<T, R> run = start(items, action, Delivery.COLLECTED)) {
      return run.collect();
    }
  }

  /** {@link #map} over a stream, also one of numbers: see {@link Source#of(BaseStream)}. */
  public <T extends @Nullable Object, R extends @Nullable Object> Results<T, R> map(
      BaseStream<? extends T, ?> items, Action<? super T, ? extends R> action) {
    return map(Source.<T>of(items), action);
  }

  /** {@link #map} over pairs: the elements of two sources, up to the shorter one. */
  public <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
      Results<Map.Entry<A, B>, R> map(
          Iterable<? extends A> first,
          Iterable<? extends B> second,
          Action.Two<? super A, ? super B, ? extends R> action) {
    check(Source.<A, B>zip(first, second), action);
    return this.<A, B, R>spread(action).map(first, second);
  }

  /** {@link #map} over the entries of a map, in its order. Nobody may change the map meanwhile. */
  public <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
      Results<Map.Entry<A, B>, R> map(
          Map<A, B> entries, Action.Two<? super A, ? super B, ? extends R> action) {
    return map(entries.entrySet(), Action.<A, B, R>spread(action));
  }

  /** {@link #map} over triples: the elements of three sources, up to the shortest one. */
  public <
          A extends @Nullable Object,
          B extends @Nullable Object,
          C extends @Nullable Object,
          R extends @Nullable Object>
      Results<Triple<A, B, C>, R> map(
          Iterable<? extends A> first,
          Iterable<? extends B> second,
          Iterable<? extends C> third,
          Action.Three<? super A, ? super B, ? super C, ? extends R> action) {
    check(Source.<A, B, C>zip(first, second, third), action);
    return this.<A, B, C, R>spread(action).map(first, second, third);
  }

  /**
   * A lazy stream of outcomes, as they come (or in input order, if {@link #ordered}), in constant memory. The
   * run starts with the terminal operation. Close the stream, best by try-with-resources: a stream that is
   * left early and not closed leaves up to a window of work running, and one that is never read leaves its
   * source open. A parallel stream reads no further ahead than a sequential one.
   *
   * <p>If the run was cut short, the stream throws a {@link io.millrace.outcome.TruncatedRunException} after
   * its last outcome: see {@link #truncation}.
   */
  public <T extends @Nullable Object, R extends @Nullable Object> Stream<Outcome<T, R>> stream(
      Iterable<? extends T> items, Action<? super T, ? extends R> action) {
    check(items, action);
    return outcomes(items, action, streaming(Order.COMPLETION));
  }

  /** {@link #stream} over a stream: see {@link Source#of(BaseStream)}. */
  public <T extends @Nullable Object, R extends @Nullable Object> Stream<Outcome<T, R>> stream(
      BaseStream<? extends T, ?> items, Action<? super T, ? extends R> action) {
    return stream(Source.<T>of(items), action);
  }

  /**
   * A lazy stream of plain values, as they come (or in input order, if {@link #ordered}). The first item that
   * fails ends it: the stream is closed, so what runs is interrupted and joined, and throws what that item's last
   * attempt threw, as itself. In everything else it is as {@link #stream}. To go on after a failure, take outcomes.
   */
  public <T extends @Nullable Object, R extends @Nullable Object> Stream<R> values(
      Iterable<? extends T> items, Action<? super T, ? extends R> action) {
    Parallel dropping = with(copy -> copy.dropsNotRun = true);
    return ValueStream.of(dropping.<T, R>stream(items, action));
  }

  /** {@link #values} over a stream: see {@link Source#of(BaseStream)}. */
  public <T extends @Nullable Object, R extends @Nullable Object> Stream<R> values(
      BaseStream<? extends T, ?> items, Action<? super T, ? extends R> action) {
    return values(Source.<T>of(items), action);
  }

  /**
   * A lazy stream of lists of {@code size} outcomes, the last one perhaps shorter: in input order, unless
   * {@link #unordered}. There is no barrier between batches. Close it, as {@link #stream}. An error is thrown after
   * the outcomes that come before it, whose last list may be shorter.
   *
   * @param size at least 1
   */
  public <T extends @Nullable Object, R extends @Nullable Object>
      Stream<List<Outcome<T, R>>> batches(
          Iterable<? extends T> items, int size, Action<? super T, ? extends R> action) {
    check(items, action);
    if (size < 1) {
      throw refused("size must be at least 1, not " + size, items);
    }
    return Batched.of(this.<T, R>outcomes(items, action, streaming(Order.INPUT)), size);
  }

  /** {@link #batches} over a stream: see {@link Source#of(BaseStream)}. */
  public <T extends @Nullable Object, R extends @Nullable Object>
      Stream<List<Outcome<T, R>>> batches(
          BaseStream<? extends T, ?> items, int size, Action<? super T, ? extends R> action) {
    return batches(Source.<T>of(items), size, action);
  }

  private <T extends @Nullable Object, R extends @Nullable Object> Stream<Outcome<T, R>> outcomes(
      Iterable<? extends T> items, Action<? super T, ? extends R> action, Delivery delivery) {
    return OutcomeStream.of(() -> start(items, action, delivery), () -> Closing.all(items));
  }

  /**
   * Runs an action without a value over all items, in constant memory.
   *
   * @throws io.millrace.outcome.TruncatedRunException if the run was cut short
   * @throws io.millrace.outcome.FailedItemsException if items failed
   */
  public <T extends @Nullable Object> void forEach(
      Iterable<? extends T> items, Action.Each<? super T> action) {
    check(items, action);
    Action<T, @Nullable Void> discarding =
        item -> {
          action.accept(item);
          return null;
        };
    drain(items, discarding);
  }

  /** {@link #forEach} over a stream: see {@link Source#of(BaseStream)}. */
  public <T extends @Nullable Object> void forEach(
      BaseStream<? extends T, ?> items, Action.Each<? super T> action) {
    forEach(Source.<T>of(items), action);
  }

  /** {@link #forEach} for an action whose value is looked at by the retry policy and listeners only. */
  <T extends @Nullable Object, R extends @Nullable Object> void drain(
      Iterable<? extends T> items, Action<? super T, ? extends R> action) {
    check(items, action);
    try (Run<T, R> run = start(items, action, streaming(Order.COMPLETION))) {
      run.takeAll();
    }
  }

  /**
   * Starts a run. The caller watches it, takes its outcomes, for example in a {@code for} loop, and closes it.
   */
  public <T extends @Nullable Object, R extends @Nullable Object> Run<T, R> start(
      Iterable<? extends T> items, Action<? super T, ? extends R> action) {
    check(items, action);
    return start(items, action, streaming(Order.COMPLETION));
  }

  /** {@link #start} over a stream: see {@link Source#of(BaseStream)}. */
  public <T extends @Nullable Object, R extends @Nullable Object> Run<T, R> start(
      BaseStream<? extends T, ?> items, Action<? super T, ? extends R> action) {
    return start(Source.<T>of(items), action);
  }

  /**
   * A step for {@link Stream#gather}: outcomes in the order of the stream, unless {@link #unordered}. The
   * upstream is read in the thread of the terminal operation, no more than a window ahead.
   *
   * <p>A stream does not tell its steps that its upstream has thrown, or that it is left in the middle, as by an iterator that
   * nobody reads to its end; closing the stream does not tell them either. Then the attempts that are running go on, and the run ends as cancelled when the stream's state is
   * collected as garbage: until then it keeps its {@link #checkpoint} and its threads. A {@link #stopToken} ends it sooner.
   */
  public <T extends @Nullable Object, R extends @Nullable Object>
      Gatherer<T, ?, Outcome<T, R>> gatherer(Action<? super T, ? extends R> action) {
    Objects.requireNonNull(action, "action");
    return Gathering.of(config, action, streaming(Order.INPUT));
  }

  /**
   * A publisher of outcomes that honours demand. Each subscription is a run of its own, so the items must be
   * iterable once for each subscription. Cancelling a subscription ends its run. After {@code onSubscribe},
   * all signals of a subscription come from one platform thread. An error of the run, and the first failure
   * when failing fast, go to {@code onError}, and so does a {@link io.millrace.outcome.TruncatedRunException}
   * after the outcomes of a run that was cut short: see {@link #truncation}.
   *
   * <p>Items that are {@link AutoCloseable} are closed at the end of a subscription, so they serve only one.
   * Without a subscription they stay open, because one may still come.
   *
   * @throws IllegalArgumentException if the workers are the caller's thread: a publisher has no such thread
   */
  public <T extends @Nullable Object, R extends @Nullable Object>
      Flow.Publisher<Outcome<T, R>> publisher(
          Iterable<? extends T> items, Action<? super T, ? extends R> action) {
    check(items, action);
    if (config.workers instanceof Workers.Caller) {
      throw refused("a publisher has no calling thread to run in: choose other workers", items);
    }
    return new OutcomePublisher<>(() -> start(items, action, streaming(Order.COMPLETION)));
  }

  /** Binds an action, which can still be called as it is. */
  public <T extends @Nullable Object, R extends @Nullable Object> ParallelFunction<T, R> function(
      Action<? super T, ? extends R> action) {
    Objects.requireNonNull(action, "action");
    return new ParallelFunction<>(this, action, null);
  }

  /**
   * Binds a function of two arguments. Every entry point takes its items as entries: of a map, or of
   * {@link Source#zip}.
   *
   * {@snippet file="io/millrace/examples/FunctionExampleTest.java" region="spread"}
   */
  public <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
      PairFunction<A, B, R> spread(Action.Two<? super A, ? super B, ? extends R> function) {
    Objects.requireNonNull(function, "function");
    return new PairFunction<>(this, function, null);
  }

  /** Binds a function of three arguments: as {@link #spread(Action.Two)}, with triples for items. */
  public <
          A extends @Nullable Object,
          B extends @Nullable Object,
          C extends @Nullable Object,
          R extends @Nullable Object>
      TripleFunction<A, B, C, R> spread(
          Action.Three<? super A, ? super B, ? super C, ? extends R> function) {
    Objects.requireNonNull(function, "function");
    return new TripleFunction<>(this, function, null);
  }

  /** The concurrency, and what else differs from the defaults. */
  @Override
  public String toString() {
    return config.toString();
  }

  /** A copy for actions whose values are of the type that the fallback gives. */
  Parallel withFallback(@Nullable Function<? super Exception, ?> fallback) {
    return fallback == null ? this : with(copy -> copy.fallback = fallback);
  }

  /** A copy whose runs share their limits, and for which the order of outcomes means nothing. */
  Parallel forSingleCalls() {
    boolean hasLimit =
        !(config.limit() instanceof RateLimit.Unlimited) || config.retry.obeysServer();
    return with(
        copy -> {
          copy.order = Order.NATURAL;
          if (config.spending == null) {
            copy.spending = Spending.of(config);
          }
          if (config.limiter == null && hasLimit) {
            copy.limiter = RateLimiter.of(config.limit(), config.clock);
          }
        });
  }

  /** Refuses a checkpoint, which one run alone can have, where each call is a run. */
  void refuseCheckpoint() {
    if (config.checkpoint != null) {
      throw new IllegalArgumentException(
          "a single call has no checkpoint, which only one run at a time can have: give all items to one call of map, stream"
              + " or start, or call with(Parallel::withoutCheckpoint)");
    }
  }

  /* Who is given a source closes it, so also if the other arguments are refused. */
  private static void check(@Nullable Iterable<?> items, @Nullable Object action) {
    Objects.requireNonNull(items, "items");
    if (action == null) {
      throw Closing.after(new NullPointerException("action"), items);
    }
  }

  private static IllegalArgumentException refused(String why, Iterable<?> items) {
    return Closing.after(new IllegalArgumentException(why), items);
  }

  private Delivery streaming(Order natural) {
    Order order = config.order == Order.NATURAL ? natural : config.order;
    return order == Order.INPUT ? Delivery.IN_ORDER : Delivery.AS_COMPLETED;
  }

  private <T extends @Nullable Object, R extends @Nullable Object> Run<T, R> start(
      Iterable<? extends T> items, Action<? super T, ? extends R> action, Delivery delivery) {
    return new Run<>(Engine.start(config, action, items, delivery), config);
  }
}
