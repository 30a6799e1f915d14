package io.millrace.engine.out;

import io.millrace.engine.claim.Claim;

/**
 * Hands outcomes to one consumer.
 *
 * <p>While the consumer is busy, a worker hands over a claim when it is through with it: telling of each outcome
 * would cost more than a cheap item does. A consumer that has taken everything is shown the claims that are being
 * worked on. A consumer that waits is told at once. So no finished outcome is held back: a consumer announces that it
 * waits, then looks; a worker stores an outcome, then looks for the announcement.
 */
public final class Outlet implements Sink {
  private final Wakeup wakeup;
  private final ClaimQueue claims = new ClaimQueue();
  private final Deliveries deliveries = new Deliveries();

  public Outlet(Wakeup wakeup) {
    this.wakeup = wakeup;
  }

  public ClaimQueue claims() {
    return claims;
  }

  public Deliveries deliveries() {
    return deliveries;
  }

  @Override
  public void settled(Claim claim) {
    if ((!claim.hasItem() || wakeup.isAwaited() || claim.tellsEach()) && claim.enqueue()) {
      claims.add(claim);
      wakeup.signal();
    }
  }

  @Override
  public void givenBack(Claim claim) {
    show(claim);
  }

  @Override
  public void show(Claim claim) {
    if (claim.hasUndelivered() && claim.enqueue()) {
      claims.add(claim);
    }
  }

  @Override
  public void drop() {
    claims.takeAll();
  }

  /*
   * A consumer that waits has taken all it can, and counted that. In this order: it takes claims only after it has
   * ceased to wait.
   */
  @Override
  public boolean mayMakeRoom() {
    return !claims.isEmpty() || !wakeup.isAwaited();
  }

  @Override
  public long delivered(long settled) {
    return deliveries.delivered();
  }
}
