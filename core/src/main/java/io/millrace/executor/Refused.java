package io.millrace.executor;

import io.millrace.engine.terms.Config;
import io.millrace.plan.FailurePolicy;
import io.millrace.plan.Order;
import io.millrace.plan.Workers;

/** The options that an executor cannot honour: its tasks have no source and no consumer. */
final class Refused {
  private Refused() {}

  static void check(Config config) {
    refuse(config.window != null, "window", "tasks wait in the executor's queue");
    refuse(config.barrier != null, "barrier", "each task has its own future");
    refuse(config.order != Order.NATURAL, "order", "each task has its own future");
    refuse(config.hasListeners(), "listener", "each task has its own future");
    refuse(config.itemKey != null, "itemKey", "tasks are functions without an item");
    refuse(config.perKey != null, "concurrencyPerKey", "give tasks a shared semaphore instead");
    refuse(
        config.looksAtItems(), "rateLimit by key or cost", "tasks are functions without an item");
    refuse(
        config.checkpoint != null
            && (config.checkpoint.key().isPresent() || config.checkpoint.fingerprint().isPresent()),
        "checkpoint with functions for keys or fingerprints",
        "tasks are functions without an item; give each of them TaskOptions.key and fingerprint");
    refuse(
        config.hedge != null,
        "hedgeIdempotent",
        "its tasks are different functions, and some may not be called twice");
    Config usual = new Config();
    refuse(
        !config.patience.equals(usual.patience), "patience", "tasks wait until a worker is back");
    refuse(config.control != null, "control", "it has pause, resume and concurrency of its own");
    refuse(config.truncation != usual.truncation, "truncation", "each task has its own future");
    refuse(
        config.workers instanceof Workers.Caller,
        "Workers.caller()",
        "an executor has no calling thread");
    refuse(
        config.failurePolicy instanceof FailurePolicy.FailFast
            || config.failurePolicy instanceof FailurePolicy.StopAfter,
        "failure policy that ends the run",
        "one task's failure is no business of another's");
  }

  private static void refuse(boolean given, String option, String reason) {
    if (given) {
      throw new IllegalArgumentException("an executor has no " + option + ": " + reason);
    }
  }
}
