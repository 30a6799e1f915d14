package io.millrace.cli.run;

/** The failure of an item that makes no command. */
final class MalformedItemException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String kind;

  MalformedItemException(String problem) {
    this(problem, problem);
  }

  /** A problem, and what it is without what belongs to the item alone. */
  MalformedItemException(String problem, String kind) {
    super(problem, null, false, false);
    this.kind = kind;
  }

  /** The same for all items that failed alike. */
  String kind() {
    return kind;
  }
}
