package io.millrace.testkit;

import java.util.Comparator;
import java.util.TreeSet;

/** What is due when, in order of time and then of arrival. Not thread-safe. */
final class Agenda {
  private final TreeSet<Event> events =
      new TreeSet<>(
          Comparator.<Event>comparingLong(event -> event.due)
              .thenComparingLong(event -> event.sequence));
  private long arrivals;

  void add(Event event) {
    event.sequence = arrivals++;
    events.add(event);
  }

  void remove(Event event) {
    events.remove(event);
  }

  Event removeFirst() {
    return events.removeFirst();
  }

  /** When the next thing is due; {@link Timeline#NEVER} if there is none. */
  long nextDue() {
    return events.isEmpty() ? Timeline.NEVER : events.first().due;
  }

  /** How many timers there are. */
  int alarms() {
    return (int) events.stream().filter(Alarm.class::isInstance).count();
  }
}
