package io.millrace.limit;

import org.jspecify.annotations.Nullable;

/** First in, first out, but anyone can leave in constant time. Guarded by the limiter's lock. */
final class WaitQueue {
  private @Nullable Waiting head;
  private @Nullable Waiting tail;

  @Nullable Waiting head() {
    return head;
  }

  void add(Waiting waiting) {
    waiting.queued = true;
    waiting.previous = tail;
    if (tail == null) {
      head = waiting;
    } else {
      tail.next = waiting;
    }
    tail = waiting;
  }

  /** Returns false if it is not in the queue any more. */
  boolean remove(Waiting waiting) {
    if (!waiting.queued) {
      return false;
    }
    waiting.queued = false;
    Waiting before = waiting.previous;
    Waiting after = waiting.next;
    if (before == null) {
      head = after;
    } else {
      before.next = after;
    }
    if (after == null) {
      tail = before;
    } else {
      after.previous = before;
    }
    waiting.previous = null;
    waiting.next = null;
    return true;
  }
}
