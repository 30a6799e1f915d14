package io.millrace.spark;

import java.io.Serializable;

/**
 * What a worker says while it does a task, and when the task ends.
 *
 * @param task the task
 * @param isLast whether the task has ended
 * @param items what the task has read and handed to Spark
 * @param generation of the monitor of the worker; a later one begins at zero
 * @param number of this look at the worker; one with a later number has begun later
 * @param isBusy whether the worker had a task then
 * @param work what the worker has done since its monitor began, and what it does now
 */
record WorkerReport(
    TaskPlace task,
    boolean isLast,
    SentSnapshot items,
    long generation,
    long number,
    boolean isBusy,
    SentSnapshot work)
    implements Serializable {

  /**
   * An attempt of Spark at a partition.
   *
   * @param worker the name of the executor
   * @param attempt the number of this attempt among all in the application
   */
  record TaskPlace(String worker, long attempt, int stage, int partition) implements Serializable {}
}
