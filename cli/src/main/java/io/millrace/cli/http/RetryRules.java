package io.millrace.cli.http;

import io.millrace.plan.Retry;
import io.millrace.plan.RetryBudget;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Which requests to repeat. One that is not idempotent is repeated only if the server cannot have done
 * what it asked for.
 *
 * @param retries how often at most, over all redirects of a line
 * @param statuses answers that are worth it
 * @param fatal answers that end the run; a host among many must not decide that, so there are none by default
 * @param isUnsafeAllowed whether other requests are repeated as well
 * @param budgets how many retries each host may get
 * @param itemTime how long a line may take, from its first request
 */
record RetryRules(
    int retries,
    Set<Integer> statuses,
    Set<Integer> fatal,
    boolean isUnsafeAllowed,
    Optional<Duration> itemTime,
    HostRetries budgets,
    BodyMemory memory) {

  private static final int TOO_MANY_REQUESTS = 429;

  /** The statuses that curl repeats. */
  static final Set<Integer> USUAL = Set.of(408, 429, 500, 502, 503, 504);

  /** These rules, for the run. A line counts its tries itself, over all its requests. */
  Retry retry() {
    int[] waited =
        IntStream.concat(statuses.stream().mapToInt(Integer::intValue), IntStream.of(429, 503))
            .distinct()
            .toArray();
    Retry http = Retry.http(waited);
    return http.attempts(Integer.MAX_VALUE)
        .when(error -> repeats(error, http))
        .whenResult(_ -> false)
        .budget(RetryBudget.unlimited()) // each host has its own
        .endRunWhen(this::isFatal)
        .endRunWhenResult(_ -> false);
  }

  private boolean isFatal(Throwable error) {
    return error instanceof BadReplyException bad && fatal.contains(bad.statusCode());
  }

  private boolean repeats(Throwable error, Retry http) {
    boolean repeats =
        error instanceof RequestException failure
            && failure.call().course().attempts() <= retries
            && isWorthIt(failure)
            && isAllowed(failure)
            && isInTime(failure, http)
            && isLeft(failure, http);
    if (repeats && error instanceof BadReplyException bad) {
      bad.dropContent();
      memory.free(bad.call().course().sequence());
    }
    return repeats;
  }

  private boolean isWorthIt(RequestException failure) {
    return switch (failure) {
      case BadReplyException bad -> statuses.contains(bad.statusCode());
      case LostException _, TimedOutException _ -> true;
      case LocalException _ -> false;
    };
  }

  private boolean isAllowed(RequestException failure) {
    return isUnsafeAllowed || failure.call().request().isRepeatable() || failure.isUnprocessed();
  }

  /* A wait that cannot end in time is not begun. */
  private boolean isInTime(RequestException failure, Retry http) {
    if (itemTime.isEmpty()) {
      return true;
    }
    long wait = http.serverWait(null, failure, Instant.now()).map(Duration::toNanos).orElse(0L);
    long elapsed = failure.call().course().elapsedNanos(System.nanoTime());
    return elapsed + wait < itemTime.get().toNanos();
  }

  /* What a host asks for itself is not counted. */
  private boolean isLeft(RequestException failure, Retry http) {
    boolean isAsked =
        failure instanceof BadReplyException bad
            && (bad.statusCode() == TOO_MANY_REQUESTS
                || http.serverWait(null, bad, Instant.now()).isPresent());
    boolean isLeft = isAsked || budgets.tryTake(failure.call().host());
    if (!isLeft) {
      failure.refuseRetry();
    } else if (!isAsked) {
      failure.call().course().budgeted();
    }
    return isLeft;
  }
}
