package io.millrace.engine.out;

import io.millrace.engine.claim.Claim;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Claims on their way to the consumer: many threads add, one takes them all at once. They are linked by
 * {@link Claim#next}, so a claim is in here at most once.
 *
 * <p>Adding is one compare-and-set. In a queue with a head and a tail, each claim would move three cache
 * lines between the processors; here it moves one, which nobody else writes to.
 */
public final class ClaimQueue {
  /* References in 128 bytes or more: processors fetch lines in pairs. */
  private static final int PADDING = 32;

  /* The claim that was added last, with padding on either side. */
  private final AtomicReferenceArray<@Nullable Claim> newest =
      new AtomicReferenceArray<>(2 * PADDING + 1);

  /** Adds a claim; only by whom {@link Claim#enqueue} has told to do so. */
  public void add(Claim claim) {
    do {
      claim.next = newest.get(PADDING);
    } while (!newest.compareAndSet(PADDING, claim.next, claim));
  }

  public boolean isEmpty() {
    return newest.get(PADDING) == null;
  }

  /** Takes all claims; returns the one that was added first, null if there is none. */
  public @Nullable Claim takeAll() {
    Claim last = isEmpty() ? null : newest.getAndSet(PADDING, null);
    Claim first = null;
    while (last != null) {
      Claim before = last.next;
      last.next = first;
      first = last;
      last = before;
    }
    return first;
  }
}
