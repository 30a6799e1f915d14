package io.millrace.testkit;

/** Something that a clock does at a time. */
abstract sealed class Event permits Sleeper, Alarm {
  /** When, in nanoseconds since the clock's start; {@link Timeline#NEVER} for never. */
  final long due;

  /** Breaks ties: first come, first served. Written once, by the agenda, under the clock's lock. */
  long sequence;

  Event(long due) {
    this.due = due;
  }
}
