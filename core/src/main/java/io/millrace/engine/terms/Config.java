package io.millrace.engine.terms;

import io.millrace.base.Require;
import io.millrace.base.Shown;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.engine.watch.Watch;
import io.millrace.limit.RateLimiter;
import io.millrace.outcome.AttemptEvent;
import io.millrace.outcome.Outcome;
import io.millrace.plan.AnswerReader;
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
import io.millrace.plan.StopToken;
import io.millrace.plan.Truncation;
import io.millrace.plan.Workers;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be asked of a run; the public type checks it. Effectively immutable: only {@link
 * #with} writes the fields, before anybody else sees the copy.
 */
public final class Config implements Cloneable {
  /* With a checkpoint, items also wait for a query or a transaction, which should be of many. */
  private static final int LEAST_STORED = 600;

  /** Most attempts at once; of an adaptive concurrency, those at the start. */
  public int concurrency = 4;

  /** The bounds of an adaptive concurrency; null if it is as given. */
  public @Nullable Adaptive adaptive;

  /** Most items admitted and not delivered; null for the default: see {@link #room}. */
  public @Nullable Integer window;

  /** How many items make a group that has to be delivered before the next one begins; null for none. */
  public @Nullable Integer barrier;

  public Order order = Order.NATURAL;

  /** The rate that was asked for; null if none was: see {@link #limit}. */
  public @Nullable RateLimit rateLimit;

  /** A limiter that outlives the run; null to make one from {@link #limit}. */
  public @Nullable RateLimiter limiter;

  /** The limit on attempts at once of items with the same key; null for none. */
  public @Nullable PerKey perKey;

  public Retry retry = Retry.none();
  public Duration initialDelay = Duration.ZERO;
  public Duration attemptTimeout = Require.NEVER;
  public Duration itemTimeout = Require.NEVER;

  /** When the time of an item is up that has a time of its own; null if none has. */
  public @Nullable ItemDeadline itemDeadline;

  public Duration runTimeout = Require.NEVER;

  /** When attempts get a second call; null for never. */
  public @Nullable Hedge hedge;

  /** How long an item may wait before an attempt. */
  public Duration shedAfter = Require.NEVER;

  public Duration grace = Duration.ofMillis(100);
  public Duration patience = Duration.ofSeconds(2);

  /** Where outcomes are kept; null for nowhere. */
  public @Nullable Checkpoint checkpoint;

  public FailurePolicy failurePolicy = new FailurePolicy.CollectAll();

  /** Makes the value of an item that failed with an exception; null if it stays a failure. */
  public @Nullable Function<? super Exception, ?> fallback;

  public Budget budget = Budget.unlimited();

  /** What is left of a budget that several runs share; null to make one from {@link #budget}. */
  public @Nullable Spending spending;

  /** The share of the last items that may fail; null for none. */
  public @Nullable FailureRate failureRate;

  public StopToken stopToken = StopToken.none();

  /** What pauses runs and changes their concurrency; null for nothing. */
  public @Nullable RunControl control;

  public Truncation truncation = Truncation.THROWN;

  /** Whether nobody hears of items that did not run: then the rest of a source is not listed after an early end. */
  public boolean dropsNotRun;

  public @Nullable Function<@Nullable Object, ?> itemKey;
  public @Nullable ProgressListener onProgress;
  public @Nullable Consumer<? super Outcome<?, ?>> onOutcome;
  public @Nullable Consumer<? super AttemptEvent> onAttempt;

  /** Who watches; null if nobody does. */
  public @Nullable Watch watch;

  public List<ContextCarrier<?>> carriers = List.of();
  public List<ScopedValue<?>> scopedValues = List.of();
  public Workers workers = Workers.virtual();
  public TimeSource clock = TimeSource.system();

  /** At most {@code limit} attempts at once of items with the same key. */
  public record PerKey(int limit, Function<@Nullable Object, ?> key) {}

  /** An adaptive concurrency within these bounds, and tells a listener, if there is one, why it moves. */
  public record Adaptive(
      int least, int most, @Nullable Consumer<? super ConcurrencyChange> listener) {
    @Override
    public String toString() {
      return least + " to " + most;
    }
  }

  /** A changed copy. */
  public Config with(Consumer<Config> change) {
    try {
      Config copy = (Config) clone();
      change.accept(copy);
      return copy;
    } catch (CloneNotSupportedException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** What limits the rate: if nothing was asked for, the server does, as soon as it refuses an attempt. */
  public RateLimit limit() {
    return rateLimit != null
        ? rateLimit
        : retry.answerReader().<RateLimit>map(this::untilRefused).orElse(RateLimit.unlimited());
  }

  private RateLimit untilRefused(AnswerReader reader) {
    return RateLimit.adaptive()
        .startingAt(Double.POSITIVE_INFINITY)
        .reading(reader)
        .longestWait(retry.maxServerWait())
        .by(Hosts::of);
  }

  /** With the limiter of a rate that was asked for, made here: some have one limiter only. */
  public Config withLimiter() {
    RateLimit limit = rateLimit;
    return limit == null || limit instanceof RateLimit.Unlimited || limiter != null
        ? this
        : with(copy -> copy.limiter = RateLimiter.of(limit, clock));
  }

  /** Whether the limiter asks about items. */
  public boolean looksAtItems() {
    return limiter != null && limiter.queue().looksAtItems();
  }

  /** Whether anybody listens to outcomes. */
  public boolean hasListeners() {
    return onProgress != null || onOutcome != null;
  }

  public boolean ownThreads() {
    return !(workers instanceof Workers.On);
  }

  /** Whether the workers are virtual threads, which need carriers. */
  public boolean needsCarriers() {
    return workers instanceof Workers.Virtual;
  }

  public boolean inCaller() {
    return workers instanceof Workers.Caller;
  }

  /** The most that the concurrency may be, if it is not changed while runs go on. */
  public int mostConcurrency() {
    return adaptive == null ? concurrency : adaptive.most;
  }

  public int slots() {
    return inCaller() ? 1 : concurrency;
  }

  /** Items that begin before the ones before them are delivered. */
  public long group() {
    return barrier == null ? Long.MAX_VALUE : barrier;
  }

  /** Most items admitted and not delivered. */
  public int room() {
    return room(concurrency);
  }

  /** As {@link #room()}, for a concurrency that was changed meanwhile. */
  public int room(int concurrency) {
    if (inCaller()) {
      return 1;
    }
    if (window != null) {
      return window;
    }
    int least = checkpoint == null ? 0 : LEAST_STORED;
    return (int) Math.min(Integer.MAX_VALUE, Math.max(2L * concurrency, least));
  }

  @Override
  public String toString() {
    Config plain = new Config();
    return new Shown("Parallel")
        .option("concurrency", adaptive == null ? concurrency : null, null)
        .option("adaptive", adaptive, null)
        .option("window", window, plain.window)
        .option("barrier", barrier, plain.barrier)
        .option("order", order, plain.order)
        .option("workers", workers, plain.workers)
        .option("rateLimit", limiter == null ? rateLimit : limiter, plain.rateLimit)
        .option("concurrencyPerKey", perKey == null ? null : perKey.limit, null)
        .option("retry", retry, plain.retry)
        .option("initialDelay", initialDelay, plain.initialDelay)
        .option("attemptTimeout", attemptTimeout, plain.attemptTimeout)
        .option("itemTimeout", itemTimeout, plain.itemTimeout)
        .option("runTimeout", runTimeout, plain.runTimeout)
        .option("hedgeIdempotent", hedge, null)
        .option("shedAfter", shedAfter, plain.shedAfter)
        .option("grace", grace, plain.grace)
        .option("patience", patience, plain.patience)
        .option("failurePolicy", failurePolicy, plain.failurePolicy)
        .option("checkpoint", checkpoint, null)
        .given("orElse", fallback != null)
        .option("failureRate", failureRate, null)
        .option("budget", budget, plain.budget)
        .option("truncation", truncation, plain.truncation)
        .given("stopToken", stopToken != plain.stopToken)
        .option("control", control, null)
        .given("itemKey", itemKey != null)
        .given("onProgress", onProgress != null)
        .given("onOutcome", onOutcome != null)
        .given("onAttempt", onAttempt != null)
        .given("monitor", watch != null)
        .given("context", !carriers.isEmpty())
        .given("scopedValues", !scopedValues.isEmpty())
        .given("clock", clock != plain.clock)
        .toString();
  }
}
