package io.millrace;

import io.millrace.engine.Engine;
import io.millrace.engine.feed.PushFeed;
import io.millrace.engine.terms.Config;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Action;
import java.util.stream.Gatherer;
import org.jspecify.annotations.Nullable;

/** A run as a step of a stream: the stream's thread pushes items in and passes outcomes on. */
final class Gathering<T extends @Nullable Object, R extends @Nullable Object> {
  private final PushFeed feed = new PushFeed();
  private final Run<T, R> run;
  private final Config config;
  private final int window;
  private long pushed;
  private long passed;

  private Gathering(Config config, Action<?, ?> action, Engine.Delivery delivery) {
    run = new Run<>(Engine.start(config, action, feed, delivery), config);
    this.config = config;
    window = config.room();
  }

  static <T extends @Nullable Object, R extends @Nullable Object> Gatherer<T, ?, Outcome<T, R>> of(
      Config config, Action<? super T, ? extends R> action, Engine.Delivery delivery) {
    return Gatherer.<T, Gathering<T, R>, Outcome<T, R>>ofSequential(
        () -> new Gathering<>(config, action, delivery),
        Gatherer.Integrator.of(Gathering::push),
        Gathering::finish);
  }

  private boolean push(T item, Gatherer.Downstream<? super Outcome<T, R>> downstream) {
    try {
      while (pushed - passed >= window()) {
        if (!pass(run.takeOrNull(), downstream)) {
          return false;
        }
      }
      feed.push(item);
      pushed++;
      if (run.status() != RunStatus.RUNNING) {
        finish(downstream); // the item in hand is listed as not run, and no further one is read
        return false;
      }
      for (var ready = run.poll(); ready.isPresent(); ready = run.poll()) {
        if (!pass(ready.get(), downstream)) {
          return false;
        }
      }
      return true;
    } catch (Throwable broken) {
      run.close();
      throw broken;
    }
  }

  /* The run's window follows its concurrency, which a control can change, or the run itself. */
  private int window() {
    boolean isFixed = config.control == null && config.adaptive == null;
    return isFixed ? window : config.room(run.concurrency());
  }

  /** Passes an outcome on; false if there is none or nobody wants one: then the run is closed. */
  private boolean pass(
      @Nullable Outcome<T, R> outcome, Gatherer.Downstream<? super Outcome<T, R>> downstream) {
    passed++;
    if (outcome != null && downstream.push(outcome)) {
      return true;
    }
    run.close();
    return false;
  }

  private void finish(Gatherer.Downstream<? super Outcome<T, R>> downstream) {
    try (run) {
      feed.complete();
      Outcome<T, R> next = run.takeOrNull();
      while (next != null && downstream.push(next)) {
        next = run.takeOrNull();
      }
    }
  }
}
