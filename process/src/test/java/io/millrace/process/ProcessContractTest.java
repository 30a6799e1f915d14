package io.millrace.process;

import io.millrace.Parallel;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Action;
import io.millrace.testkit.contract.ConcurrencyContract;
import io.millrace.testkit.contract.EntryPoint;
import io.millrace.testkit.contract.LimitContract;
import io.millrace.testkit.contract.OutcomeContract;
import io.millrace.testkit.contract.RetryContract;
import io.millrace.testkit.contract.Trait;
import io.millrace.testkit.contract.WindowContract;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * The engine keeps its promises of concurrency, limits, outcomes, retries and windows when each attempt
 * goes to a worker process and back before it does what the test wants.
 */
class ProcessContractTest
    implements ConcurrencyContract, LimitContract, OutcomeContract, RetryContract, WindowContract {
  private static ProcessPool pool;
  private static Action<Integer, Integer> there;

  @BeforeAll
  static void open() throws InterruptedException {
    pool = ProcessPool.open(Quiet.workers(2));
    pool.startAll();
    there = pool.action(item -> item + 1);
  }

  @AfterAll
  static void close() {
    pool.close();
    Gone.assertNoChildren();
  }

  @Override
  public List<EntryPoint> entryPoints() {
    return List.of(new StreamInProcesses());
  }

  private static <T, R> Action<T, R> andBack(Action<? super T, ? extends R> action) {
    return item -> {
      try {
        there.apply(1);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // The process is gone; the rest is up to the action.
      }
      return action.apply(item);
    };
  }

  record StreamInProcesses(String name, Set<Trait> traits) implements EntryPoint {
    StreamInProcesses() {
      this("stream in processes", Set.of());
    }

    /** Killing takes longer on a busy machine than actions may take by default. */
    @Override
    public Parallel prepare(Parallel parallel) {
      return parallel.grace(Duration.ofSeconds(10));
    }

    @Override
    public <T, R> Optional<RunStatus> run(
        Parallel parallel,
        Iterable<? extends T> items,
        Action<? super T, ? extends R> action,
        Taker<T, R> taker) {
      try (var outcomes = parallel.<T, R>stream(items, andBack(action))) {
        var _ = outcomes.allMatch(taker::take);
      }
      return Optional.empty();
    }
  }
}
