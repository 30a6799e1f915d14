package io.millrace.engine.out;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.terms.Tuned;
import io.millrace.engine.thread.Deputies;
import io.millrace.engine.thread.Mishaps;
import io.millrace.outcome.Outcome;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Hands each outcome to its item, in the thread that settled it, and keeps none. */
public final class ToItems implements Sink {
  private static final Deputies TELLING = new Deputies();

  /* The run does not end before these threads are through. */
  private final Set<Thread> telling = ConcurrentHashMap.newKeySet(2);

  @Override
  @SuppressWarnings("ReferenceEquality") // WAITING is a mark
  public void settled(Claim claim) {
    @Nullable Object cell = claim.outcome(); // claims are of one item here
    if (cell != Ticket.WAITING) {
      hand((Outcome<?, ?>) cell);
    }
  }

  /* This may be the thread of all timers, and there may be no carrier for a virtual one. */
  @Override
  public void abandoned(Outcome<?, ?> outcome, Runnable told) {
    TELLING.run(() -> tell(outcome, told));
  }

  private void tell(Outcome<?, ?> outcome, Runnable told) {
    try {
      telling.add(Thread.currentThread());
    } finally { // for which there may be no memory
      try {
        hand(outcome);
      } finally {
        telling.remove(Thread.currentThread());
        told.run();
      }
    }
  }

  /** Whether this thread tells an item that it was abandoned. */
  public boolean isTelling(Thread thread) {
    return telling.contains(thread);
  }

  @Override
  public boolean tellsAbandoned() {
    return true;
  }

  /* A future's dependents may throw anything, and may set the flag: nobody else must see that. */
  private static void hand(@Nullable Outcome<?, ?> outcome) {
    if (outcome != null && outcome.item() instanceof Tuned item && !item.isTakenBack()) {
      Mishaps.survive(() -> item.deliver(outcome));
      Thread.interrupted();
    }
  }

  @Override
  public void givenBack(Claim claim) {}

  @Override
  public long delivered(long settled) {
    return settled;
  }
}
