package io.millrace.limit;

import org.jspecify.annotations.Nullable;

/**
 * First in, first out, but anyone can leave in constant time. Guarded by the limit's lock.
 *
 * @param <P> the places
 */
final class WaitQueue<P extends Place<P>> {
  private @Nullable P head;
  private @Nullable P tail;
  private int size;

  @Nullable P head() {
    return head;
  }

  int size() {
    return size;
  }

  void add(P place) {
    size++;
    place.queued = true;
    place.previous = tail;
    if (tail == null) {
      head = place;
    } else {
      tail.next = place;
    }
    tail = place;
  }

  /** Returns false if it is not in the queue any more. */
  boolean remove(P place) {
    if (!place.queued) {
      return false;
    }
    size--;
    place.queued = false;
    P before = place.previous;
    P after = place.next;
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
    place.previous = null;
    place.next = null;
    return true;
  }
}
