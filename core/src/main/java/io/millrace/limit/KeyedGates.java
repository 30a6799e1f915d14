package io.millrace.limit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A gate for each key. Of the gates that are as good as new, the least recently used are dropped when
 * there are more than enough. Keys' {@code hashCode} and {@code equals} run under the limiter's lock.
 */
final class KeyedGates implements Gates {
  /* Gates in use that one call passes over, so that it takes the same time however many there are. */
  private static final int LOOKS = 4;

  private final Leaves leaves;
  private final int idleKeys;
  private final LinkedHashMap<Object, Gate> gates = new LinkedHashMap<>(16, 0.75f, true);
  /* The furthest end of a pause of everybody; null if there was none. */
  private @Nullable Long heldUntil;

  KeyedGates(Leaves leaves, int idleKeys) {
    this.leaves = leaves;
    this.idleKeys = idleKeys;
  }

  @Override
  public Gate of(@Nullable Object key, long now) {
    Object known = Objects.requireNonNull(key);
    Gate gate = gates.get(known);
    if (gate == null) {
      gate = start(now);
      gates.put(known, gate);
    }
    return gate;
  }

  /* A gate that is made after a pause stands where it would stand if it had been there. */
  private Gate start(long now) {
    if (heldUntil == null) {
      return leaves.gate(now);
    }
    Gate gate = leaves.gate(Bucket.earlier(now, heldUntil));
    gate.holdUntil(heldUntil);
    return gate;
  }

  @Override
  public void holdUntil(long time, Turn turn) {
    heldUntil = heldUntil == null ? time : Bucket.later(heldUntil, time);
    for (Gate gate : gates.values()) {
      gate.holdUntil(time, turn);
    }
  }

  @Override
  public void trim(long now) {
    int looks = LOOKS;
    while (gates.size() > idleKeys && looks > 0) {
      Map.Entry<Object, Gate> eldest = gates.firstEntry();
      if (eldest.getValue().isIdle(now)) {
        gates.pollFirstEntry();
      } else {
        gates.get(eldest.getKey()); // makes it the youngest, so that it does not hide the others
        looks--;
      }
    }
  }

  @Override
  public int keys() {
    return gates.size();
  }
}
