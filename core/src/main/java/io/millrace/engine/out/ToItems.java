package io.millrace.engine.out;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.terms.Tuned;
import io.millrace.engine.thread.Deputies;
import io.millrace.engine.thread.Mishaps;
import io.millrace.outcome.Outcome;
import org.jspecify.annotations.Nullable;

/** Hands each outcome to its item, in the thread that settled it, and keeps none. */
public final class ToItems implements Sink {
  private static final Deputies TELLING = new Deputies();

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
    TELLING.run(
        () -> {
          hand(outcome);
          told.run();
        });
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
