package io.millrace.limit;

import io.millrace.signal.DeclaredLimit;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One limit that a server declares: what remains of it is spread over the time until its reset. Pure arithmetic without lock
 * or clock; the limiter's lock guards it.
 *
 * <p>What remains is what the last answer said, less all that was taken after its attempt was. Of several answers,
 * that to the attempt that was taken last counts, in whatever order they come. An answer says its reset as a time from
 * when the server wrote it, which was between the take and now.
 */
final class DeclaredWindow {
  /* Resets are said in whole seconds, rounded up or down, and clocks differ a little. */
  private static final long ROUNDING = 1_000_000_000L;
  private static final double MOST_OF_LENGTH_FOR_ROUNDING = 0.05;
  private static final long TOLERANCE = 1_200_000_000L;
  /* Of a shorter window whole seconds say nothing. */
  static final long SHORT = 5_000_000_000L;
  /* Evenly over windows whose start is unknown. */
  private static final double SAFE = 0.97;
  /* How much of what was known of the others' share one answer leaves. */
  private static final double MEMORY = 0.95;
  private static final double OWN_AT_FIRST = 4;
  private static final double MOST_SHARE = 1_000;
  private static final double MOST_MORE = 20;
  /* Whoever has little of what all use takes a little more than that, whoever has much a little less: so all come to the same. */
  private static final double FAIRNESS = 0.9;

  private final TakenLog log;
  /* The attempt whose answer was last heeded. */
  private long heededAt;
  private boolean hasHeeded;
  /* Whether answers said what remains, and until when. */
  private boolean isCounted;
  private double quota;
  private boolean hasQuota;
  /* The window's length if it was said, else the time to its reset when it was first heard of. */
  private long length;
  private boolean hasLength;
  /* The earliest time at which it may reset, by all answers of this window. */
  private long resetAt;
  /* What was left, by the last answer that was heeded, and when that came. */
  private double remaining;
  private long heardAt;
  /* What we may take of it; below 0 if more was taken than there was. */
  private double allowed;
  /* Units a nanosecond: now, and the last time there were any. */
  private double pace;
  private double lastPace;
  /* Whether one window has followed another, so that the length is that of a whole one. */
  private boolean isWhole;
  /* By how much what remains fell, and what we took meanwhile; both fade. */
  private double fallen;
  private double own;
  /* How many times our takes what remains falls by. */
  private double share = 1;

  DeclaredWindow(TakenLog log) {
    this.log = log;
  }

  /** Whether the answer to an attempt that was taken then says more than is known. */
  boolean isNews(long takenAt) {
    return !hasHeeded || takenAt - heededAt >= 0;
  }

  long heededAt() {
    return heededAt;
  }

  /**
   * Heeds what an answer says.
   *
   * @param leastShare what a take costs if nobody else uses the limit, as a share of what it was estimated to
   */
  void heed(long now, long takenAt, DeclaredLimit said, double leastShare) {
    hasQuota |= said.quota().isPresent();
    quota = said.quota().orElse((long) quota);
    Optional<Duration> window = said.window().filter(Duration::isPositive);
    hasLength |= window.isPresent();
    length = window.map(Leaf::nanos).orElse(length);
    OptionalLong remains = said.remaining();
    OptionalLong untilReset = untilReset(now, said, window);
    if (remains.isPresent() && untilReset.isPresent()) {
      double all = remains.getAsLong();
      double left = hasQuota ? Math.min(quota, all) : all;
      count(now, takenAt, left, untilReset.getAsLong(), leastShare);
      return;
    }
    if (isOver(now) && (!isCounted || takenAt - end() >= 0)) {
      isCounted = false; // an answer of the next window, of which it says too little
      heeded(takenAt);
    }
  }

  /* An answer that leaves the reset out does not change it. */
  private OptionalLong untilReset(long now, DeclaredLimit said, Optional<Duration> window) {
    Optional<Duration> reset = said.resetsIn().or(() -> window);
    if (reset.isPresent()) {
      return OptionalLong.of(Leaf.nanos(reset.get()));
    }
    return isCounted && !isOver(now)
        ? OptionalLong.of(Math.max(0, resetAt - now))
        : OptionalLong.empty();
  }

  private void heeded(long takenAt) {
    heededAt = takenAt;
    hasHeeded = true;
  }

  private void count(long now, long takenAt, double left, long untilReset, double leastShare) {
    boolean isSame = isCounted && takenAt + untilReset - resetAt <= TOLERANCE;
    if (isSame && isOver(now) && takenAt - resetAt < 0) {
      return; // of a window that is over
    }
    if (isGoingOn(now, isSame, takenAt + untilReset, left)) {
      share(takenAt, left, leastShare);
    } else {
      isWhole |= isCounted;
    }
    if (isSame && !isOver(now)) {
      resetAt = Bucket.earlier(resetAt, now + untilReset);
    } else {
      resetAt = now + untilReset;
      length = hasLength || untilReset < Math.min(length, SHORT) ? length : untilReset;
    }
    share = own == 0 ? leastShare : Math.clamp(fallen / own, leastShare, MOST_SHARE);
    isCounted = true;
    remaining = left;
    allowed = left - share * log.after(takenAt);
    pace = pace(now);
    heardAt = now;
    heeded(takenAt);
  }

  /*
   * Whether it is not a new window. The reset of a token bucket moves with time, and further if something is taken; a new
   * window's is further away, and more is left of it.
   */
  private boolean isGoingOn(long now, boolean isSame, long earliestReset, double left) {
    boolean isMoving = earliestReset - resetAt <= now - heardAt + TOLERANCE;
    return isCounted && !isOver(now) && (isSame || isMoving || left <= remaining);
  }

  /* Others use it as well: then what remains falls faster than by what we take. One answer does not say for sure how much. */
  private void share(long takenAt, double left, double leastShare) {
    double taken = log.after(heededAt) - log.after(takenAt);
    if (own == 0) {
      own = OWN_AT_FIRST * taken;
      fallen = own * leastShare;
    }
    double most = taken * (MOST_MORE + 2 * share);
    own = MEMORY * own + taken;
    fallen = Math.max(-own, MEMORY * fallen + Math.min(most, remaining - left));
  }

  /* What is sure to be there in each window; 0 if nobody knows. */
  private double evenPace() {
    if (hasQuota && length > 0 && (hasLength || isWhole)) {
      return SAFE * quota / share / length;
    }
    return isWhole ? lastPace : 0;
  }

  /* So long we take from what is left, in case that the reset was rounded down. */
  private double rounding() {
    return Math.min(ROUNDING, MOST_OF_LENGTH_FOR_ROUNDING * length);
  }

  private double pace(long from) {
    double rest = Math.max(0, resetAt - from) + rounding();
    double now = Math.max(0, allowed) / Math.pow(share, FAIRNESS) / rest;
    lastPace = now > 0 ? now : lastPace;
    return now;
  }

  /* By then it has surely been reset. */
  private long end() {
    return resetAt + ROUNDING;
  }

  /** Whether a limit says of itself that what remains of it says little. */
  static boolean isShort(DeclaredLimit limit) {
    return limit.window().filter(window -> Leaf.nanos(window) < SHORT).isPresent();
  }

  /** Whether a limit says when attempts may start. */
  static boolean paces(DeclaredLimit limit) {
    Duration lasts = limit.resetsIn().or(limit::window).orElse(Duration.ZERO);
    boolean isEven = limit.quota().orElse(0) > 0 && limit.window().isPresent();
    return isEven || (limit.remaining().isPresent() && Leaf.nanos(lasts) >= SHORT);
  }

  /** Whether it says when attempts may start. */
  boolean isPacing() {
    return isCountedLong() || isEven();
  }

  private boolean isCountedLong() {
    return isCounted && length >= SHORT;
  }

  private boolean isEven() {
    return hasQuota && hasLength && quota > 0;
  }

  boolean isOver(long now) {
    return !isCounted || now - end() >= 0;
  }

  /** Whether nothing is known any more, because the answer to an attempt that was taken then does not declare it. */
  boolean endsWithout(long takenAt) {
    return isNews(takenAt) && (!isCounted || takenAt - end() >= 0);
  }

  /**
   * The earliest time for an attempt.
   *
   * @param last when the last one was due, and what it took
   */
  long availableAt(long last, long lastCost, long cost) {
    if (!isCountedLong()) {
      return isEven() ? after(last, lastCost, SAFE * quota / length) : last;
    }
    long end = end();
    if (allowed >= cost * Math.min(1, share) + others(lastCost)) {
      long next = after(last, lastCost, pace);
      if (next - end < 0) {
        return next;
      }
    }
    double evenPace = evenPace();
    long evenly = evenPace > 0 ? after(last, lastCost, evenPace) : last + ROUNDING;
    return Bucket.later(end, evenly);
  }

  /*
   * What others take from an attempt of ours to the next one, and by how much that may be off: the root of how many
   * of theirs there are.
   */
  private double others(long cost) {
    double others = Math.max(0, share - 1);
    return (others + Math.sqrt(others)) * cost;
  }

  private static long after(long last, long cost, double pace) {
    return last + (long) Math.min((double) Bucket.LONGEST, Math.ceil(cost / pace));
  }

  void take(long due, long cost) {
    if (isCounted && due - end() < 0) {
      pace = pace(due);
      allowed -= share * cost;
    }
  }

  /** A take has taken more than was thought, or less (below 0). */
  void change(long takenAt, long difference) {
    if (isCounted && takenAt - heededAt > 0) {
      allowed -= share * difference;
    }
  }
}
