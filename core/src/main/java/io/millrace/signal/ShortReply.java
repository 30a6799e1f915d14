package io.millrace.signal;

import java.util.List;
import java.util.Optional;

/**
 * The part of an answer that is looked at, so that no answer takes long to read: headers whose values are short, all values of
 * one name together, and the start of the body. What is longer is as good as not there.
 */
record ShortReply(HttpReply reply) implements HttpReply {
  static final int MOST_OF_HEADER = 8_192;
  static final int MOST_OF_BODY = 65_536;

  @Override
  public int statusCode() {
    return reply.statusCode();
  }

  @Override
  public Optional<String> header(String name) {
    return headers(name).isEmpty() ? Optional.empty() : reply.header(name);
  }

  @Override
  public List<String> headers(String name) {
    List<String> values = reply.headers(name);
    long length = 0;
    for (String value : values) {
      length += value.length();
    }
    return length <= MOST_OF_HEADER ? values : List.of();
  }

  @Override
  public Optional<String> body() {
    return reply
        .body()
        .map(body -> body.length() > MOST_OF_BODY ? body.substring(0, MOST_OF_BODY) : body);
  }
}
