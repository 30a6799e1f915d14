package io.millrace.limit;

import org.jspecify.annotations.Nullable;

/**
 * The places of one party in one queue, by rank, or by arrival if they have none; anyone can leave in
 * constant time.
 * Guarded by the limit's lock.
 *
 * <p>A line is either armed, which means that it stands in its queue and is offered permits, or put
 * off.
 *
 * @param <P> the places
 */
final class Line<P extends Place<P>> {
  static final int NOT_ARMED = -1;

  private final @Nullable LineParty party;
  private final Lines<P> lines;
  private @Nullable P head;
  private @Nullable P tail;
  /* The place that was added last of those that belonged before others: the next one of these is near it. */
  private @Nullable P early;

  /* Where it stands among the armed lines. */
  int position = NOT_ARMED;
  /* It was resumed, so it is asked even though others of its party are put off. */
  boolean resumed;
  /* Its waiter has taken the permits or put them off since the flag was cleared. */
  boolean answered;
  /* Where it stands among those that its party has put off; null if it is not. Guarded by the party's lock. */
  LineParty.@Nullable Standing heldAs;

  Line(@Nullable LineParty party, Lines<P> lines) {
    this.party = party;
    this.lines = lines;
  }

  @Nullable LineParty party() {
    return party;
  }

  @Nullable P head() {
    return head;
  }

  boolean isEmpty() {
    return head == null;
  }

  long firstArrival() {
    return head == null ? Long.MAX_VALUE : head.arrival;
  }

  long firstNumber() {
    return head == null ? Long.MAX_VALUE : head.number;
  }

  /** Offers permits to it again; false if none of its waiters was asked. Called without the lock. */
  boolean rearm() {
    return lines.owner().rearm(this);
  }

  /**
   * Adds a place after those with lower or equal numbers: as a rule at the tail, or near it, or near where such a
   * place was added before.
   */
  void add(P place) {
    place.line = this;
    P before = tail;
    if (before != null && before.number > place.number) {
      before = before(place);
    }
    P after = before == null ? head : before.next;
    place.previous = before;
    place.next = after;
    if (before == null) {
      head = place;
    } else {
      before.next = place;
    }
    if (after == null) {
      tail = place;
    } else {
      after.previous = place;
    }
  }

  /* Searches backwards from the tail and, in both directions, from the last early place; the shortest way wins. */
  private @Nullable P before(P place) {
    P fromTail = tail;
    P fromEarly = early == null ? head : early;
    while (fromTail != null && fromTail.number > place.number) {
      P next = fromEarly == null ? head : fromEarly.next;
      boolean comesBefore = fromEarly == null || fromEarly.number <= place.number;
      if (comesBefore && (next == null || next.number > place.number)) {
        early = place;
        return fromEarly;
      }
      fromEarly = comesBefore || fromEarly == null ? next : fromEarly.previous;
      fromTail = fromTail.previous;
    }
    return fromTail;
  }

  void remove(P place) {
    P before = place.previous;
    P after = place.next;
    if (early == place) {
      early = before;
    }
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
    place.line = null;
  }
}
