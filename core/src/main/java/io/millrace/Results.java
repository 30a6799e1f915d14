package io.millrace;

import io.millrace.engine.watch.Causes;
import io.millrace.engine.watch.Words;
import io.millrace.outcome.Details;
import io.millrace.outcome.FailedItemsException;
import io.millrace.outcome.Failure;
import io.millrace.outcome.FailureReport;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.Success;
import io.millrace.outcome.TruncatedRunException;
import io.millrace.outcome.Wording;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The collected outcomes of a run, in input order. Immutable.
 *
 * <p>It never passes failures off as values: {@link #values} throws if any item failed; {@link #get} and the
 * iterator throw a failed item's own error, and the iteration can go on after it. All three throw a {@link
 * TruncatedRunException} if the run was cut short, even if everything that ran succeeded.
 *
 * @param <T> the items
 * @param <R> the values
 */
public final class Results<T extends @Nullable Object, R extends @Nullable Object>
    implements Iterable<R> {
  private final List<Outcome<T, R>> outcomes;
  private final RunStatus status;
  private final @Nullable Failure<T, R> first;
  private final List<Thread> abandoned;

  Results(
      List<Outcome<T, R>> outcomes,
      RunStatus status,
      @Nullable Failure<T, R> first,
      List<Thread> abandoned) {
    this.outcomes = Collections.unmodifiableList(outcomes);
    this.status = status;
    this.first = first;
    this.abandoned = abandoned;
  }

  /** One outcome an item, in input order. */
  public List<Outcome<T, R>> outcomes() {
    return outcomes;
  }

  /** How the run ended. */
  public RunStatus status() {
    return status;
  }

  /** Whether the run completed and every item succeeded. */
  public boolean ok() {
    return status == RunStatus.COMPLETED && failures().isEmpty();
  }

  /** How many items there are, whatever came of them. */
  public int size() {
    return outcomes.size();
  }

  /** Threads of abandoned actions that have not returned yet. */
  public List<Thread> abandoned() {
    return abandoned;
  }

  /** The items that succeeded, in input order. */
  public List<Success<T, R>> successes() {
    List<Success<T, R>> all = new ArrayList<>(size());
    for (Outcome<T, R> outcome : outcomes) {
      if (outcome instanceof Success<T, R> success) {
        all.add(success);
      }
    }
    return all;
  }

  /** The items that failed, in input order. */
  public List<Failure<T, R>> failures() {
    List<Failure<T, R>> all = new ArrayList<>();
    for (Outcome<T, R> outcome : outcomes) {
      if (outcome instanceof Failure<T, R> failure) {
        all.add(failure);
      }
    }
    return all;
  }

  /** The failures by their causes: how many, and the first item of each. */
  public FailureReport report() {
    return report(Wording.PLAIN);
  }

  /** As {@link #report()}, with names for causes and items. */
  public FailureReport report(Wording wording) {
    Objects.requireNonNull(wording, "wording");
    Causes causes = new Causes();
    for (Failure<T, R> failure : failures()) {
      Details details = failure.details();
      causes.count(
          Words.cause(wording, failure.error()),
          details.index(),
          Words.item(wording, failure.item(), details));
    }
    return causes.report();
  }

  /** The items that did not run, or were interrupted by the end of the run, in input order. */
  public List<NotRun<T, R>> notRun() {
    List<NotRun<T, R>> all = new ArrayList<>();
    for (Outcome<T, R> outcome : outcomes) {
      if (outcome instanceof NotRun<T, R> notRun) {
        all.add(notRun);
      }
    }
    return all;
  }

  /**
   * The values of all items, in input order.
   *
   * @throws TruncatedRunException if the run was cut short
   * @throws FailedItemsException if items failed; its cause is the first failure in time
   */
  public List<R> values() {
    throwIfFailed();
    return okValues();
  }

  /** The values of the items that succeeded, in input order; never throws. */
  public List<R> okValues() {
    List<R> all = new ArrayList<>(size());
    for (Outcome<T, R> outcome : outcomes) {
      if (outcome instanceof Success<T, R> success) {
        all.add(success.value());
      }
    }
    return all;
  }

  /**
   * Returns this if {@link #ok}.
   *
   * @throws TruncatedRunException if the run was cut short
   * @throws FailedItemsException if items failed; its cause is the first failure in time
   */
  public Results<T, R> throwIfFailed() {
    throwIfTruncated();
    List<Failure<T, R>> failures = failures();
    if (!failures.isEmpty()) {
      throw new FailedItemsException(firstInTimeFirst(failures), failures.size(), size());
    }
    return this;
  }

  private List<Failure<T, R>> firstInTimeFirst(List<Failure<T, R>> failures) {
    if (first != null && failures.removeIf(failure -> failure == first)) {
      failures.addFirst(first);
    }
    return failures;
  }

  private void throwIfTruncated() {
    if (status != RunStatus.COMPLETED) {
      int done = size() - notRun().size();
      throw new TruncatedRunException(status, done, first == null ? null : first.error());
    }
  }

  /**
   * The value of one item.
   *
   * @param index from 0
   * @throws IndexOutOfBoundsException if there is no such item
   * @throws TruncatedRunException if the run was cut short
   */
  public R get(int index) {
    throwIfTruncated();
    return outcomes.get(index).value();
  }

  /** The values in input order; {@code next} throws a failed item's own error and moves on. */
  @Override
  public Iterator<R> iterator() {
    throwIfTruncated();
    Iterator<Outcome<T, R>> each = outcomes.iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return each.hasNext();
      }

      @Override
      public R next() {
        return each.next().value();
      }
    };
  }

  @Override
  public String toString() {
    return "Results["
        + status
        + ", "
        + successes().size()
        + " succeeded, "
        + failures().size()
        + " failed, "
        + notRun().size()
        + " not run]";
  }
}
