package io.millrace.acceptance;

import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.executor.ExecutorFuture;
import io.millrace.executor.ParallelExecutor;
import io.millrace.executor.QueueLimit;
import io.millrace.executor.TaskOptions;
import io.millrace.executor.WaitStrategy;
import io.millrace.limit.RateLimiter;
import io.millrace.limit.Throttle;
import io.millrace.limit.WeightedSemaphore;
import io.millrace.limit.spi.PermitSource;
import io.millrace.outcome.Details;
import io.millrace.outcome.FailureReport;
import io.millrace.outcome.Latencies;
import io.millrace.plan.Action;
import io.millrace.plan.AnswerReader;
import io.millrace.plan.Backoff;
import io.millrace.plan.ConcurrencyChange;
import io.millrace.plan.Cost;
import io.millrace.plan.Hedge;
import io.millrace.plan.Jitter;
import io.millrace.plan.RateLimit;
import io.millrace.plan.RateLimit.Adaptive;
import io.millrace.plan.Retry;
import io.millrace.plan.RetryBudget;
import io.millrace.plan.ServerWait;
import io.millrace.plan.StopToken;
import io.millrace.process.ProcessOptions;
import io.millrace.process.ProcessPool;
import io.millrace.process.TransferException;
import io.millrace.process.WorkerOutput;
import io.millrace.process.WorkerStartException;
import io.millrace.scope.CancelScope;
import io.millrace.signal.DeclaredLimit;
import io.millrace.signal.DeclaredLimit.Unit;
import io.millrace.signal.ServerAnswer;
import io.millrace.signal.Signals;
import io.millrace.signal.Signals.Repeat;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.ScriptedAction;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Objects of the types that take durations, and how they are used. A new type has to be added here. */
final class DurationSamples {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final ParallelExecutor EXECUTOR = ParallelExecutor.of(2);
  private static final Map<Class<?>, Supplier<Object>> SAMPLES = new HashMap<>();

  static {
    SAMPLES.put(int.class, () -> 1);
    SAMPLES.put(double.class, () -> 1.0);
    SAMPLES.put(Duration.class, () -> SECOND);
    SAMPLES.put(TimeUnit.class, () -> TimeUnit.SECONDS);
    SAMPLES.put(long.class, () -> 1L);
    SAMPLES.put(Object.class, () -> "item");
    SAMPLES.put(Thread.class, Thread::currentThread);
    SAMPLES.put(Optional.class, Optional::empty);
    SAMPLES.put(List.class, List::of);
    SAMPLES.put(Iterable.class, () -> List.of(1, 2));
    SAMPLES.put(Collection.class, () -> List.of(new Both()));
    SAMPLES.put(Predicate.class, () -> (Predicate<Object>) any -> true);
    SAMPLES.put(BiPredicate.class, () -> (BiPredicate<Object, Object>) (one, other) -> true);
    SAMPLES.put(Throwable.class, () -> new IllegalStateException("thrown by the test"));
    SAMPLES.put(QueueLimit.class, QueueLimit::unlimited);
    SAMPLES.put(Details.class, () -> new Details(0, null, 1, 0, false));
    SAMPLES.put(Action.class, () -> (Action<Object, Object>) item -> item);
    SAMPLES.put(TimeSource.class, TimeSource::system);
    SAMPLES.put(PermitSource.class, () -> new NoPermits());
    SAMPLES.put(PermitSource.Lease.class, DurationSamples::lease);
    SAMPLES.put(Cost.class, () -> Cost.ONE);
    SAMPLES.put(Jitter.class, () -> Jitter.FULL);
    SAMPLES.put(ServerWait.class, () -> (ServerWait) (result, error, now) -> Optional.empty());
    SAMPLES.put(WaitStrategy.class, () -> WaitStrategy.ALL_COMPLETED);
    SAMPLES.put(Parallel.class, () -> Parallel.of(2));
    SAMPLES.put(Run.class, () -> Parallel.of(2).start(List.of(1), item -> item));
    SAMPLES.put(StopToken.class, StopToken::new);
    SAMPLES.put(Backoff.class, () -> Backoff.exponential(SECOND));
    SAMPLES.put(Retry.class, () -> Retry.ofAttempts(3));
    SAMPLES.put(ConcurrencyChange.Reason.class, () -> ConcurrencyChange.Reason.STARTING);
    SAMPLES.put(RateLimit.Breaker.Open.class, () -> RateLimit.Breaker.Open.WAIT);
    SAMPLES.put(AnswerReader.class, AnswerReader::http);
    SAMPLES.put(Hedge.class, () -> Hedge.after(SECOND));
    SAMPLES.put(RetryBudget.class, () -> RetryBudget.of(0.1));
    SAMPLES.put(TaskOptions.class, TaskOptions::none);
    SAMPLES.put(ParallelExecutor.class, () -> EXECUTOR);
    SAMPLES.put(ExecutorFuture.class, () -> EXECUTOR.submit(() -> 1));
    SAMPLES.put(RateLimiter.class, () -> RateLimiter.of(RateLimit.per(1000, SECOND)));
    SAMPLES.put(WeightedSemaphore.class, () -> WeightedSemaphore.bounded(1));
    SAMPLES.put(Throttle.class, () -> Throttle.of(Duration.ofMillis(1)));
    SAMPLES.put(CancelScope.class, CancelScope::of);
    SAMPLES.put(ManualClock.class, ManualClock::new);
    SAMPLES.put(ScriptedAction.class, () -> ScriptedAction.on(ManualClock.jumping()));
    SAMPLES.put(Unit.class, () -> Unit.REQUESTS);
    SAMPLES.put(OptionalLong.class, OptionalLong::empty);
    SAMPLES.put(String.class, () -> "name");
    SAMPLES.put(DeclaredLimit.class, () -> DeclaredLimit.of("name", Unit.REQUESTS));
    SAMPLES.put(Signals.class, () -> Signals.NONE);
    SAMPLES.put(Repeat.class, () -> Repeat.YES);
    SAMPLES.put(Map.class, Map::of);
    SAMPLES.put(Latencies.class, () -> Latencies.of(1, 2));
    SAMPLES.put(FailureReport.class, () -> new FailureReport(List.of(), 0));
    SAMPLES.put(Adaptive.class, RateLimit::adaptive);
    SAMPLES.put(RateLimit.Declared.class, () -> RateLimit.declaredByServer(1));
    SAMPLES.put(AnswerReader.class, AnswerReader::http);
    SAMPLES.put(Consumer.class, () -> (Consumer<Object>) any -> {});
    SAMPLES.put(ServerAnswer.class, ServerAnswer::granted);
    SAMPLES.put(ProcessOptions.class, DurationSamples::workers);
  }

  private DurationSamples() {}

  /** A task that is a future as well, which is never done. */
  private static final class Both extends CompletableFuture<Object> implements Callable<Object> {
    @Override
    public Object call() {
      return 1;
    }
  }

  private static final class NoPermits implements PermitSource {
    private Lease lease;

    @Override
    public void attach(Lease lease) {
      this.lease = lease;
    }

    @Override
    public void wanted() {}

    @Override
    public void pausing(Duration duration) {}
  }

  private static PermitSource.Lease lease() {
    NoPermits source = new NoPermits();
    RateLimiter.of(RateLimit.leased(source, 1));
    return source.lease;
  }

  private static ProcessOptions workers() {
    return ProcessOptions.of(1)
        .jvmOptions("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")
        .standardOutput(WorkerOutput.discard())
        .standardError(WorkerOutput.discard());
  }

  static Object of(Class<?> type) {
    Supplier<Object> sample = SAMPLES.get(type);
    if (sample == null) {
      throw new AssertionError("there is no sample of " + type + ": add one");
    }
    return sample.get();
  }

  /** Uses what a method has returned as a user would. */
  static void use(@Nullable Object made) throws Exception {
    switch (made) {
      case Parallel parallel -> parallel.map(List.of(1, 2, 3), item -> item);
      case Backoff backoff -> retry(Retry.ofAttempts(3).backoff(backoff));
      case Retry retry -> retry(retry);
      case RetryBudget budget -> retry(Retry.ofAttempts(3).budget(budget));
      case Hedge hedge -> Parallel.of(2).hedgeIdempotent(hedge).map(List.of(1, 2, 3), item -> item);
      case RateLimit limit -> use(RateLimiter.of(limit));
      case RateLimiter limiter -> {
        if (!limiter.tryAcquire()) {
          throw new AssertionError("the first permit is there at once");
        }
        var _ = limiter.tryAcquire(Duration.ofNanos(1));
        Parallel.of(2)
            .runTimeout(Duration.ofMillis(20))
            .rateLimit(limiter)
            .map(List.of(1, 2), item -> item);
      }
      case Throttle throttle -> {
        throttle.acquire();
        var _ = throttle.tryAcquire(Duration.ofNanos(1));
      }
      case TaskOptions options -> {
        try {
          EXECUTOR.submit(() -> 1, options).get();
        } catch (ExecutionException e) {
          throw e.getCause() instanceof Exception cause ? cause : e;
        }
      }
      case CancelScope scope -> scope.run(() -> {});
      case Stream<?> stream -> {
        try (stream) {
          var _ = stream.toList();
        }
      }
      case ProcessOptions options -> {
        try (ProcessPool pool = ProcessPool.open(options)) {
          pool.call(() -> 1);
        } catch (WorkerStartException | TransferException tooSlow) {
          // the shortest ones
        }
      }
      case null, default -> {
        // there is nothing to use
      }
    }
  }

  private static void retry(Retry retry) {
    Parallel.of(1)
        .retry(retry)
        .itemTimeout(Duration.ofMillis(20))
        .map(
            List.of(1),
            item -> {
              throw new IllegalStateException("again");
            });
  }
}
