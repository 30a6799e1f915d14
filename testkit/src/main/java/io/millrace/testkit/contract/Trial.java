package io.millrace.testkit.contract;

import io.millrace.Parallel;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.TruncatedRunException;
import io.millrace.plan.Action;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One run of one entry point, as a test wants it. */
final class Trial<T extends @Nullable Object, R extends @Nullable Object> {
  private final EntryPoint entry;
  private final Iterable<? extends T> items;
  private final Action<? super T, ? extends R> action;
  private Parallel parallel;
  private Consumer<Outcome<?, ?>> listener = outcome -> {};
  private boolean listening;
  private Predicate<Outcome<T, R>> taking = outcome -> true;
  private Consumer<Runnable> around = Runnable::run;

  Trial(
      EntryPoint entry,
      Parallel parallel,
      Iterable<? extends T> items,
      Action<? super T, ? extends R> action) {
    this.entry = entry;
    this.parallel = parallel;
    this.items = items;
    this.action = action;
  }

  Trial<T, R> with(UnaryOperator<Parallel> change) {
    parallel = change.apply(parallel);
    return this;
  }

  /** Listens to outcomes; not to be set by {@link #with}, because silent entry points need it. */
  Trial<T, R> hearing(Consumer<Outcome<?, ?>> listener) {
    this.listener = listener;
    listening = true;
    return this;
  }

  /** What the consumer does with an outcome; it closes the run when it says false. */
  Trial<T, R> taking(Predicate<Outcome<T, R>> taking) {
    this.taking = taking;
    return this;
  }

  /** What the caller has around its call. */
  Trial<T, R> within(Consumer<Runnable> around) {
    this.around = around;
    return this;
  }

  /** Runs it to its end. */
  Report<T, R> run() {
    try (Live<T, R> live = start()) {
      return live.report();
    }
  }

  /** Runs it in a thread of its own. */
  Live<T, R> start() {
    return new Live<>(entry.name(), this::call);
  }

  private Report<T, R> call() {
    List<Outcome<T, R>> taken = Collections.synchronizedList(new ArrayList<>());
    EntryPoint.Taker<T, R> taker =
        outcome -> {
          taken.add(outcome);
          return taking.test(outcome);
        };
    var ended = new AtomicReference<Optional<RunStatus>>(Optional.empty());
    var error = new AtomicReference<Optional<Throwable>>(Optional.empty());
    around.accept(
        () -> {
          try {
            ended.set(entry.run(heard(taker), items, action, taker));
          } catch (TruncatedRunException cutShort) {
            ended.set(Optional.of(cutShort.status()));
          } catch (Throwable thrown) {
            error.set(Optional.of(thrown));
          }
        });
    boolean interrupted = Thread.currentThread().isInterrupted();
    synchronized (taken) {
      return new Report<>(taken, ended.get(), error.get(), interrupted);
    }
  }

  @SuppressWarnings("unchecked")
  private Parallel heard(EntryPoint.Taker<T, R> taker) {
    if (!entry.traits().contains(Trait.SILENT)) {
      return listening ? parallel.onOutcome(listener) : parallel;
    }
    return parallel.onOutcome(
        outcome -> {
          listener.accept(outcome);
          taker.take((Outcome<T, R>) outcome);
        });
  }
}
