package io.millrace.engine;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.claim.ClaimChain;
import io.millrace.engine.claim.SecondCall;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.claim.TicketChain;
import io.millrace.engine.out.Sink;
import io.millrace.engine.terms.Tuned;
import io.millrace.engine.wait.DueTimes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Admitted items that nobody works on. Used under the run's lock. */
final class Backlog {
  /** A claim that was handed out longer ago than that does not progress as claims do. */
  static final long LATE_NANOS = 100_000;

  /** The most items that one turn at the lock makes ready because they are due, or takes permits from. */
  private static final int MOST_AT_ONCE = 256;

  /** Items that waited, and may go on; these hold no permits. */
  private final TicketChain ready = new TicketChain();

  /** Those of them whose time ends, perhaps before a worker has time for them. */
  private final DueTimes ending = new DueTimes();

  /** Whether one of them ends before all others, and nobody was told of that. */
  private boolean endsSooner;

  /** Items that have got their permits, each with a slot. */
  private final Queue<Ticket> granted = new ArrayDeque<>();

  /** Items whose permits are being given back, because they may not begin. */
  private final Set<Ticket> returning = new LinkedHashSet<>();

  /** Items that only have to be settled: they were abandoned, or withdrawn, or their time is up. That takes no slot. */
  private final Queue<Ticket> condemned = new ArrayDeque<>();

  /** Fresh items whose reader or worker could not run them. */
  private final Queue<Claim> returned =
      new PriorityQueue<>((one, other) -> Long.compare(one.firstIndex(), other.firstIndex()));

  /** Items that wait for their due time. */
  private final DueTimes delayed = new DueTimes();

  /** Claims of several items that workers have; those that have more than the one at hand are stolen from. */
  private final ClaimChain shared = new ClaimChain();

  /** The same claims, while they may hold outcomes that the consumer has not been told of. */
  private final ClaimChain unseen = new ClaimChain();

  /** Calls that take long, and may be made a second time. */
  private final Queue<HedgedCall> hedges = new ArrayDeque<>();

  /** What is being read without the lock; null if nothing is. */
  private @Nullable Claim loading;

  private boolean ended;

  /** The run has ended: nothing waits for its time any more. */
  void end() {
    ended = true;
  }

  /** An item need not wait any more; look at {@link #soonerEnd} before the lock is let go. */
  void addReady(Ticket ticket) {
    if (ticket.needsNoCall() || Tuned.isWithdrawn(ticket.item)) {
      condemned.add(ticket);
    } else if (ticket.isGranted) {
      granted.add(ticket);
    } else {
      ready.add(ticket);
      if (ticket.endNanos != Long.MAX_VALUE && !ended) {
        ticket.dueNanos = ticket.endNanos;
        endsSooner |= ending.add(ticket);
      }
    }
  }

  /** When to look whether what waits for a worker is over, if that is sooner than it was; otherwise null. */
  @Nullable Long soonerEnd() {
    boolean isSooner = endsSooner;
    endsSooner = false;
    Ticket first = isSooner ? ending.first() : null;
    return first == null ? null : first.dueNanos;
  }

  boolean hasGranted() {
    return !granted.isEmpty();
  }

  /**
   * Takes out items that have got their permits, with which nobody goes on before {@link #returned}. There may be
   * more.
   */
  List<Ticket> takeGranted() {
    List<Ticket> some = new ArrayList<>();
    Ticket next = granted.poll();
    while (next != null) {
      returning.add(next);
      some.add(next);
      next = some.size() < MOST_AT_ONCE ? granted.poll() : null;
    }
    return some;
  }

  /** An item has given back its permits. */
  void returned(Ticket ticket) {
    returning.remove(ticket);
    ticket.isGranted = false;
    addReady(ticket);
  }

  /** A call may be made a second time, unless that was dropped meanwhile. */
  void addHedge(HedgedCall second) {
    if (second.state() == SecondCall.State.OFFERED) {
      hedges.add(second);
    }
  }

  void removeHedge(HedgedCall second) {
    hedges.remove(second);
  }

  boolean hasHedges() {
    return !hedges.isEmpty();
  }

  /** Stands for the next call that is to be made a second time; only if there is one. */
  Claim takeHedge() {
    HedgedCall second = hedges.remove();
    Ticket ticket = new Ticket(second.index, second.item);
    ticket.hedge = second;
    return Claim.of(ticket);
  }

  void addReturned(Claim claim) {
    returned.add(claim);
  }

  boolean hasReady() {
    return hasGranted() || !ready.isEmpty() || hasCondemned() || (ended && !delayed.isEmpty());
  }

  /** How many items wait for their due time. */
  int delayed() {
    return delayed.size();
  }

  boolean hasCondemned() {
    return !condemned.isEmpty();
  }

  /** The first of the items whose reader or worker could not run them; null if there are none. */
  @Nullable Claim returned() {
    return returned.peek();
  }

  /** Items that may go on, and bring options along. */
  List<Tuned> readyItems() {
    List<Ticket> all = new ArrayList<>(granted);
    all.addAll(returning);
    ready.addTo(all);
    return all.stream()
        .map(ticket -> ticket.item)
        .filter(Tuned.class::isInstance)
        .map(Tuned.class::cast)
        .toList();
  }

  /** The next item that may go on; only if there is one. */
  Ticket takeReady() {
    Ticket next = condemned.poll();
    if (next == null) {
      next = granted.poll();
    }
    if (next == null) {
      next = ready.poll();
      if (next != null) {
        ending.remove(next);
      }
    }
    if (next == null) {
      next = delayed.takeAny();
    }
    next.isGranted = false;
    return next;
  }

  Ticket takeCondemned() {
    return condemned.remove();
  }

  Claim takeReturned() {
    return returned.remove();
  }

  /** An item waits for its due time; returns whether it is due before all others. */
  boolean delay(Ticket ticket) {
    return delayed.add(ticket);
  }

  /** Nobody wants an item any more: false if it waits neither for its due time nor for a worker. */
  boolean withdraw(Ticket ticket) {
    if (ready.remove(ticket)) {
      ending.remove(ticket);
    } else if (!delayed.remove(ticket)) {
      return false;
    }
    condemned.add(ticket);
    return true;
  }

  /**
   * Makes due items ready, and condemns those whose time is up while they wait for a worker; not all at once if they
   * are many. Returns when to go on, or null for never.
   */
  @Nullable Long wakeDue(long nowNanos) {
    for (int woken = 0; woken < MOST_AT_ONCE; woken++) {
      Ticket due = due(delayed, nowNanos);
      Ticket over = due == null ? due(ending, nowNanos) : null;
      if (due != null) {
        addReady(due);
      } else if (over != null) {
        ready.remove(over);
        over.isOver = true;
        condemned.add(over);
      } else {
        endsSooner = false;
        return earliest(delayed.first(), ending.first());
      }
    }
    return nowNanos;
  }

  /** Takes the first one out if it is due; otherwise null. */
  private static @Nullable Ticket due(DueTimes times, long nowNanos) {
    Ticket first = times.first();
    return first != null && first.dueNanos - nowNanos <= 0 && times.remove(first) ? first : null;
  }

  private static @Nullable Long earliest(@Nullable Ticket one, @Nullable Ticket other) {
    if (one == null || (other != null && other.dueNanos - one.dueNanos < 0)) {
      return other == null ? null : other.dueNanos;
    }
    return one.dueNanos;
  }

  /** A worker has a claim: if it is of several items, others may take some, and the consumer may look. */
  void handOut(Claim claim) {
    if (claim.hasMore()) {
      shared.add(claim.stealing);
    }
    if (claim.loaded() > 1) {
      unseen.add(claim.looking);
    }
  }

  /** A claim is given back. */
  void giveBack(Claim claim) {
    shared.remove(claim.stealing);
    unseen.remove(claim.looking);
  }

  /** Items are read into this claim, and can be taken from it; null when that is over. */
  void load(@Nullable Claim claim) {
    loading = claim;
  }

  /** The oldest claim that has something to steal; null if none has. */
  @Nullable Claim stealable() {
    ClaimChain.Link oldest = shared.first();
    while (oldest != null && !oldest.claim.hasMore()) {
      shared.remove(oldest); // for good: only what is being read gets more
      oldest = shared.first();
    }
    if (oldest != null) {
      return oldest.claim;
    }
    Claim read = loading;
    return read != null && read.hasMore() ? read : null;
  }

  static boolean isLate(Claim claim, long nowNanos) {
    return nowNanos - claim.handedNanos > LATE_NANOS;
  }

  /**
   * Shows the consumer claims in which items were finished that it has not heard of. A claim that is busy
   * with one item for long is shown once; from then on its owner reports each outcome.
   */
  void showUnseen(long nowNanos, Sink sink) {
    ClaimChain.Link link = unseen.first();
    while (link != null) {
      ClaimChain.Link next = ClaimChain.after(link);
      if (link.claim.isBusySince(nowNanos - LATE_NANOS)) {
        link.claim.tellEach(); // before the look: its owner finishes, then looks at this
        unseen.remove(link);
      }
      sink.show(link.claim);
      link = next;
    }
  }
}
