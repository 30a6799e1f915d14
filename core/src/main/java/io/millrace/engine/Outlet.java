package io.millrace.engine;

import org.jspecify.annotations.Nullable;

/**
 * Hands outcomes to one consumer.
 *
 * <p>While the consumer is busy, a worker hands over a claim when it is through with it: telling of each
 * outcome would cost more than a cheap item does. A consumer that runs dry looks into the claims that are
 * being worked on. One that waits is told at once. So no finished outcome is held back: a consumer
 * announces that it waits, then looks; a worker stores an outcome, then looks for the announcement.
 */
final class Outlet implements Sink {
  private final Wakeup wakeup;
  private final ClaimQueue claims = new ClaimQueue();
  private final Deliveries deliveries = new Deliveries();
  private final Taker taker;

  Outlet(Engine engine, @Nullable Reorder reorder) {
    this.wakeup = engine.wakeup;
    this.taker = new Taker(engine, reorder, claims, deliveries);
  }

  /** What the consumer takes outcomes with. */
  Taker taker() {
    return taker;
  }

  @Override
  public void settled(Claim claim) {
    if (!claim.hasItem() || wakeup.isAwaited()) {
      leftBehind(claim);
    }
  }

  @Override
  public void leftBehind(Claim claim) {
    if (claim.enqueue()) {
      claims.add(claim);
      wakeup.signal();
    }
  }

  @Override
  public long delivered(long settled) {
    return deliveries.delivered();
  }

  /** How many outcomes of items that ran were handed out. */
  long done() {
    return deliveries.done();
  }
}
