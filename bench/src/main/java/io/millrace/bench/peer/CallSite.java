package io.millrace.bench.peer;

/** A way to have short calls done somewhere else: in other threads, in other processes. */
public interface CallSite {
  /** How it is called in tables and ratios. */
  String name();

  /**
   * Makes calls, and measures them.
   *
   * @param single so many, one after the other
   * @param many so many, on all threads or processes at once
   */
  CallCosts measure(int single, int many) throws Exception;
}
