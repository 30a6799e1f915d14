package io.millrace.limit;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A gate for each key. When there are more than the limit remembers, gates that are as good as new
 * are dropped, the oldest first. A gate that was used since the last look at it gets a second
 * chance.
 */
final class KeyedGates implements Gates {
  /** No gate has the key, and these are all that have its hash code. */
  static final class Vacancy implements Spot {
    private final Key key;
    private final Gate @Nullable [] sameHash;

    private Vacancy(Key key, Gate @Nullable [] sameHash) {
      this.key = key;
      this.sameHash = sameHash;
    }
  }

  /* How many gates one call looks at, so that it takes the same time however many there are. */
  private static final int LOOKS = 4;

  /* Those of now, under the limiter's lock. */
  private final Supplier<Leaves> leaves;
  private final @Nullable CommonGate common;
  private final Turnstile turnstile;
  /*
   * By hash code. An array never changes, so a search needs no lock: who comes with its result finds out
   * by the array's identity whether a gate was added or dropped meanwhile. Written under the lock.
   */
  private final Map<Integer, Gate[]> byHash = new ConcurrentHashMap<>();
  /* In the order in which they were made or last got a second chance. */
  private final ArrayDeque<Gate> byAge = new ArrayDeque<>();
  /*
   * Whether a key needs no gate before it is paused or refused. Written under the lock by a pause of everybody, which
   * holds keys without a gate as well; a take that reads it before comes before the pause.
   */
  private volatile boolean isOpenAtFirst;
  /* Of those that have no gate; null if each has one. */
  private final @Nullable GrantedKeys granted;

  KeyedGates(Supplier<Leaves> leaves, Turnstile turnstile, long start) {
    this.leaves = leaves;
    this.common = leaves.get().common(turnstile, start);
    this.turnstile = turnstile;
    this.isOpenAtFirst = common == null && leaves.get().areOpenAtFirst();
    this.granted = isOpenAtFirst ? new GrantedKeys() : null;
  }

  @Override
  public Spot search(@Nullable Key key) {
    Key known = Objects.requireNonNull(key);
    Gate[] sameHash = byHash.get(known.hash());
    if (sameHash != null) {
      for (Gate gate : sameHash) {
        if (gate.isOf(known)) {
          return gate;
        }
      }
    }
    return new Vacancy(known, sameHash);
  }

  @Override
  public boolean isOpen(@Nullable Key key) {
    return isOpenAtFirst && search(key) instanceof Vacancy;
  }

  @Override
  public void granted(@Nullable Key key) {
    if (granted != null && key != null) {
      granted.add(key);
    }
  }

  @Override
  public @Nullable Gate at(Spot spot, long now) {
    return switch (spot) {
      case Gate gate -> gate.use() ? gate : null;
      case Vacancy vacancy -> fill(vacancy, now);
    };
  }

  private @Nullable Gate fill(Vacancy vacancy, long now) {
    Key key = vacancy.key;
    Gate[] before = byHash.get(key.hash());
    if (before != vacancy.sameHash) {
      return null;
    }
    Gate gate = leaves.get().gate(turnstile, key, common, turnstile.startOfNew(now));
    if (granted != null && granted.contains(key)) {
      gate.hasGranted();
    }
    Gate[] after = before == null ? new Gate[1] : Arrays.copyOf(before, before.length + 1);
    after[after.length - 1] = gate;
    byHash.put(key.hash(), after);
    byAge.add(gate);
    return gate;
  }

  /* Each gate finds out when somebody comes to it, or its alarm rings. */
  @Override
  public void paused(Turn turn) {
    isOpenAtFirst = false;
    if (common != null) {
      common.paused(turn);
    }
  }

  @Override
  public List<Gate> change(Leaves leaves, Turn turn) {
    if (common != null) {
      common.change(leaves, turn);
    }
    return List.copyOf(byAge);
  }

  @Override
  public void trim(long now) {
    int idleKeys = leaves.get().idleKeys();
    for (int looks = LOOKS; byAge.size() > idleKeys && looks > 0; looks--) {
      Gate oldest = byAge.remove();
      if (oldest.wasUsed() || !oldest.isIdle(now)) {
        byAge.add(oldest);
      } else {
        drop(oldest);
      }
    }
  }

  private void drop(Gate gate) {
    int hash = gate.drop();
    Gate[] rest =
        Arrays.stream(Objects.requireNonNull(byHash.get(hash)))
            .filter(each -> each != gate)
            .toArray(Gate[]::new);
    if (rest.length == 0) {
      byHash.remove(hash);
    } else {
      byHash.put(hash, rest);
    }
  }

  @Override
  public int keys() {
    return byAge.size();
  }

  @Override
  public int waiters() {
    return byAge.stream().mapToInt(Gate::waiters).sum();
  }

  @Override
  public int pausedWaiters(long now) {
    return byAge.stream().mapToInt(gate -> gate.pausedWaiters(now)).sum();
  }
}
