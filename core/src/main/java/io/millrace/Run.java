package io.millrace;

import io.millrace.base.Require;
import io.millrace.base.Rethrow;
import io.millrace.engine.Engine;
import io.millrace.engine.terms.Config;
import io.millrace.outcome.FailedItemsException;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Progress;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.Success;
import io.millrace.outcome.TruncatedRunException;
import io.millrace.plan.RunControl;
import io.millrace.plan.Truncation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One execution in progress. Outcomes are taken by one thread at a time; the other methods can be called by
 * any thread. Outcomes that are not taken fill the window, and then the run waits: take all of them, or close
 * the run.
 *
 * {@snippet file="io/millrace/examples/documentation/StreamingTest.java" region="loop"}
 *
 * @param <T> the items
 * @param <R> the values
 */
public final class Run<T extends @Nullable Object, R extends @Nullable Object>
    implements Iterable<Outcome<T, R>>, AutoCloseable {
  private static final int FAILURES_KEPT = 100;
  private final Engine engine;
  private final Config config;

  /* Written by whoever closes this, read by the consumer: who closes knows that something is missing. */
  private volatile boolean closed;

  /* The consumer's own. */
  private @Nullable Iterator<Outcome<T, R>> iterator;

  Run(Engine engine, Config config) {
    this.engine = engine;
    this.config = config;
  }

  /**
   * The next outcome; waits for it.
   *
   * @return empty at the end of the run, and after {@link #close}
   * @throws TruncatedRunException at the end, if the run was cut short, unless {@link
   *     Parallel#truncation} says otherwise; by {@link #stop} as well
   * @throws CancellationException if the calling thread is interrupted while it waits: the run is
   *     closed then, and the interrupt flag set
   */
  public Optional<Outcome<T, R>> take() {
    return Optional.ofNullable(takeOrNull());
  }

  /**
   * The next outcome, if one is available now. It is empty at the end of the run as well: {@link #take} and
   * {@link #status} tell the two apart.
   */
  public Optional<Outcome<T, R>> poll() {
    return Optional.ofNullable(typed(engine.outcomes().poll()));
  }

  /** The outcomes that are still to be taken; closing the stream closes the run. */
  public Stream<Outcome<T, R>> stream() {
    return OutcomeStream.of(() -> this, this::close);
  }

  /**
   * The outcomes that are still to be taken, for a {@code for} loop. At the end the iterator closes the run,
   * and throws as {@link #take} does. A loop that may be left early needs a try-with-resources block around
   * it. All calls return the same iterator, because an outcome can be taken only once.
   */
  @Override
  public Iterator<Outcome<T, R>> iterator() {
    if (iterator == null) {
      iterator = stream().iterator();
    }
    return iterator;
  }

  /** How the run stands or ended. */
  public RunStatus status() {
    return engine.status();
  }

  /** A snapshot. */
  public Progress progress() {
    return engine.progress();
  }

  /** Threads of abandoned actions that have not returned yet. */
  public List<Thread> abandoned() {
    return engine.abandoned();
  }

  /**
   * Ends the run as {@code CANCELLED}, unless it has ended: running work is interrupted. The outcomes
   * can still be taken, also of items that did not run. Never blocks.
   */
  public void stop() {
    engine.stop();
  }

  /**
   * Ends the run as {@code CANCELLED}, unless it has ended: nothing new starts, retries included, and what runs may
   * finish. The outcomes can still be taken. {@link #stop} and {@link #close} end the grace. Never blocks.
   *
   * @param grace as of {@link io.millrace.plan.StopToken#drain(Duration)}
   */
  public void drain(Duration grace) {
    Require.notNegative("grace", grace);
    engine.drain(grace);
  }

  /**
   * Starts nothing more in this run until {@link #resume}; what runs goes on. A {@link RunControl} does this for runs
   * that have no {@code Run}, such as those of {@link Parallel#map}. Never blocks.
   */
  public void pause() {
    engine.pause();
  }

  /** Goes on after {@link #pause}. Does nothing if the run is not paused. Never blocks. */
  public void resume() {
    engine.resume();
  }

  /** Whether the run is paused, by {@link #pause} or by a {@link RunControl}. */
  public boolean isPaused() {
    return engine.isPaused();
  }

  /**
   * Runs at most this many attempts at once from now on: more start at once, or what runs beyond that finishes. See
   * {@link RunControl}. Never blocks.
   *
   * @param concurrency at least 1; without effect for {@link io.millrace.plan.Workers#caller}
   */
  public void concurrency(int concurrency) {
    var _ = engine.concurrency(Require.atLeast("concurrency", concurrency, 1));
  }

  /** The most attempts that run at once. */
  public int concurrency() {
    return engine.concurrency();
  }

  /**
   * Ends the run, if it has not ended, and waits until its threads have ended; for threads that ignore their
   * interrupt it waits no longer than the grace period. Outcomes that were not taken are dropped. An interrupt
   * does not shorten the wait; the interrupt flag is set afterwards. Further calls do nothing.
   */
  @Override
  public void close() {
    closed = true;
    engine.close();
  }

  @Nullable Outcome<T, R> takeOrNull() {
    Outcome<T, R> outcome;
    try {
      outcome = typed(engine.outcomes().take());
    } catch (InterruptedException interrupted) {
      throw cancelled(interrupted);
    }
    if (config.dropsNotRun && outcome instanceof NotRun) {
      engine.dropRest();
    }
    if (outcome == null && !closed) {
      throwError(); // not above: an InterruptedException of somebody's code is none of this thread
      throwIfTruncated();
    }
    return outcome;
  }

  /** Takes everything that is left; for runs that collect. */
  Results<T, R> collect() {
    @Nullable Object[] outcomes;
    try {
      outcomes = engine.outcomes().collect();
    } catch (InterruptedException interrupted) {
      throw cancelled(interrupted);
    }
    throwError();
    @SuppressWarnings("unchecked")
    List<Outcome<T, R>> all = (List<Outcome<T, R>>) (List<?>) Arrays.asList(outcomes);
    return new Results<>(all, status(), firstFailure(), abandoned());
  }

  /** Takes everything that is left, and throws if not all of it is well. */
  void takeAll() {
    Tally tally = new Tally();
    while (tally.count(takeOrNull())) {
      // The outcome is in no variable here: that would keep it while this waits for the next.
    }
    if (status() != RunStatus.COMPLETED) {
      throw truncated(tally.done);
    }
    if (tally.failed > 0) {
      Failure<T, R> first = firstFailure();
      if (first != null) {
        tally.failures.addFirst(first);
      }
      throw new FailedItemsException(tally.failures, tally.failed, tally.done);
    }
  }

  /** What was taken of a run whose outcomes nobody keeps. */
  private final class Tally {
    final List<Failure<T, R>> failures = new ArrayList<>();
    long done;
    long failed;

    /** False at the end. */
    boolean count(@Nullable Outcome<T, R> next) {
      switch (next) {
        case Success<T, R> _ -> done++;
        case Failure<T, R> failure -> {
          done++;
          failed++;
          if (failures.size() < FAILURES_KEPT && failure != engine.firstFailure()) {
            failures.add(failure);
          }
        }
        case NotRun<T, R> _ -> engine.dropRest(); // nobody hears of these
        case null -> {
          return false;
        }
      }
      return true;
    }
  }

  @SuppressWarnings("unchecked")
  private @Nullable Failure<T, R> firstFailure() {
    return (Failure<T, R>) engine.firstFailure();
  }

  @SuppressWarnings("unchecked")
  private @Nullable Outcome<T, R> typed(@Nullable Outcome<?, ?> outcome) {
    return (Outcome<T, R>) outcome;
  }

  private void throwError() {
    Throwable error = engine.error();
    if (error != null) {
      engine.close();
      throw Rethrow.asIs(error);
    }
  }

  private void throwIfTruncated() {
    if (config.truncation == Truncation.THROWN && status() != RunStatus.COMPLETED) {
      engine.close();
      throw truncated(progress().done());
    }
  }

  private TruncatedRunException truncated(long done) {
    Failure<T, R> first = firstFailure();
    return new TruncatedRunException(status(), done, first == null ? null : first.error());
  }

  private CancellationException cancelled(InterruptedException interrupted) {
    engine.close();
    Thread.currentThread().interrupt();
    CancellationException cancelled =
        new CancellationException("interrupted while waiting for the run, which was cancelled");
    cancelled.initCause(interrupted);
    return cancelled;
  }

  @Override
  public String toString() {
    String paused = isPaused() && status() == RunStatus.RUNNING ? ", paused" : "";
    return "Run[" + status() + paused + ", " + progress() + "]";
  }
}
