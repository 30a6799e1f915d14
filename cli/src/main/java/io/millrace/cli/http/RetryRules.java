package io.millrace.cli.http;

import io.millrace.plan.Retry;
import io.millrace.signal.Signals;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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

  /** The statuses that curl repeats, and those of Cloudflare and of overloaded services that mean the same. */
  static final Set<Integer> USUAL =
      Set.of(408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529);

  /** These rules, for the run. A line counts its tries itself, over all its requests. */
  Retry retry() {
    return Retry.ofAttempts(Integer.MAX_VALUE)
        .when(this::repeats)
        .serverWait((_, error, _) -> wait(error))
        .endRunWhen(this::isFatal);
  }

  /* Of every answer that fails its line, whether it is repeated or not. */
  private static Optional<Duration> wait(@Nullable Throwable error) {
    return error instanceof BadReplyException bad ? bad.signals().delay() : Optional.empty();
  }

  private boolean isFatal(Throwable error) {
    return error instanceof BadReplyException bad && fatal.contains(bad.statusCode());
  }

  private boolean repeats(Throwable error) {
    boolean repeats =
        error instanceof RequestException failure
            && failure.call().history().attempts() <= retries
            && isWorthIt(failure)
            && isAllowed(failure)
            && isInTime(failure)
            && isLeft(failure);
    if (repeats && error instanceof BadReplyException bad) {
      bad.dropContent();
      memory.free(bad.call().history().sequence());
    }
    if (repeats && error instanceof RequestException failure) {
      memory.stepsAside(failure.call().history().sequence(), failure.call().host());
    }
    return repeats;
  }

  private boolean isWorthIt(RequestException failure) {
    return switch (failure) {
      case BadReplyException bad -> isWorthIt(bad);
      case LostException lost -> lost.isWorthIt(statuses);
      case TimedOutException _ -> true;
      case LocalException _ -> false;
    };
  }

  /* The server's own word counts for other statuses only if the user has not named some. */
  private boolean isWorthIt(BadReplyException bad) {
    boolean isObeyed = statuses.equals(USUAL);
    return switch (bad.signals().repeat()) {
      case NO -> false;
      case YES -> isObeyed || statuses.contains(bad.statusCode());
      case UNSAID -> statuses.contains(bad.statusCode()) || (isObeyed && bad.isLimited());
    };
  }

  private boolean isAllowed(RequestException failure) {
    return isUnsafeAllowed || failure.call().request().isRepeatable() || failure.isUnprocessed();
  }

  /* A wait that cannot end in time is not begun. */
  private boolean isInTime(RequestException failure) {
    if (itemTime.isEmpty()) {
      return true;
    }
    long wait = retry().serverWait(null, failure, Instant.now()).map(Duration::toNanos).orElse(0L);
    long elapsed = failure.call().history().elapsedNanos(System.nanoTime());
    return elapsed + wait < itemTime.get().toNanos();
  }

  /* What a host asks for itself is not counted. */
  private boolean isLeft(RequestException failure) {
    boolean isAsked =
        failure instanceof BadReplyException bad
            && (bad.statusCode() == TOO_MANY_REQUESTS
                || bad.signals().delay().isPresent()
                || bad.signals().repeat() == Signals.Repeat.YES);
    boolean isLeft = isAsked || budgets.tryTake(failure.call().host());
    if (!isLeft) {
      failure.refuseRetry();
    } else if (!isAsked) {
      failure.call().history().budgeted();
    }
    return isLeft;
  }
}
