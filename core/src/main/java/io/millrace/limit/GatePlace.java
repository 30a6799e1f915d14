package io.millrace.limit;

import io.millrace.limit.spi.Waiter;

/** A place in the queue of a rate limiter's gate. */
final class GatePlace extends Place<GatePlace> {
  private final Gate gate;
  private final RateDemand demand;
  /* The demand's, which need not be looked at before its turn. */
  private final long[] costs;

  GatePlace(Gate gate, RateDemand demand, Waiter waiter) {
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

  RateDemand demand() {
    return demand;
  }
}
