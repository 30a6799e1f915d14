package io.millrace.cli.http;

import io.millrace.plan.HttpReply;
import java.net.http.HttpHeaders;
import java.util.Optional;

/** What a server answered. */
record Reply(int statusCode, HttpHeaders headers, Content content) implements HttpReply {
  private static final int LOWEST_ERROR = 400;

  @Override
  public Optional<String> header(String name) {
    return headers.firstValue(name);
  }

  /** What is wrong with it; empty if nothing is. */
  Optional<String> problem() {
    if (statusCode >= LOWEST_ERROR) {
      return Optional.of("status " + statusCode);
    }
    if (Redirect.isOne(statusCode)) {
      return Optional.of("status " + statusCode + ": the redirect was not followed");
    }
    return switch (content) {
      case Content.TooLarge(long limit) ->
          Optional.of("the body is larger than " + limit + " bytes: see --max-body");
      case Content.Whole _, Content.Dropped _ -> Optional.empty();
    };
  }
}
