package io.millrace.process.wire;

/**
 * What a worker has to keep to.
 *
 * @param rules of what may cross
 * @param mostDescription how many bytes the description of an exception may have
 */
public record WorkerRules(Rules rules, int mostDescription) {
  /** For {@link #parse}. */
  public String text() {
    return mostDescription + "\n" + rules.text();
  }

  /** The rules of which the text is. */
  public static WorkerRules parse(String text) {
    int end = text.indexOf('\n');
    return new WorkerRules(
        Rules.parse(text.substring(end + 1)), Integer.parseInt(text.substring(0, end)));
  }
}
