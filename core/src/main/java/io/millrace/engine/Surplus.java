package io.millrace.engine;

import io.millrace.engine.claim.Claim;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How many workers a run of single items may have, and what they work on while it has more, because the number of
 * slots was lowered.
 *
 * @param slots most workers at once
 * @param atWork who has which item; nobody while there are no more workers than slots
 */
public record Surplus(int slots, List<Hand> atWork) {
  /** A thread and the item that it works on. */
  public record Hand(Thread thread, @Nullable Object item) {}

  static Surplus none(int slots) {
    return new Surplus(slots, List.of());
  }

  static Surplus of(int slots, Roster roster) {
    List<Hand> atWork = new ArrayList<>();
    roster.forEach(
        worker -> {
          Claim claim = worker.claim;
          if (claim != null) {
            atWork.add(new Hand(worker.runningThread(), claim.item(0)));
          }
        });
    return new Surplus(slots, atWork);
  }
}
