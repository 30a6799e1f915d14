package io.millrace.bench.work;

import io.millrace.limit.RateLimiter;
import io.millrace.limit.spi.Party;
import io.millrace.limit.spi.Waiter;
import io.millrace.plan.RateLimit;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Items of some parties that wait at one limiter. Whoever gets a permit queues up again, so there are
 * always as many. Each party has one slot, which it uses while half of the parties get theirs; so about
 * half of them are put off when their turn comes.
 */
final class WaitingLine {
  private final OneTimerClock clock = new OneTimerClock();
  private final RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(1_000_000), clock);
  private final Queue<Member> busy = new ArrayDeque<>();
  private final int mostBusy;
  private long granted;

  WaitingLine(int items, int parties) {
    mostBusy = parties / 2;
    for (int i = 0; i < parties; i++) {
      Member member = new Member();
      for (int item = i; item < items; item += parties) {
        member.queueUp();
      }
    }
  }

  /** Grants so many permits. */
  void grant(int permits) {
    long end = granted + permits;
    while (granted < end) {
      clock.fire();
      while (busy.size() > mostBusy) {
        busy.remove().free();
      }
    }
  }

  private final class Member {
    private final Party party = RateLimiter.party();
    private boolean hasSlot = true;

    void queueUp() {
      limiter.queue().enqueue(limiter.queue().demand(null), new Item(this), party);
    }

    void free() {
      hasSlot = true;
      if (party.hasHeld()) {
        party.resume();
      }
    }
  }

  private final class Item implements Waiter {
    private final Member member;

    Item(Member member) {
      this.member = member;
    }

    @Override
    public Answer claim() {
      if (!member.hasSlot) {
        return Answer.HOLD;
      }
      member.hasSlot = false;
      return Answer.TAKE;
    }

    @Override
    public void granted() {
      granted++;
      busy.add(member);
      member.queueUp();
    }

    @Override
    public void declined() {
      throw new IllegalStateException("no item leaves");
    }
  }
}
