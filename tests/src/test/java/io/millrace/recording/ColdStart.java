package io.millrace.recording;

import io.millrace.Parallel;
import io.millrace.plan.Backoff;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.signal.HttpReply;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The first things that a process does. */
final class ColdStart {
  private ColdStart() {}

  public static void main(String[] args) {
    Retry retry =
        Retry.ofAttempts(2)
            .backoff(Backoff.none())
            .serverWait((result, error, now) -> Optional.of(Duration.ZERO));
    var results =
        Parallel.of(5)
            .retry(retry)
            .map(
                List.of(1, 2, 3, 4, 5),
                item -> {
                  if (item == 3) {
                    throw new IOException("repeated, and then a failure");
                  }
                  return item;
                });
    Parallel.of()
        .adaptive(1, 2)
        .rateLimit(RateLimit.all(RateLimit.adaptive(), RateLimit.declaredByServer(1_000)))
        .retry(Retry.http())
        .map(List.of(1, 2, 3), ColdStart::declaring);
    try (var outcomes = Parallel.of(2).stream(List.of(1, 2, 3), item -> item)) {
      System.out.println("done: " + results.okValues().size() + " and " + outcomes.count());
    }
  }

  private static HttpReply declaring(int item) {
    return new HttpReply() {
      @Override
      public int statusCode() {
        return item == 2 ? 429 : 200;
      }

      @Override
      public Optional<String> header(String name) {
        return switch (name) {
          case "x-ratelimit-limit" -> Optional.of("20");
          case "x-ratelimit-remaining" -> Optional.of("9");
          case "x-ratelimit-reset" -> Optional.of("0");
          default -> Optional.empty();
        };
      }
    };
  }
}
