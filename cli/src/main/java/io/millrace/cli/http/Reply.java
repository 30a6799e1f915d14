package io.millrace.cli.http;

import io.millrace.plan.HttpReply;
import java.util.List;
import java.util.Optional;

/**
 * What a server answered.
 *
 * @param headers each character of a value is a byte that came
 */
record Reply(int statusCode, List<Header> headers, Content content) implements HttpReply {
  private static final int LOWEST_ERROR = 400;

  @Override
  public Optional<String> header(String name) {
    return headers.stream().filter(header -> header.isNamed(name)).map(Header::value).findFirst();
  }

  /** The values of a header, in their order. */
  List<String> values(String name) {
    return headers.stream().filter(header -> header.isNamed(name)).map(Header::value).toList();
  }

  Reply withoutContent() {
    return new Reply(statusCode, headers, new Content.Dropped());
  }

  /** What is wrong with it; empty if nothing is. */
  Optional<String> problem() {
    if (statusCode >= LOWEST_ERROR) {
      return Optional.of("status " + statusCode);
    }
    return switch (content) {
      case Content.TooLarge(long limit) ->
          Optional.of("the body is larger than " + limit + " bytes: see --max-body");
      case Content.Undecodable(String coding) ->
          Optional.of("the body is not the " + coding + " that it claims to be");
      case Content.Whole _, Content.Dropped _ -> Optional.empty();
    };
  }
}
