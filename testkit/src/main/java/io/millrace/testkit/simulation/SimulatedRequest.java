package io.millrace.testkit.simulation;

/**
 * A request to a simulated server, which limits are asked about as an item.
 *
 * @param inputTokens tokens of the prompt
 * @param mostOutputTokens how many tokens the answer may have
 * @param outputTokens how many it will have
 */
public record SimulatedRequest(long inputTokens, long mostOutputTokens, long outputTokens) {
  /** A request without tokens. */
  public static final SimulatedRequest PLAIN = new SimulatedRequest(0, 0, 0);

  /** All tokens, as far as they are known beforehand. */
  public long mostTokens() {
    return inputTokens + mostOutputTokens;
  }

  /** All tokens. */
  public long tokens() {
    return inputTokens + outputTokens;
  }
}
