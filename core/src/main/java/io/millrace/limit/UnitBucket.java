package io.millrace.limit;

import io.millrace.signal.DeclaredLimit;
import io.millrace.signal.DeclaredLimit.Unit;
import io.millrace.signal.ServerAnswer;
import io.millrace.signal.ServerAnswer.Kind;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a server declares of one unit, possibly by the minute and by the day: the slowest decides. */
final class UnitBucket implements Bucket {
  /* Nobody declares more; names that change with each answer take no memory. */
  private static final int MOST_WINDOWS = 8;
  private static final double MEMORY = 0.9;
  private static final double LEAST_RATIO = 0.01;

  /* If nothing is left, the one that is reset later. */
  private static final Comparator<DeclaredLimit> STRICTER_FIRST =
      Comparator.comparingDouble(UnitBucket::pace)
          .thenComparing(
              limit -> limit.resetsIn().orElse(Duration.ZERO), Comparator.reverseOrder());

  private final Unit unit;
  /* Between any two attempts. */
  private final long leastGap;
  private final long longestWait;
  private final TakenLog log = new TakenLog();
  private final Map<String, DeclaredWindow> windows = new LinkedHashMap<>();
  private long slot;
  private long slotBefore;
  private long lastCost;
  private long costBefore;
  private long heldUntil;
  private long usedAt;
  private boolean isUsed;
  private boolean wasUsed;
  /* When the last attempt was due, and the one before it, also if it took nothing. */
  private long startedAt;
  private long startedBefore;
  private long lastTakenAt;
  private boolean hasStarted;
  private boolean hadStarted;
  /* What attempts take by their estimates, and how much of that is given back; means that fade. */
  private double meanCost;
  private double meanExcess;

  UnitBucket(Unit unit, long leastGap, long longestWait, long start) {
    this.unit = unit;
    this.leastGap = leastGap;
    this.longestWait = longestWait;
    this.heldUntil = start;
    this.usedAt = start;
  }

  @Override
  public long availableAt(long cost) {
    long free = hasStarted ? Bucket.later(heldUntil, startedAt + leastGap) : heldUntil;
    if (!isUsed || cost == 0) {
      return free;
    }
    long declared = slot;
    for (DeclaredWindow window : windows.values()) {
      declared = Bucket.later(declared, window.availableAt(slot, lastCost, cost));
    }
    long obeyed = Bucket.earlier(declared, usedAt + longestWait);
    return Bucket.later(free, obeyed);
  }

  @Override
  public void take(long now, long cost, long dueAt) {
    // of several that a late alarm lets go, each has a slot of its own
    long due = Bucket.later(dueAt, Bucket.earlier(availableAt(cost), now));
    due = Bucket.later(Bucket.later(due, now - LevelBucket.LATENESS), heldUntil);
    startedBefore = startedAt;
    hadStarted = hasStarted;
    startedAt = due;
    lastTakenAt = now;
    hasStarted = true;
    if (cost == 0) {
      return;
    }
    for (DeclaredWindow window : windows.values()) {
      window.take(due, cost);
    }
    log.add(now, cost);
    slotBefore = slot;
    costBefore = lastCost;
    wasUsed = isUsed;
    slot = due;
    lastCost = cost;
    usedAt = now;
    isUsed = true;
    meanCost = meanCost == 0 ? cost : MEMORY * meanCost + (1 - MEMORY) * cost;
  }

  @Override
  public void settle(long now, long takenAt, long excess) {
    meanExcess = MEMORY * meanExcess + (1 - MEMORY) * excess;
    change(takenAt, -excess);
  }

  @Override
  public void giveBack(long now, long takenAt, long cost) {
    if (takenAt == lastTakenAt) {
      startedAt = startedBefore;
      hasStarted = hadStarted;
    }
    if (takenAt == usedAt && cost > 0) {
      slot = slotBefore;
      lastCost = costBefore;
      isUsed = wasUsed;
    }
    change(takenAt, -cost);
  }

  private void change(long takenAt, long difference) {
    log.change(takenAt, difference);
    for (DeclaredWindow window : windows.values()) {
      window.change(takenAt, difference);
    }
  }

  @Override
  public void holdUntil(long time) {
    heldUntil = Bucket.later(heldUntil, time);
  }

  @Override
  public void answered(long now, long takenAt, ServerAnswer answer, Turn turn) {
    List<DeclaredLimit> said =
        answer.signals().limits().stream().filter(limit -> limit.unit() == unit).toList();
    if (answer.kind() == Kind.GRANTED || answer.kind() == Kind.REFUSED) {
      windows
          .entrySet()
          .removeIf(
              window ->
                  window.getValue().endsWithout(takenAt)
                      && said.stream().noneMatch(limit -> limit.name().equals(window.getKey())));
    }
    strictest(said).forEach(limit -> heed(now, takenAt, limit));
    forget(takenAt);
  }

  /* Of two limits of one name the stricter one counts. */
  private static Collection<DeclaredLimit> strictest(List<DeclaredLimit> said) {
    if (said.size() < 2) {
      return said;
    }
    Map<String, DeclaredLimit> byName = new LinkedHashMap<>();
    for (DeclaredLimit limit : said) {
      byName.merge(
          limit.name(),
          limit,
          (one, other) -> STRICTER_FIRST.compare(one, other) <= 0 ? one : other);
    }
    return byName.values();
  }

  /* How much may be taken a second until the reset; as much as one likes of what does not say what is left. */
  private static double pace(DeclaredLimit limit) {
    if (limit.remaining().isEmpty()) {
      return Double.POSITIVE_INFINITY;
    }
    Duration rest = limit.resetsIn().or(limit::window).orElse(Duration.ZERO);
    return limit.remaining().getAsLong() / Math.max(1e-3, Leaf.nanos(rest) / 1e9);
  }

  private void heed(long now, long takenAt, DeclaredLimit limit) {
    DeclaredWindow window = windows.get(limit.name());
    if (window == null && windows.size() < MOST_WINDOWS) {
      window = new DeclaredWindow(log);
      windows.put(limit.name(), window);
    }
    if (window != null && window.isNews(takenAt)) {
      window.heed(now, takenAt, limit, leastShare());
    }
  }

  /* Earlier attempts than that whose answer was heeded count no more. */
  private void forget(long takenAt) {
    long needed = takenAt;
    for (DeclaredWindow window : windows.values()) {
      needed = Bucket.earlier(needed, window.heededAt());
    }
    log.dropUntil(needed);
  }

  private double leastShare() {
    return meanCost == 0 ? 1 : Math.clamp(1 - meanExcess / meanCost, LEAST_RATIO, 1);
  }

  /** Whether something that is declared says when attempts may start. */
  boolean isPacing() {
    for (DeclaredWindow window : windows.values()) {
      if (window.isPacing()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean isIdle(long now) {
    if (heldUntil - now > 0 || (hasStarted && startedAt + leastGap - now > 0)) {
      return false;
    }
    for (DeclaredWindow window : windows.values()) {
      if (!window.isOver(now)) {
        return now - usedAt > longestWait;
      }
    }
    return true;
  }
}
