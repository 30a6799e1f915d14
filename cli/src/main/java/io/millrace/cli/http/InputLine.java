package io.millrace.cli.http;

import java.net.http.HttpRequest;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** A line of the input: what an item of the run is. */
sealed interface InputLine {

  /** Counted from 1, the skipped ones too. */
  long number();

  /** What the line says it is, or else its number. */
  JsonNode id();

  /** Where it goes, without user and password; empty if the line does not say. */
  Optional<String> url();

  /** A request to perform. */
  record Call(long number, JsonNode id, Optional<String> url, HttpRequest request)
      implements InputLine {
    String host() {
      return request.uri().getHost();
    }
  }

  /**
   * A line that is no request.
   *
   * @param problem what is wrong with it; holds nothing that could be secret
   */
  record Malformed(long number, JsonNode id, Optional<String> url, String problem)
      implements InputLine {}

  /**
   * The call in this line.
   *
   * @throws MalformedLineException if there is none
   */
  default Call call() {
    return switch (this) {
      case Call call -> call;
      case Malformed malformed -> throw new MalformedLineException(malformed);
    };
  }
}
