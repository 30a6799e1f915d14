package io.millrace.outcome;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Some items of a run failed. The cause is the first failure in time; the others are suppressed. The
 * errors themselves are left as they were thrown; {@link #failures} pairs them with their items. The message
 * names the first ten, by their index from 0 on, and by their key if they have one.
 */
public final class FailedItemsException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final int NAMED_IN_MESSAGE = 10;
  private final transient List<Failure<?, ?>> failures;

  /**
   * Reports failures.
   *
   * @param failures some or all of them, first in time first; not empty
   * @param failed how many there were
   * @param total of how many items
   */
  public FailedItemsException(List<? extends Failure<?, ?>> failures, long failed, long total) {
    super(message(failures, failed, total), failures.getFirst().error());
    this.failures = List.copyOf(failures);
    Throwable primary = failures.getFirst().error();
    Set<Throwable> seen =
        Collections.newSetFromMap(new IdentityHashMap<>()); // equals is the user's
    seen.add(primary);
    failures.stream().map(Failure::error).filter(seen::add).forEach(this::addSuppressed);
  }

  private static String message(List<? extends Failure<?, ?>> failures, long failed, long total) {
    String named =
        failures.stream()
            .limit(NAMED_IN_MESSAGE)
            .map(failure -> name(failure) + ": " + Text.of(failure.error()))
            .collect(Collectors.joining("; "));
    String more = failed > NAMED_IN_MESSAGE ? "; and " + (failed - NAMED_IN_MESSAGE) + " more" : "";
    return failed + " of " + total + " items failed: " + named + more;
  }

  private static String name(Failure<?, ?> failure) {
    Object key = failure.key();
    return "item " + failure.index() + (key == null ? "" : " (" + Text.of(key) + ")");
  }

  /** The failures with their items, first in time first; empty after deserialization. */
  public List<Failure<?, ?>> failures() {
    return failures == null ? List.of() : failures;
  }
}
