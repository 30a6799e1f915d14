package io.millrace.bench.report;

/**
 * What a figure should come to.
 *
 * @param limit its direction is {@code atMost}
 */
public record Target(String name, double value, double limit, boolean atMost) {
  public static Target atMost(String name, double value, double limit) {
    return new Target(name, value, limit, true);
  }

  public static Target atLeast(String name, double value, double limit) {
    return new Target(name, value, limit, false);
  }

  /** A value that is not there is a miss. */
  public boolean met() {
    return atMost ? value <= limit : value >= limit;
  }

  /** Name, value and limit. */
  public String text() {
    return "%s %s %s%s"
        .formatted(name, Numbers.text(value), atMost ? "<=" : ">=", Numbers.text(limit));
  }

  @Override
  public String toString() {
    return "target " + text() + (met() ? " ok" : " MISSED");
  }
}
