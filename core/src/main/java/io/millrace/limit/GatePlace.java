package io.millrace.limit;

/** A place in the queue of a rate limiter's gate. */
final class GatePlace extends Place<GatePlace> {
  private final Gate gate;
  private final Demand demand;
  /* The demand's, which need not be looked at before its turn. */
  private final long[] costs;

  GatePlace(Gate gate, Demand demand, Waiter waiter) {
    super(waiter);
    this.gate = gate;
    this.demand = demand;
    this.costs = demand.costs();
  }

  @Override
  public boolean cancel() {
    return gate.turnstile().cancel(this);
  }

  Gate gate() {
    return gate;
  }

  long[] costs() {
    return costs;
  }

  Demand demand() {
    return demand;
  }
}
