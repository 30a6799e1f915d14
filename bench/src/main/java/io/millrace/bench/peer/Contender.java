package io.millrace.bench.peer;

import java.util.function.Consumer;

/** A way to run a task over many items. */
public interface Contender extends AutoCloseable {
  /** How it is called in tables and ratios. */
  String name();

  /**
   * Runs a job and returns when it is over.
   *
   * @param sink gets each result, one at a time
   * @throws Exception the failure of a task, perhaps wrapped
   */
  void run(Job job, Consumer<Integer> sink) throws Exception;

  /** Gives back threads that it keeps between runs. */
  @Override
  default void close() {}
}
