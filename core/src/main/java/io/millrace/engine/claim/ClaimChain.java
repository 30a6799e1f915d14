package io.millrace.engine.claim;

import org.jspecify.annotations.Nullable;

/**
 * Claims in the order in which they came. Any of them can leave in constant time. Guarded by the run's
 * lock.
 */
public final class ClaimChain {
  private @Nullable Link first;
  private @Nullable Link last;

  /** A claim's place in one chain. */
  public static final class Link {
    public final Claim claim;
    private @Nullable Link previous;
    private @Nullable Link next;
    private boolean linked;

    Link(Claim claim) {
      this.claim = claim;
    }
  }

  public @Nullable Link first() {
    return first;
  }

  public static @Nullable Link after(Link link) {
    return link.next;
  }

  /** Adds a claim at the end, unless it is in the chain already. */
  public void add(@Nullable Link link) {
    if (link == null || link.linked) {
      return;
    }
    link.linked = true;
    link.previous = last;
    if (last == null) {
      first = link;
    } else {
      last.next = link;
    }
    last = link;
  }

  /** Takes a claim out; does nothing if it is not in the chain. */
  public void remove(@Nullable Link link) {
    if (link == null || !link.linked) {
      return;
    }
    Link before = link.previous;
    Link after = link.next;
    if (before == null) {
      first = after;
    } else {
      before.next = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.previous = before;
    }
    link.linked = false;
    link.previous = null;
    link.next = null;
  }
}
