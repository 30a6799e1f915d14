package io.millrace.engine;

import io.millrace.base.Suppressing;
import io.millrace.outcome.RetryRefusedException;
import io.millrace.plan.RetryBudget;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What the attempts of an item have failed with so far: the latest ones, in their order. */
final class EarlierErrors {
  /** An item that waits keeps no more than this. */
  static final int MOST = 8;

  private EarlierErrors() {}

  /** A changed copy of a list. */
  static List<Throwable> with(List<Throwable> earlier, Throwable next) {
    List<Throwable> all = new ArrayList<>(earlier);
    all.add(next);
    return List.copyOf(all.subList(Math.max(0, all.size() - MOST), all.size()));
  }

  static @Nullable Throwable last(List<Throwable> earlier) {
    return earlier.isEmpty() ? null : earlier.getLast();
  }

  /**
   * Attaches them to what the item fails with in the end, unless that may be shared with other items: a constant, for
   * example. Never throws, though exceptions may override anything.
   */
  static void attach(List<Throwable> earlier, Throwable ending) {
    if (earlier.isEmpty()) {
      return;
    }
    try {
      if (!isAmong(earlier, ending) && isMadeHere(ending)) {
        attachAll(earlier, ending);
      }
    } catch (Throwable foreign) {
      // then they are not attached
    }
  }

  /** Attaches them to an error that was made for this item, whatever its stack says. */
  static void attachAll(List<Throwable> earlier, Throwable ending) {
    Throwable cause = causeOf(ending);
    for (int i = 0; i < earlier.size(); i++) {
      Throwable error = earlier.get(i);
      if (error != cause && !isAmong(earlier.subList(0, i), error)) {
        Suppressing.add(ending, error);
      }
    }
  }

  /* Only for the library's own timeouts: getCause of others may be the user's code. */
  private static @Nullable Throwable causeOf(Throwable error) {
    return error.getClass() == TimeoutException.class ? error.getCause() : null;
  }

  /** Notes in what an item fails with why it was not repeated, unless that may be somebody else's as well. */
  static void refused(Throwable ending, RetryBudget budget) {
    try {
      if (isMadeHere(ending)) {
        Suppressing.add(ending, new RetryRefusedException(budget.toString()));
      }
    } catch (Throwable foreign) {
      // then it is not noted
    }
  }

  private static boolean isAmong(List<Throwable> errors, Throwable error) {
    return errors.stream().anyMatch(other -> other == error); // equals is the user's
  }

  /* Its stack leads through an attempt, and through no initializer of a class, which makes constants. */
  private static boolean isMadeHere(Throwable error) {
    for (StackTraceElement frame : error.getStackTrace()) {
      if (frame.getMethodName().equals("<clinit>")) {
        return false;
      }
      if (frame.getClassName().equals(Attempts.class.getName())) {
        return true;
      }
    }
    return false;
  }
}
