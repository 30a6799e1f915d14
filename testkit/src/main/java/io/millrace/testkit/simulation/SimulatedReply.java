package io.millrace.testkit.simulation;

import io.millrace.signal.HttpReply;
import java.util.Map;
import java.util.Optional;

/**
 * What a simulated server answers.
 *
 * @param statusCode 200; 429 or 503 if it refuses; 500
 * @param serviceNanos how long it takes, apart from the way there and back
 * @param headers by their names in lower case
 */
public record SimulatedReply(int statusCode, long serviceNanos, Map<String, String> headers)
    implements HttpReply {
  /** Copies the headers. */
  public SimulatedReply {
    headers = Map.copyOf(headers);
  }

  static SimulatedReply ok() {
    return new SimulatedReply(200, 0, Map.of());
  }

  @Override
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }
}
