package io.millrace.cli.http;

import io.millrace.signal.HttpReply;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a server answered.
 *
 * @param headers those that are kept; each character of a value is a byte that came
 */
record Reply(int statusCode, List<Header> headers, Content content) implements HttpReply {
  /* What servers say about coming back stands in the first 65,536 characters. */
  private static final int MOST_READ = 4 * 65_536;

  @Override
  public Optional<String> header(String name) {
    for (Header header : headers) {
      if (header.isNamed(name)) {
        return Optional.of(header.value());
      }
    }
    return Optional.empty();
  }

  @Override
  public List<String> headers(String name) {
    List<String> values = new ArrayList<>(0);
    for (Header header : headers) {
      if (header.isNamed(name)) {
        values.add(header.value());
      }
    }
    return values;
  }

  /* Names of no coding at all; the second one is in use, and known to curl. */
  private static final Set<String> NO_CODING = Set.of("", "identity", "none");

  /** In what its body is packed, one inside of the other: all lines of Content-Encoding are one list (RFC 9110, 5.3). */
  Optional<String> coding() {
    List<String> lines = headers("content-encoding");
    if (lines.isEmpty()) {
      return Optional.empty();
    }
    List<String> codings =
        lines.stream()
            .flatMap(line -> Stream.of(line.split(",")))
            .map(String::strip)
            .filter(each -> !NO_CODING.contains(each.toLowerCase(Locale.ROOT)))
            .toList();
    return codings.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", codings));
  }

  @Override
  public Optional<String> body() {
    return content instanceof Content.Whole(var bytes, var coding) && coding.isEmpty()
        ? Optional.of(start(bytes))
        : Optional.empty();
  }

  private static String start(ByteBuffer bytes) {
    int size = Math.min(bytes.remaining(), MOST_READ);
    return StandardCharsets.UTF_8.decode(bytes.slice(bytes.position(), size)).toString();
  }

  /** What the retry policy reads of headers: the rest is not kept while the request is repeated. */
  Reply forRetry() {
    List<Header> read =
        headers.stream().filter(header -> KeptHeaders.isForRetry(header.key())).toList();
    return new Reply(statusCode, read, new Content.Dropped());
  }

  /** The same with other content. */
  Reply with(Content other) {
    return new Reply(statusCode, headers, other);
  }

  /** What is wrong with it; empty if nothing is. */
  Optional<String> problem(Expected expected) {
    Optional<String> unexpected = expected.problem(statusCode);
    if (unexpected.isPresent()) {
      return unexpected;
    }
    return switch (content) {
      case Content.TooLarge(long limit) ->
          Optional.of("the body is larger than " + limit + " bytes: see --max-body");
      case Content.Undecodable(String coding) ->
          Optional.of("the body is not the " + coding + " that it claims to be");
      case Content.Whole _, Content.Selected _, Content.Saved _, Content.Dropped _ ->
          Optional.empty();
    };
  }
}
