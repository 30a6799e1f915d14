package io.millrace.spark;

import io.millrace.Parallel;
import io.millrace.engine.terms.Config;
import io.millrace.engine.terms.ConfigAccess;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Action;
import io.millrace.plan.Order;
import io.millrace.testkit.contract.ConcurrencyContract;
import io.millrace.testkit.contract.EntryPoint;
import io.millrace.testkit.contract.LimitContract;
import io.millrace.testkit.contract.OutcomeContract;
import io.millrace.testkit.contract.RetryContract;
import io.millrace.testkit.contract.Trait;
import io.millrace.testkit.contract.Way;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/**
 * The promises of concurrency, limits, outcomes and retries hold in a Spark task. What the tests have in hand finds its
 * way there through a static field, since driver and worker are one JVM; outcomes are looked at before they become rows.
 */
class SparkContractTest
    implements ConcurrencyContract, LimitContract, OutcomeContract, RetryContract {

  private static final Map<UUID, Trial<?, ?>> TRIALS = new ConcurrentHashMap<>();

  private record Trial<T, R>(
      Parallel parallel,
      Iterable<? extends T> items,
      Action<? super T, ? extends R> action,
      EntryPoint.Taker<T, R> taker) {

    /** In a task. */
    void run(UUID id) {
      Config config = ConfigAccess.configOf(parallel);
      Job<Trial<T, R>, T, R> job =
          new Job<>(
              id,
              () -> parallel,
              () -> this,
              (trial, item) -> trial.action().apply(item),
              config.room(config.mostConcurrency()),
              config.order == Order.INPUT,
              false,
              Duration.ZERO,
              null);
      PartitionOutcomes<T, R> outcomes = PartitionOutcomes.open(job, items.iterator(), () -> false);
      try {
        while (outcomes.hasNext()) {
          if (!taker.take(outcomes.next().outcome)) {
            break;
          }
        }
      } finally {
        outcomes.close();
      }
    }
  }

  /* The first job takes seconds, which tests do not wait for calls. */
  @BeforeAll
  static void warmUp() {
    LocalSpark.context().parallelize(List.of(1, 2), 2).count();
    LocalSpark.endEngines();
  }

  /* Before the check of leaks, which gives them a second. */
  @AfterEach
  void awaitNoEngine() {
    LocalSpark.awaitNoEngine();
  }

  /** No test: there is no stop token. */
  @Override
  public void cancelledWaitsTakeNoPermit(Way way) {}

  @Override
  public List<EntryPoint> entryPoints() {
    return List.of(new InTask("partition in a Spark task", Set.of(Trait.CALLER_READS)));
  }

  record InTask(String name, Set<Trait> traits) implements EntryPoint {
    @Override
    public <T, R> Optional<RunStatus> run(
        Parallel parallel,
        Iterable<? extends T> items,
        Action<? super T, ? extends R> action,
        Taker<T, R> taker) {
      UUID id = UUID.randomUUID();
      TRIALS.put(id, new Trial<>(parallel, items, action, taker));
      JavaSparkContext spark = LocalSpark.context();
      try {
        spark
            .parallelize(List.of(id), 1)
            .foreachPartition(
                (Iterator<UUID> ids) -> {
                  UUID own = ids.next();
                  TRIALS.get(own).run(own);
                });
      } finally {
        TRIALS.remove(id);
      }
      return Optional.of(RunStatus.COMPLETED);
    }
  }
}
