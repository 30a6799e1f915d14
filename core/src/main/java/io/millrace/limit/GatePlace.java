package io.millrace.limit;

/** A place in the queue of a rate limiter's gate. */
final class GatePlace extends Place<GatePlace> {
  private final Turnstile turnstile;
  private final Gate gate;
  private final Demand demand;

  GatePlace(Turnstile turnstile, Gate gate, Demand demand, Waiter waiter) {
    super(waiter);
    this.turnstile = turnstile;
    this.gate = gate;
    this.demand = demand;
  }

  @Override
  public boolean cancel() {
    return turnstile.cancel(this);
  }

  Gate gate() {
    return gate;
  }

  Demand demand() {
    return demand;
  }
}
