package io.millrace.limit;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** For a limit that is not per key. */
final class OneGate implements Gates {
  private final Gate gate;
  private final @Nullable ShortWay shortWay;

  OneGate(Gate gate) {
    this(gate, gate.shortWay());
  }

  /** Without a way past the lock. */
  static OneGate locked(Gate gate) {
    return new OneGate(gate, null);
  }

  private OneGate(Gate gate, @Nullable ShortWay shortWay) {
    this.gate = gate;
    this.shortWay = shortWay;
  }

  @Override
  public @Nullable ShortWay shortWay() {
    return shortWay;
  }

  @Override
  public Spot search(@Nullable Key key) {
    return gate;
  }

  @Override
  public boolean isOpen(@Nullable Key key) {
    return false;
  }

  @Override
  public void granted(@Nullable Key key) {}

  @Override
  public Gate at(Spot spot, long now) {
    return gate;
  }

  @Override
  public void paused(Turn turn) {
    gate.paused(turn);
  }

  @Override
  public void added(Turn turn) {
    gate.added(turn);
  }

  @Override
  public List<Gate> change(Leaves leaves, Turn turn) {
    gate.change(leaves, turn);
    return List.of();
  }

  @Override
  public void answered(Gate answered) {}

  @Override
  public void trim(long now) {}

  @Override
  public int keys() {
    return 0;
  }

  @Override
  public void awaited(Gate itself, boolean isAwaited) {}

  @Override
  public List<Gate> awaited() {
    return List.of(gate);
  }
}
