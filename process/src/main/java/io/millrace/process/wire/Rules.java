package io.millrace.process.wire;

import java.util.List;
import java.util.Set;

/**
 * What may cross between processes.
 *
 * @param allowed which classes
 * @param mostBytes how large a function, an argument or a result
 * @param mostDepth how many objects deep
 */
public record Rules(AllowList allowed, int mostBytes, int mostDepth) {
  /** Only what is allowed always. */
  public static final AllowList VALUES_ONLY = new AllowList(Set.of());

  /** More classes. */
  public Rules allowing(List<String> patterns) {
    return patterns.isEmpty() ? this : new Rules(allowed.plus(patterns), mostBytes, mostDepth);
  }

  /** For {@link #parse}. */
  public String text() {
    return mostBytes + "\n" + mostDepth + "\n" + String.join("\n", allowed.patterns());
  }

  /** The rules of which the text is. */
  public static Rules parse(String text) {
    List<String> lines = text.lines().toList();
    Set<String> patterns = Set.copyOf(lines.subList(2, lines.size()));
    return new Rules(
        new AllowList(patterns), Integer.parseInt(lines.get(0)), Integer.parseInt(lines.get(1)));
  }
}
