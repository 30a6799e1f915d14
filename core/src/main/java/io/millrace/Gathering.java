package io.millrace;

import io.millrace.base.SoonAfterCollected;
import io.millrace.engine.Engine;
import io.millrace.engine.feed.PushFeed;
import io.millrace.engine.terms.Config;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Action;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.stream.Gatherer;
import org.jspecify.annotations.Nullable;

/**
 * A run as a step of a stream: the stream's thread pushes items in and passes outcomes on. A stream does not tell its steps
 * that it is left, by an error of its upstream or of nobody reading on: then it drops this, and that ends the run.
 */
final class Gathering<T extends @Nullable Object, R extends @Nullable Object> {
  private final PushFeed feed = new PushFeed();
  private final Run<T, R> run;
  private final Config config;
  private final int window;
  private final Cleaner.Cleanable dropped;
  private long pushed;
  private long passed;

  private Gathering(Config config, Action<?, ?> action, Engine.Delivery delivery) {
    SoonAfterCollected soon = SoonAfterCollected.ready(); // before there is a run that needs it
    Engine engine = Engine.start(config, action, feed, delivery);
    run = new Run<>(engine, config);
    dropped = soon.register(this, engine::drop);
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
      close();
      throw broken;
    } finally {
      Reference.reachabilityFence(this);
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
    close();
    return false;
  }

  private void close() {
    run.close();
    dropped.clean();
  }

  private void finish(Gatherer.Downstream<? super Outcome<T, R>> downstream) {
    try {
      feed.complete();
      while (pushNext(downstream)) {
        // The outcome is in no variable here: that would keep it while this waits for the next.
      }
    } finally {
      close();
      Reference.reachabilityFence(this);
    }
  }

  private boolean pushNext(Gatherer.Downstream<? super Outcome<T, R>> downstream) {
    Outcome<T, R> next = run.takeOrNull();
    return next != null && downstream.push(next);
  }
}
