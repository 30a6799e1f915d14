package io.millrace.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.Success;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What came of a trial.
 *
 * @param outcomes in the order they were delivered
 * @param status how the run ended, where the entry point says so or throws that it was cut short
 * @param error what the entry point threw
 * @param interrupted whether the calling thread's interrupt flag was set in the end
 */
record Report<T extends @Nullable Object, R extends @Nullable Object>(
    List<Outcome<T, R>> outcomes,
    Optional<RunStatus> status,
    Optional<Throwable> error,
    boolean interrupted) {

  Report {
    outcomes = List.copyOf(outcomes);
  }

  /** It went through: no error, no interrupt, and one outcome of each of so many items. */
  Report<T, R> complete(int items) {
    noError().each(items);
    status.ifPresent(how -> assertEquals(RunStatus.COMPLETED, how, "status"));
    assertEquals(List.of(), notRun(), "not run");
    return this;
  }

  /** It was cut short in this way, which the entry point told, and which is no other error. */
  Report<T, R> cutShort(RunStatus how) {
    noError();
    assertEquals(Optional.of(how), status, "status");
    notRun().forEach(item -> assertEquals(how, item.reason(), "reason of " + item));
    return this;
  }

  Report<T, R> noError() {
    error.ifPresent(
        unexpected -> {
          throw new AssertionError("the entry point threw " + unexpected, unexpected);
        });
    assertFalse(interrupted, "the caller's interrupt flag is set");
    return this;
  }

  /** There is exactly one outcome of each of so many items. */
  Report<T, R> each(int items) {
    assertEquals(
        IntStream.range(0, items).boxed().toList(), indices().sorted().toList(), "indices");
    return this;
  }

  /** Indices, as they were delivered. */
  Stream<Integer> indices() {
    return outcomes.stream().map(outcome -> (int) outcome.index());
  }

  Throwable thrown() {
    return error.orElseThrow(
        () -> new AssertionError("nothing was thrown; status " + status + ", " + outcomes));
  }

  Outcome<T, R> of(int index) {
    return outcomes.stream()
        .filter(outcome -> outcome.index() == index)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no outcome of item " + index + " in " + outcomes));
  }

  Failure<T, R> failureOf(int index) {
    if (of(index) instanceof Failure<T, R> failure) {
      return failure;
    }
    throw new AssertionError("item " + index + " did not fail: " + of(index));
  }

  List<Success<T, R>> successes() {
    return outcomes.stream().<Success<T, R>>mapMulti(Report::success).toList();
  }

  List<Failure<T, R>> failures() {
    return outcomes.stream().<Failure<T, R>>mapMulti(Report::failure).toList();
  }

  List<NotRun<T, R>> notRun() {
    return outcomes.stream().<NotRun<T, R>>mapMulti(Report::notRun).toList();
  }

  private static <T extends @Nullable Object, R extends @Nullable Object> void success(
      Outcome<T, R> outcome, java.util.function.Consumer<Success<T, R>> sink) {
    if (outcome instanceof Success<T, R> success) {
      sink.accept(success);
    }
  }

  private static <T extends @Nullable Object, R extends @Nullable Object> void failure(
      Outcome<T, R> outcome, java.util.function.Consumer<Failure<T, R>> sink) {
    if (outcome instanceof Failure<T, R> failure) {
      sink.accept(failure);
    }
  }

  private static <T extends @Nullable Object, R extends @Nullable Object> void notRun(
      Outcome<T, R> outcome, java.util.function.Consumer<NotRun<T, R>> sink) {
    if (outcome instanceof NotRun<T, R> notRun) {
      sink.accept(notRun);
    }
  }
}
