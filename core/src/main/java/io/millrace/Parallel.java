package io.millrace;

import io.millrace.base.Closing;
import io.millrace.base.Require;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.engine.Engine;
import io.millrace.engine.Engine.Delivery;
import io.millrace.engine.terms.Config;
import io.millrace.engine.terms.ConfigAccess;
import io.millrace.limit.RateLimiter;
import io.millrace.outcome.AttemptEvent;
import io.millrace.outcome.Outcome;
import io.millrace.plan.Action;
import io.millrace.plan.ContextCarrier;
import io.millrace.plan.FailurePolicy;
import io.millrace.plan.Order;
import io.millrace.plan.ProgressListener;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
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
import java.util.stream.Gatherer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How to run one action over many items: at most so many at once, within rate limits, with retries
 * and timeouts. Immutable, reusable and thread-safe; each method makes a changed copy.
 *
 * {@snippet file="io/millrace/examples/ReadmeTest.java" region="first"}
 *
 * <p>Every option means the same at every entry point: {@link #map}, {@link #stream}, {@link #values}, {@link
 * #batches}, {@link #forEach}, {@link #gatherer}, {@link #publisher}, {@link #start}, {@link
 * #function} and {@link #spread(Action.Two) spread}. An option that cannot mean anything at an entry point is refused there with an {@link
 * IllegalArgumentException}.
 *
 * <p><b>Failures</b> of items are data (see {@link FailurePolicy} for other choices). An error of the
 * source or of a listener ends the run, and is thrown as itself.
 *
 * <p><b>Interrupts.</b> If a thread that waits for a run, or is about to, is interrupted, the run is cancelled and its
 * threads are joined; then a {@link java.util.concurrent.CancellationException} is thrown, with the
 * interrupt flag set.
 *
 * <p><b>Memory consistency.</b> What the calling thread does before a run starts happens before each
 * call of the action; a call of the action happens before its outcome is taken.
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
   * At most {@code concurrency} attempts at once, and as many whenever enough items are ready.
   *
   * @param concurrency at least 1; the default is 4
   */
  public Parallel concurrency(int concurrency) {
    Require.atLeast("concurrency", concurrency, 1);
    return with(copy -> copy.concurrency = concurrency);
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
   * Groups of {@code items} items, one after the other: no item of a group is read before all outcomes
   * of the group before it were taken, and the consumer asks for the next one. Where nobody takes
   * outcomes one by one ({@link #map}), the group before it has to be done. For {@link #batches}, give
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

  /** Outcomes in the order of their items; those that are early wait inside the window. */
  public Parallel ordered() {
    return order(Order.INPUT);
  }

  /** Outcomes as they come; refused by {@link #map}, whose results are in input order. */
  public Parallel unordered() {
    return order(Order.COMPLETION);
  }

  /** In which order outcomes are delivered; the default is what the entry point does by itself. */
  public Parallel order(Order order) {
    Objects.requireNonNull(order, "order");
    return with(copy -> copy.order = order);
  }

  /** Which threads call the action; virtual threads by default. */
  public Parallel workers(Workers workers) {
    Objects.requireNonNull(workers, "workers");
    return with(copy -> copy.workers = workers);
  }

  // Limits

  /**
   * Limits how often attempts start; each run gets a limiter of its own.
   *
   * @param limit the default, and the way to switch it off, is {@link RateLimit#unlimited}
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
   * At most {@code limit} attempts at once of items with the same key, for example the same host.
   * Items of a busy key wait without keeping others from running, as far as the window reaches: if the
   * source brings long stretches of the same key, set a {@link #window} that spans them. An attempt that is
   * abandoned gives its place back, though it goes on: the others of its key would wait for it for ever. To
   * count such attempts as well, share a semaphore.
   *
   * @param limit at least 1
   * @param key if it throws or answers null, the item fails
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
   * How long a run waits before it reads its source and starts the first attempt. Stop, timeouts and
   * close end the wait; no thread sleeps. {@link #runTimeout} counts from before this wait.
   *
   * @param delay not negative; the default is zero. {@link java.time.temporal.ChronoUnit#FOREVER} is
   *     until the run is stopped, timed out or closed
   */
  public Parallel initialDelay(Duration delay) {
    Require.notNegative("initialDelay", delay);
    return with(copy -> copy.initialDelay = delay);
  }

  /**
   * How long one call of the action may take; then it is interrupted and fails with a {@link
   * java.util.concurrent.TimeoutException}, which may be repeated. At zero nothing is called.
   *
   * @param timeout not negative; the default is {@link java.time.temporal.ChronoUnit#FOREVER}
   */
  public Parallel attemptTimeout(Duration timeout) {
    Require.notNegative("attemptTimeout", timeout);
    return with(copy -> copy.attemptTimeout = timeout);
  }

  /**
   * How long one item may take, from its first attempt, with all its retries and the waits between
   * them; then it fails with a {@link java.util.concurrent.TimeoutException}, whose cause is what the
   * last attempt before that failed with, if there was one. What cannot happen in time is not waited for. At zero nothing is called.
   *
   * @param timeout not negative; the default is {@link java.time.temporal.ChronoUnit#FOREVER}
   */
  public Parallel itemTimeout(Duration timeout) {
    Require.notNegative("itemTimeout", timeout);
    return with(copy -> copy.itemTimeout = timeout);
  }

  /**
   * How long the run may take; then it ends as {@code TIMED_OUT}. At zero nothing is called.
   *
   * @param timeout not negative; the default is {@link java.time.temporal.ChronoUnit#FOREVER}
   */
  public Parallel runTimeout(Duration timeout) {
    Require.notNegative("runTimeout", timeout);
    return with(copy -> copy.runTimeout = timeout);
  }

  /**
   * How long an interrupted action may take to return, before it is abandoned: its item fails with an
   * {@link io.millrace.outcome.AbandonedException}, and its slot stays taken until it does return.
   *
   * <p>While all slots are taken so, the run waits for one of them: see {@link #patience}.
   *
   * @param grace not negative; the default is 100 ms
   */
  public Parallel grace(Duration grace) {
    Require.notNegative("grace", grace);
    return with(copy -> copy.grace = grace);
  }

  /**
   * How long the run waits for a slot when abandoned actions have taken all of them. Then it ends as
   * {@code ABORTED}; the items that are left are not run, and the threads are listed as abandoned.
   *
   * @param patience not negative; the default is 2 s; {@link java.time.temporal.ChronoUnit#FOREVER} waits
   *     until the run is ended by something else
   */
  public Parallel patience(Duration patience) {
    Require.notNegative("patience", patience);
    return with(copy -> copy.patience = patience);
  }

  /** What the failure of an item means for the run; by default it is data. */
  public Parallel failurePolicy(FailurePolicy policy) {
    Objects.requireNonNull(policy, "policy");
    return with(copy -> copy.failurePolicy = policy);
  }

  /**
   * The first failure ends the run and is thrown, as itself: see {@link FailurePolicy.FailFast}. A checked
   * exception is as well, though no method declares it: to catch one, catch {@code Exception}.
   */
  public Parallel failFast() {
    return failurePolicy(new FailurePolicy.FailFast());
  }

  /**
   * The run ends as {@code ABORTED} when this many items have failed.
   *
   * @param failures at least 1
   */
  public Parallel maxFailures(int failures) {
    return failurePolicy(new FailurePolicy.StopAfter(failures));
  }

  /**
   * An item that failed with an {@link Exception} counts as a success with this value. One that failed
   * with an {@link Error} stays a failure: see {@link FailurePolicy.Substitute}.
   *
   * @param value may be null
   */
  public Parallel orElse(@Nullable Object value) {
    return failurePolicy(new FailurePolicy.Substitute(error -> value));
  }

  /**
   * Keeps each outcome in a store before it is delivered, so that a later run of the same action, after a crash or an
   * early end, does not call again what succeeded: such an item is delivered as a success that says {@link
   * io.millrace.outcome.Details#restored restored}, with 0 attempts and without a permit. Failed items run again, unless {@link
   * Checkpoint#finalFailures} says otherwise. Refused where there are no items, or each call is a run of its own: by
   * executors, task groups and {@link ParallelFunction#call}.
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

  /** Stopping the token ends the run as {@code CANCELLED}. */
  public Parallel stopToken(StopToken token) {
    Objects.requireNonNull(token, "token");
    return with(copy -> copy.stopToken = token);
  }

  /**
   * How outcomes that are taken one by one end if the run was cut short: a {@link #stream}, {@link
   * #batches}, a {@link #gatherer}, a {@link #publisher}, a {@link Run}. {@link Results} say it by themselves,
   * and {@link #forEach} always throws.
   *
   * @param truncation the default is {@link Truncation#THROWN}
   */
  public Parallel truncation(Truncation truncation) {
    Objects.requireNonNull(truncation, "truncation");
    return with(copy -> copy.truncation = truncation);
  }

  // What is seen of it

  /**
   * What to call an item: the key appears on its outcome. It is evaluated once, before the item's
   * first attempt; if it throws, the item fails without an attempt.
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
   * Hears of each item that is done. It runs in the thread that takes the outcomes (the caller of
   * {@code map}, the consumer of a stream), and never overlaps itself or {@link #onOutcome}. Items come
   * in completion order; of cheap items, a worker's last few come together. If it throws, the run ends
   * with that.
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
   * Hears of what happens to items before they have an outcome: attempts that begin, retries with their errors
   * and delays, waits at limits. Unlike the other listeners it runs in the workers' threads, so it has to be
   * thread-safe, and calls of it overlap; it should return quickly. Like the functions of a limit it is
   * interrupted by the end of the run. If it throws, the run ends with that. Without it, nothing is
   * spent on this.
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
   * @return also if items failed, unless the failure policy is to fail fast
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

  /** {@link #map} over pairs: the elements of two sources, up to the shorter one. */
  public <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
      Results<Map.Entry<A, B>, R> map(
          Iterable<? extends A> first,
          Iterable<? extends B> second,
          Action.Two<? super A, ? super B, ? extends R> action) {
    check(Source.<A, B>zip(first, second), action);
    return this.<A, B, R>spread(action).map(first, second);
  }

  /** {@link #map} over the entries of a map, in its order, which nobody may change meanwhile. */
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
   * A lazy stream of outcomes, as they come (or in input order, if {@link #ordered}), in constant
   * memory. The run starts with the terminal operation. Close the stream, best by
   * try-with-resources: leaving it early without closing leaves up to a window of work behind, and one
   * that is never read leaves its source open. A parallel stream reads no further ahead than this one.
   *
   * <p>If the run was cut short, the stream throws a {@link
   * io.millrace.outcome.TruncatedRunException} after its last outcome: see {@link #truncation}.
   */
  public <T extends @Nullable Object, R extends @Nullable Object> Stream<Outcome<T, R>> stream(
      Iterable<? extends T> items, Action<? super T, ? extends R> action) {
    check(items, action);
    return outcomes(items, action, streaming(Order.COMPLETION));
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

  /**
   * A lazy stream of lists of {@code size} outcomes, the last one perhaps shorter: in input order,
   * unless {@link #unordered}. There is no barrier between batches. Close it, as {@link #stream}. An
   * error comes after the outcomes before it, which may be fewer than a full list.
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

  /** {@link #forEach} for an action whose value is looked at by the retry policy and listeners only. */
  <T extends @Nullable Object, R extends @Nullable Object> void drain(
      Iterable<? extends T> items, Action<? super T, ? extends R> action) {
    check(items, action);
    try (Run<T, R> run = start(items, action, streaming(Order.COMPLETION))) {
      run.drain();
    }
  }

  /** Starts a run, to be watched, steered, taken from (by a {@code for} loop, for example) and closed by the caller. */
  public <T extends @Nullable Object, R extends @Nullable Object> Run<T, R> start(
      Iterable<? extends T> items, Action<? super T, ? extends R> action) {
    check(items, action);
    return start(items, action, streaming(Order.COMPLETION));
  }

  /**
   * A step for {@link Stream#gather}: outcomes in the order of the stream, unless {@link #unordered}.
   * The upstream is read in the thread of the terminal operation, no more than a window ahead. If the
   * upstream itself throws, the stream's machinery does not tell its steps: what runs then runs on to
   * its end.
   */
  public <T extends @Nullable Object, R extends @Nullable Object>
      Gatherer<T, ?, Outcome<T, R>> gatherer(Action<? super T, ? extends R> action) {
    Objects.requireNonNull(action, "action");
    return Gathering.of(config, action, streaming(Order.INPUT));
  }

  /**
   * A publisher of outcomes that honours demand. Each subscription is a run of its own, so the items
   * must be iterable as often; cancelling ends it. After {@code onSubscribe}, signals come from
   * one platform thread a subscription. An error of the run, and the first failure when failing fast, go to {@code
   * onError}, and so does a {@link io.millrace.outcome.TruncatedRunException} after the outcomes of a run
   * that was cut short: see {@link #truncation}.
   *
   * <p>Items that have to be closed are closed at the end of a subscription, so they serve one. Without a
   * subscription they stay open: nobody knows whether one will come.
   *
   * @throws IllegalArgumentException if the workers are the caller's thread: there is none to use
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
    return new ParallelFunction<>(this, action);
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
    return new PairFunction<>(this, function);
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
    return new TripleFunction<>(this, function);
  }

  /** The concurrency, and what else differs from the defaults. */
  @Override
  public String toString() {
    return config.toString();
  }

  /** A copy whose runs share their limits, and for which the order of outcomes means nothing. */
  Parallel forSingleCalls() {
    boolean hasLimit =
        !(config.rateLimit instanceof RateLimit.Unlimited) || config.retry.obeysServer();
    return with(
        copy -> {
          copy.order = Order.NATURAL;
          if (config.limiter == null && hasLimit) {
            copy.limiter = RateLimiter.of(config.rateLimit, config.clock);
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
