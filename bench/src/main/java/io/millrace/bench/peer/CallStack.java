package io.millrace.bench.peer;

/** A way to put policies around a call: retry outside, then the rate limit, then the timeout. */
public interface CallStack {
  String name();

  /**
   * Calls a function that does nothing.
   *
   * @param threads share the calls
   * @param stacked with the policies, or without
   */
  void call(int threads, int calls, boolean stacked) throws Exception;
}
