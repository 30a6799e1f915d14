package io.millrace.bench.peer;

import java.util.concurrent.ExecutorService;

/**
 * A version of Millrace, and all that the workloads ask of it. An argument {@code name} is how the result
 * is called in tables and ratios.
 */
public interface Edition {
  Contender runs(String name);

  /** Runs on platform threads. */
  Contender platformRuns(String name);

  /** Runs that a monitor watches. */
  Contender monitoredRuns(String name);

  CallStack stack(String name);

  Pacer pacer(String name);

  PermitLoop permits(String name);

  /** An executor that runs at most so many tasks at once. */
  ExecutorService pool(int most);

  /** Starts tasks in a group that answer with their numbers, from 0, and adds up the answers. */
  long groupSum(int tasks);

  /**
   * Streams generated items, as they are completed.
   *
   * @param passed is told of each outcome, by one thread
   */
  void endless(int items, int concurrency, Runnable passed);

  /** Measures operations of a run that has much else to keep. */
  Cost among(Crowd crowd, int many) throws Exception;
}
