package io.millrace.limit;

import io.millrace.base.ShortLock;
import io.millrace.limit.spi.Party;
import io.millrace.limit.spi.Waiter;
import java.util.ArrayList;
import java.util.List;

/** A party with a number of slots, and a note of what became of its waiters, by name. */
final class Guest {
  private final Party party = RateLimiter.party();
  private final List<String> served = new ArrayList<>();
  private final List<String> asked = new ArrayList<>();
  private final List<String> declined = new ArrayList<>();
  private int slots;

  Guest(int slots) {
    this.slots = slots;
  }

  Party party() {
    return party;
  }

  /** A slot becomes free. */
  void free() {
    slots++;
    party.resume();
  }

  /** A waiter that takes its permits together with a slot. */
  Waiter named(String name) {
    return new Waiter() {
      @Override
      public Answer claim() {
        asked.add(name);
        if (slots == 0) {
          return Answer.HOLD;
        }
        slots--;
        return Answer.TAKE;
      }

      @Override
      public void granted() {
        checkNoLock();
        served.add(name);
      }

      @Override
      public void declined() {
        checkNoLock();
        declined.add(name);
      }
    };
  }

  private static void checkNoLock() {
    if (ShortLock.heldByCurrentThread()) {
      throw new AssertionError("called under a lock");
    }
  }

  List<String> served() {
    return served;
  }

  List<String> asked() {
    return asked;
  }

  List<String> declined() {
    return declined;
  }
}
