package io.millrace.limit;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A gate for each key. When there are more than the limit remembers, gates that are as good as new
 * are dropped, the oldest first. A gate that was used since the last look at it gets a second
 * chance.
 *
 * <p>A gate that learns from answers is as good as new only until a call that has begun is answered. So it can be found, and
 * is taken up again with all it has learnt, for as long as somebody has a demand that went through it: the demand
 * keeps it, and nothing else does.
 */
final class KeyedGates implements Gates {
  /** No gate has the key, and these are all that have its hash code. */
  static final class Vacancy implements Spot {
    private final Key key;
    private final Entry @Nullable [] sameHash;

    private Vacancy(Key key, Entry @Nullable [] sameHash) {
      this.key = key;
      this.sameHash = sameHash;
    }
  }

  /** Where a gate is found; null once a dropped one is gone. */
  sealed interface Entry permits Gate, Dropped {
    @Nullable Gate gate();
  }

  private static final class Dropped extends WeakReference<Gate> implements Entry {
    private final int hash;

    Dropped(Gate gate, ReferenceQueue<Gate> gone) {
      super(gate, gone);
      this.hash = gate.hash();
    }

    @Override
    public @Nullable Gate gate() {
      return get();
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
  private final Map<Integer, Entry[]> byHash = new ConcurrentHashMap<>();
  /* In the order in which they were made or last got a second chance. */
  private final ArrayDeque<Gate> byAge = new ArrayDeque<>();
  /*
   * Whether a key needs no gate before it is paused or refused. Written under the lock by a pause of everybody, which
   * holds keys without a gate as well; a take that reads it before comes before the pause.
   */
  private volatile boolean isOpenAtFirst;
  /* Of those that have no gate; null if each has one. */
  private final @Nullable GrantedKeys granted;

  private final Set<Gate> awaited = new HashSet<>();
  /* Dropped gates of which nobody has a demand any more. */
  private final ReferenceQueue<Gate> gone = new ReferenceQueue<>();

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
    Entry[] sameHash = byHash.get(known.hash());
    if (sameHash != null) {
      for (Entry entry : sameHash) {
        Gate gate = entry.gate();
        if (gate != null && gate.isOf(known)) {
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
      case Gate gate -> gate.use() || takeUp(gate) ? gate : null;
      case Vacancy vacancy -> fill(vacancy, now);
    };
  }

  private @Nullable Gate fill(Vacancy vacancy, long now) {
    Key key = vacancy.key;
    Entry[] before = byHash.get(key.hash());
    if (before != vacancy.sameHash) {
      return null;
    }
    Gate gate = leaves.get().gate(turnstile, key, common, turnstile.startOfNew(now));
    if (granted != null && granted.contains(key)) {
      gate.hasGranted();
    }
    Entry[] after = before == null ? new Entry[1] : Arrays.copyOf(before, before.length + 1);
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
  public void added(Turn turn) {
    if (common != null) {
      common.added(turn);
      // who is refused waits neither for a permit of a key nor for the end of a pause
      if (common.refusing(turn.now()) != null) {
        List.copyOf(awaited).forEach(gate -> gate.added(turn));
      }
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
  public void answered(Gate gate) {
    if (gate.isDropped()) {
      takeUp(gate);
    }
  }

  /* False if it was dropped for good. */
  private boolean takeUp(Gate gate) {
    Entry[] sameHash = leaves.get().learningOfKey() ? byHash.get(gate.hash()) : null;
    if (sameHash == null) {
      return false;
    }
    for (Entry each : sameHash) {
      if (each.gate() == gate) {
        replace(each, gate, gate.hash());
        byAge.add(gate);
        gate.drop(false);
        return true;
      }
    }
    return false;
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
    for (int looks = 2 * LOOKS; looks > 0; looks--) {
      if (!(gone.poll() instanceof Dropped dropped)) {
        return;
      }
      replace(dropped, null, dropped.hash);
    }
  }

  private void drop(Gate gate) {
    gate.drop(true);
    Entry left = leaves.get().learningOfKey() ? new Dropped(gate, gone) : null;
    replace(gate, left, gate.hash());
  }

  /* Null in place of it if there is to be none. */
  private void replace(Entry old, @Nullable Entry other, int hash) {
    Entry[] rest =
        Arrays.stream(Objects.requireNonNull(byHash.get(hash)))
            .map(each -> each == old ? other : each)
            .filter(Objects::nonNull)
            .toArray(Entry[]::new);
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
  public void awaited(Gate gate, boolean isAwaited) {
    if (isAwaited) {
      awaited.add(gate);
    } else {
      awaited.remove(gate);
    }
  }

  @Override
  public List<Gate> awaited() {
    return List.copyOf(awaited);
  }
}
