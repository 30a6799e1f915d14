package io.millrace.engine;

import io.millrace.outcome.Outcome;
import org.jspecify.annotations.Nullable;

/** Hands each outcome to its item, in the thread that settled it, and keeps none. */
final class ToItems implements Sink {
  @Override
  @SuppressWarnings("ReferenceEquality") // WAITING is a mark
  public void settled(Claim claim) {
    @Nullable Object cell = claim.outcome(); // claims are of one item here
    if (cell != Ticket.WAITING) {
      hand((Outcome<?, ?>) cell);
    }
  }

  @Override
  public void writtenOff(Claim settled) {}

  @Override
  public void abandoned(Outcome<?, ?> outcome) {
    Staff.startVirtual(() -> hand(outcome)); // this may be the thread of all timers
  }

  private static void hand(@Nullable Outcome<?, ?> outcome) {
    if (outcome != null && outcome.item() instanceof Tuned item && !item.isTakenBack()) {
      item.deliver(outcome);
      Thread.interrupted(); // the item's listeners may have set the flag
    }
  }

  @Override
  public void leftBehind(Claim claim) {}

  @Override
  public long delivered(long settled) {
    return settled;
  }
}
