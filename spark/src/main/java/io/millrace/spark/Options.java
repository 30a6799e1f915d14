package io.millrace.spark;

import io.millrace.checkpoint.Checkpoint;
import io.millrace.engine.terms.Config;
import io.millrace.engine.watch.Watch;
import io.millrace.outcome.Wording;
import io.millrace.plan.Budget;
import io.millrace.plan.FailurePolicy;
import io.millrace.plan.StopToken;
import io.millrace.plan.Truncation;
import io.millrace.plan.Workers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Which options of a {@code Parallel} mean nothing on a cluster, and why. */
final class Options {
  private static final String ENDS_ONE_WORKER =
      "it would end the work of one worker, whose tasks Spark repeats; count in the handler of SparkParallel.run, and throw there";

  private Options() {}

  static void check(Config config) {
    refuse(
        config.barrier != null, "barrier", "the partitions of a worker do not wait for each other");
    refuse(
        !(config.failurePolicy instanceof FailurePolicy.CollectAll),
        "failurePolicy",
        ENDS_ONE_WORKER);
    refuse(config.failureRate != null, "failureRate", ENDS_ONE_WORKER);
    refuse(
        !config.budget.equals(Budget.unlimited()),
        "budget",
        "each worker would spend all of it; count in the handler of SparkParallel.run, and throw there");
    refuse(
        !config.runTimeout.equals(new Config().runTimeout),
        "runTimeout",
        "a worker does not know when the job began; cancel the job instead, for example with SparkContext.cancelJobGroup");
    refuse(
        config.stopToken != StopToken.none(),
        "stopToken",
        "it is known in one JVM only; cancel the job instead, for example with SparkContext.cancelJobGroup");
    refuse(config.control != null, "control", "it is known in one JVM only");
    check(config.checkpoint);
    refuse(
        config.truncation != Truncation.THROWN,
        "truncation",
        "a task whose outcomes are cut short fails, and Spark repeats it");
    refuse(
        config.workers instanceof Workers.Caller,
        "workers(Workers.caller())",
        "the tasks of a worker share one run, which is nobody's call");
    refuse(
        !config.carriers.isEmpty() || !config.scopedValues.isEmpty(),
        "context or scopedValues",
        "the thread that has them is on the driver; let the action capture what it needs, if that is serializable");
  }

  private static void check(@Nullable Checkpoint checkpoint) {
    refuse(
        checkpoint != null && !checkpoint.store().isShared(),
        "checkpoint that one run has alone",
        "each task opens it; take one in PostgreSQL, JdbcStore.url(...).shared()");
    refuse(
        checkpoint != null && checkpoint.key().isEmpty(),
        "checkpoint without keys",
        "rows have other positions in another task; say with Checkpoint.key which row is which");
  }

  /** Whether the workers can tell a monitor of the driver, in its words. */
  static Watch checkMonitor(Watch watch, boolean hasWorkersOwn) {
    refuse(
        hasWorkersOwn,
        "monitor of the driver beside one of the configuration",
        "a run has one; leave out that of the configuration, whose figures come to the driver");
    refuse(
        watch.listener() != null,
        "monitor of the driver with a listener",
        "events stay on the workers; take Parallel.onAttempt for those");
    if (watch.wording() != Wording.PLAIN) {
      Sendable.check("the monitor's wording", watch.wording());
    }
    return watch;
  }

  static Duration keepOpen(Duration duration) {
    if (duration.isNegative() || duration.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("keepOpen must be from zero to a day, not " + duration);
    }
    return duration;
  }

  private static void refuse(boolean given, String option, String reason) {
    if (given) {
      throw new IllegalArgumentException("on Spark there is no " + option + ": " + reason);
    }
  }
}
