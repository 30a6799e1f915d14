package io.millrace.testkit;

/** A timer's task that waits for its time. */
final class Alarm extends Event {
  final Runnable task;

  Alarm(long due, Runnable task) {
    super(due);
    this.task = task;
  }
}
