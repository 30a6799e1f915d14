package io.millrace.cli.http;

import java.util.Map;
import java.util.Optional;

/** A line of the input: what an item of the run is. After a redirect it is an item again. */
sealed interface InputLine permits InputLine.Call, InputLine.Malformed, WorkerLine {

  /** What the line says of itself. */
  Label label();

  /** How far it has come. */
  LineHistory history();

  /**
   * What the line says of itself, for its answer.
   *
   * @param number counted from 1, the skipped ones too
   * @param id as JSON: what the line says, or else its number
   * @param url where it goes, as it was written or with its query fields, without user and password; empty if the line does not say
   * @param fields those that mean nothing to the command, each as the JSON that it was
   * @param key by what a checkpoint, or a folder of answers, knows it again; empty if there is none, or no key
   * @param cost what it may cost, in tokens; 0 if nobody counts them
   */
  record Label(
      long number,
      String id,
      Optional<String> url,
      Map<String, String> fields,
      String key,
      long cost) {
    static Label of(long number) {
      return new Label(number, Long.toString(number), Optional.empty(), Map.of(), "", 0);
    }

    Label withUrl(String shown) {
      return new Label(number, id, Optional.of(shown), fields, key, cost);
    }

    Label withId(String given) {
      return new Label(number, given, url, fields, key, cost);
    }

    Label withFields(Map<String, String> others) {
      return new Label(number, id, url, others, key, cost);
    }

    Label withKey(String known) {
      return new Label(number, id, url, fields, known, cost);
    }

    Label withCost(long tokens) {
      return new Label(number, id, url, fields, key, tokens);
    }
  }

  /** A request to perform. */
  record Call(Label label, LineHistory history, Request request) implements InputLine {
    /** The same line, with the next request of a redirect. */
    Call leadingTo(Request next) {
      return new Call(label, history, next);
    }

    /** With the port, unless it is the usual one. */
    String host() {
      return request.url().limitKey();
    }
  }

  /**
   * A line that is no request.
   *
   * @param problem what is wrong with it; holds nothing that could be secret
   */
  record Malformed(Label label, LineHistory history, String problem) implements InputLine {}

  /**
   * The call in this line.
   *
   * @throws MalformedLineException if there is none
   */
  default Call call() {
    return switch (this) {
      case Call call -> call;
      case WorkerLine followed -> followed.now().call();
      case Malformed malformed -> throw new MalformedLineException(malformed);
    };
  }
}
