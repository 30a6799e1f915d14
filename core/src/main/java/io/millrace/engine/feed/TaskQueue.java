package io.millrace.engine.feed;

import io.millrace.engine.terms.Tuned;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tasks, first in, first out, linked by themselves: each can be taken out at once. Guarded by its feed's lock. */
final class TaskQueue {
  private @Nullable Tuned first;
  private @Nullable Tuned last;

  /* The last task up to which none is replaceable; null if the first one was not asked. */
  private @Nullable Tuned asked;

  boolean isEmpty() {
    return first == null;
  }

  void add(Tuned task) {
    Tuned before = last;
    task.feedQueue = this;
    task.previousInFeed = before;
    last = task;
    if (before == null) {
      first = task;
    } else {
      before.nextInFeed = task;
    }
  }

  /** The task that came first, out of the queue; null if there is none. */
  @Nullable Tuned poll() {
    Tuned task = first;
    if (task != null) {
      remove(task);
    }
    return task;
  }

  /** The first task that may be replaced, out of the queue; null if there is none. Asks each task once. */
  @Nullable Tuned pollReplaceable() {
    Tuned task = asked == null ? first : asked.nextInFeed;
    while (task != null && !task.isReplaceable()) {
      asked = task;
      task = task.nextInFeed;
    }
    if (task != null) {
      remove(task);
    }
    return task;
  }

  /** Takes a task out; false if it is not there. */
  boolean remove(Tuned task) {
    if (task.feedQueue != this) {
      return false;
    }
    Tuned before = task.previousInFeed;
    Tuned after = task.nextInFeed;
    if (asked == task) {
      asked = before;
    }
    task.feedQueue = null;
    task.previousInFeed = null; // a task that is kept by somebody must not keep its neighbours
    task.nextInFeed = null;
    if (before == null) {
      first = after;
    } else {
      before.nextInFeed = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.previousInFeed = before;
    }
    return true;
  }

  /** All tasks, out of the queue. */
  List<Tuned> drain() {
    List<Tuned> all = new ArrayList<>();
    for (Tuned task = poll(); task != null; task = poll()) {
      all.add(task);
    }
    return all;
  }
}
