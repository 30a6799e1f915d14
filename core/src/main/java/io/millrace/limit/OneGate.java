package io.millrace.limit;

import org.jspecify.annotations.Nullable;

/** For a limit that is not per key. */
final class OneGate implements Gates {
  private final Gate gate;

  OneGate(Gate gate) {
    this.gate = gate;
  }

  @Override
  public Gate of(@Nullable Object key, long now) {
    return gate;
  }

  @Override
  public void holdUntil(long time, Turn turn) {
    gate.holdUntil(time, turn);
  }

  @Override
  public void trim(long now) {}

  @Override
  public int keys() {
    return 0;
  }
}
