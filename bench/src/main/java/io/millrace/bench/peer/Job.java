package io.millrace.bench.peer;

import java.time.Duration;
import java.util.List;

/**
 * What a contender is to run.
 *
 * @param items boxed beforehand, so that nobody pays for it
 * @param concurrency how many tasks at most run at once
 * @param deadline whether each task gets {@link #DEADLINE}, from those who can give it
 * @param failFast whether a failure ends the run; peers do nothing else, Millrace is asked to
 */
public record Job(
    List<Integer> items,
    int concurrency,
    Delivery delivery,
    boolean deadline,
    boolean failFast,
    Task task) {
  /** Long enough that nothing runs into it. */
  public static final Duration DEADLINE = Duration.ofSeconds(5);

  public static Job of(List<Integer> items, int concurrency, Delivery delivery, Task task) {
    return new Job(items, concurrency, delivery, false, false, task);
  }

  public Job with(List<Integer> items) {
    return new Job(items, concurrency, delivery, deadline, failFast, task);
  }

  public Job with(Task task) {
    return new Job(items, concurrency, delivery, deadline, failFast, task);
  }

  public Job withDeadline() {
    return new Job(items, concurrency, delivery, true, failFast, task);
  }

  public Job failingFast() {
    return new Job(items, concurrency, delivery, deadline, true, task);
  }
}
