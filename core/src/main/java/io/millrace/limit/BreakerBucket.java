package io.millrace.limit;

import io.millrace.plan.RateLimit.Breaker;
import io.millrace.plan.RateLimit.Breaker.Open;
import io.millrace.signal.ServerAnswer;
import java.util.BitSet;

/**
 * A circuit breaker: closed it grants everything; open, one probe a pause, until one succeeds.
 *
 * <p>closed --(enough of the last calls have failed)--> open --(a call that began since then succeeds)--> closed
 *
 * <p>Half-open is the time in which a probe may go, or goes. A probe has a pause's time for its answer, then the next one
 * may go: so a probe whose answer never comes does not keep the breaker open. An answer that is late still counts.
 */
final class BreakerBucket implements Bucket {
  /* After so many pauses in which nobody came, an open breaker may be forgotten. */
  private static final int PAUSES_KEPT = 10;

  private final Breaker breaker;
  private final long pause;
  private final int most;

  /* A ring of the last calls that count, which grows as they come: which of them failed. */
  private final BitSet failures = new BitSet();
  private int next;
  private int failed;
  private int seen;

  private boolean isOpen;

  /* When it opened, or closed, for the last time: calls that began before say nothing any more. */
  private long since;

  /* When the next probe may go; while closed, any time that has passed. */
  private long probeAt;

  /* The last probe, if it may still come back without having gone. */
  private long probedAt;
  private boolean hasProbed;

  private long heldUntil;
  private long lastAnswer;

  BreakerBucket(Breaker breaker, long start) {
    this.breaker = breaker;
    this.pause = Leaf.nanos(breaker.pause());
    this.most = Math.max(1, (int) Math.ceil(breaker.failures() * breaker.calls() - 1e-6));
    this.since = start;
    this.probeAt = start;
    this.heldUntil = start;
    this.lastAnswer = start;
  }

  private boolean fails() {
    return breaker.whenOpen() == Open.FAIL;
  }

  @Override
  public long availableAt(long cost) {
    return fails() ? heldUntil : Bucket.later(probeAt, heldUntil);
  }

  @Override
  public boolean refuses(long now) {
    return isOpen && fails() && probeAt - now > 0;
  }

  @Override
  public String toString() {
    return breaker.toString();
  }

  @Override
  public void take(long now, long cost, long dueAt) {
    if (isOpen && probeAt - now <= 0) {
      probedAt = now;
      hasProbed = true;
      probeAt = now + pause;
    }
  }

  @Override
  public void settle(long now, long takenAt, long excess) {}

  @Override
  public void giveBack(long now, long takenAt, long cost) {
    if (isOpen && hasProbed && takenAt == probedAt) {
      hasProbed = false;
      probeAt = now;
    }
  }

  @Override
  public void answered(long now, long takenAt, ServerAnswer answer, Turn turn) {
    lastAnswer = now;
    if (isOpen) {
      if (takenAt - since > 0) {
        probed(now, takenAt, answer.kind());
      }
    } else if (takenAt - since >= 0) {
      switch (answer.kind()) {
        case GRANTED -> note(false, now);
        case FAILED -> note(true, now);
        case REFUSED, UNKNOWN -> {}
      }
    }
  }

  private void probed(long now, long takenAt, ServerAnswer.Kind kind) {
    switch (kind) {
      case GRANTED, REFUSED -> close(now);
      case FAILED -> {
        hasProbed = false;
        probeAt = Bucket.later(probeAt, now + pause);
      }
      case UNKNOWN -> giveBack(now, takenAt, 1);
    }
  }

  private void close(long now) {
    isOpen = false;
    hasProbed = false;
    since = now;
    probeAt = now;
    failures.clear();
    next = 0;
    failed = 0;
    seen = 0;
  }

  private void note(boolean hasFailed, long now) {
    failed += (hasFailed ? 1 : 0) - (failures.get(next) ? 1 : 0);
    failures.set(next, hasFailed);
    next = (next + 1) % breaker.calls();
    seen = Math.min(breaker.calls(), seen + 1);
    if (seen == breaker.calls() && failed >= most) {
      isOpen = true;
      since = now;
      probeAt = now + pause;
    }
  }

  @Override
  public void holdUntil(long time) {
    heldUntil = Bucket.later(heldUntil, time);
  }

  @Override
  public boolean isIdle(long now) {
    return now - heldUntil >= 0
        && (isOpen ? (now - probeAt) / PAUSES_KEPT >= pause : now - lastAnswer >= pause);
  }
}
