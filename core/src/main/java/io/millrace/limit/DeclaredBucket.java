package io.millrace.limit;

import io.millrace.base.Recordings;
import io.millrace.plan.RateLimit;
import io.millrace.signal.DeclaredLimit;
import io.millrace.signal.DeclaredLimit.Unit;
import io.millrace.signal.ServerAnswer;
import io.millrace.signal.ServerAnswer.Kind;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Requests, as the server declares them. As long as it declares nothing, and where it refuses what it has declared as free,
 * the pace is that which the refusals teach.
 */
final class DeclaredBucket implements Bucket {
  /* Of these nothing starts while none remains, also if nobody knows what an attempt takes. */
  private static final Set<Unit> SPENT =
      EnumSet.of(Unit.TOKENS, Unit.INPUT_TOKENS, Unit.OUTPUT_TOKENS, Unit.BYTES);

  /* Names that change with each answer take no memory. */
  private static final int MOST_HEEDED = 32;

  private final UnitBucket requests;
  private final AdaptiveBucket learnt;
  private final RateLimit.Declared limit;
  private final long longestWait;
  /* Whether answers declare something that says when attempts may start, and until when that holds. */
  private boolean isDeclared;
  private long declaredUntil;
  /* The names of the limits for which attempts wait, or have waited. */
  private final Set<String> heeded = new HashSet<>();
  /* The latest attempt that was answered. */
  private long answeredAt;
  private boolean isAnswered;
  /* Made when somebody records. */
  private @Nullable DeclaredNews news;

  DeclaredBucket(RateLimit.Declared limit, long start) {
    this.limit = limit;
    this.longestWait = Leaf.nanos(limit.undeclared().longestWait());
    long leastGap = (long) Math.min((double) LONGEST, 1e9 / limit.undeclared().most());
    this.requests = new UnitBucket(Unit.REQUESTS, leastGap, longestWait, start);
    this.learnt = new AdaptiveBucket(limit.undeclared(), start);
    this.declaredUntil = start;
  }

  @Override
  public long availableAt(long cost) {
    boolean isTaught = !isDeclared || learnt.isSlowed();
    long taught = isTaught ? learnt.availableAt(cost) : learnt.heldUntil();
    return Bucket.later(taught, requests.availableAt(cost));
  }

  @Override
  public void take(long now, long cost, long dueAt) {
    requests.take(now, cost, dueAt);
    learnt.take(now, cost, dueAt);
  }

  @Override
  public void settle(long now, long takenAt, long excess) {
    requests.settle(now, takenAt, excess);
  }

  @Override
  public void giveBack(long now, long takenAt, long cost) {
    requests.giveBack(now, takenAt, cost);
    learnt.giveBack(now, takenAt, cost);
  }

  @Override
  public void holdUntil(long time) {
    requests.holdUntil(time);
    learnt.holdUntil(time);
  }

  @Override
  public void hasGranted() {
    learnt.hasGranted();
  }

  @Override
  public void answered(long now, long takenAt, ServerAnswer answer, Turn turn) {
    boolean wasPacing = requests.isPacing();
    requests.answered(now, takenAt, answer, turn);
    boolean isExplained = false;
    boolean isNews = noteAnswer(takenAt);
    for (DeclaredLimit declared : answer.signals().limits()) {
      if (isCounted(declared.unit())) {
        declares(now, declared);
        isExplained |= wasPacing && declared.isUsedUp() && isHeeded(declared);
      } else if (isNews && SPENT.contains(declared.unit()) && declared.isUsedUp()) {
        declared.resetsIn().ifPresent(reset -> holdUntil(now + obeyed(reset)));
      }
    }
    if (isDeclared && now - declaredUntil >= 0 && answer.kind() != Kind.UNKNOWN) {
      isDeclared = requests.isPacing();
    }
    if (Recordings.wereNoticed()) {
      tellRecorder(answer, turn);
    }
    if (isDeclared && isExplained && answer.kind() == Kind.REFUSED) {
      learnt.obey(now, takenAt, answer);
    } else {
      learnt.answered(now, takenAt, answer, turn);
    }
  }

  private void tellRecorder(ServerAnswer answer, Turn turn) {
    DeclaredNews told = news == null ? new DeclaredNews() : news;
    news = told;
    answer.signals().limits().forEach(declared -> told.declared(declared, turn));
    told.isDeclared(isDeclared, turn);
  }

  private boolean isCounted(Unit unit) {
    return unit == Unit.REQUESTS || limit.costs().containsKey(unit);
  }

  /* What was once declared for long enough still is when little of its window is left. */
  private void declares(long now, DeclaredLimit declared) {
    if (!DeclaredWindow.paces(declared)) {
      return;
    }
    isDeclared = true;
    if (heeded.size() < MOST_HEEDED) {
      heeded.add(declared.name());
    }
    Duration lasts = declared.resetsIn().or(declared::window).orElse(Duration.ZERO);
    long heard = Math.max(DeclaredWindow.SHORT, obeyed(lasts));
    declaredUntil = Bucket.later(declaredUntil, now + heard);
  }

  /* Whether attempts wait for it, so that a refusal for want of it teaches nothing. */
  private boolean isHeeded(DeclaredLimit declared) {
    return !DeclaredWindow.isShort(declared) && heeded.contains(declared.name());
  }

  /* Whether no later attempt has been answered before. */
  private boolean noteAnswer(long takenAt) {
    boolean isNews = !isAnswered || takenAt - answeredAt >= 0;
    answeredAt = isNews ? takenAt : answeredAt;
    isAnswered = true;
    return isNews;
  }

  private long obeyed(Duration asked) {
    return Math.min(longestWait, Leaf.nanos(asked));
  }

  @Override
  public boolean isIdle(long now) {
    return requests.isIdle(now) && learnt.isIdle(now);
  }
}
