package io.millrace.cluster;

import io.millrace.cluster.PermitStore.Reservation;
import io.millrace.cluster.PermitStore.Standing;
import io.millrace.limit.spi.PermitSource;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Leases permits from a store and adds them to a limiter. All calls to the store are made by one thread, the leaser's own;
 * whoever uses the limiter only sets a flag and wakes it. While nobody uses the limiter, it rests without a timer.
 *
 * <p>If the store fails, or has not answered for a second, {@link Coasting} adds permits in the thread of the clock's timers.
 */
final class Leaser implements PermitSource, Runnable {
  static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LEAST_RETRY = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long MOST_RETRY = TimeUnit.SECONDS.toNanos(5);
  private static final Duration LONGEST = Duration.ofDays(20_000);
  private static final long NEVER = Long.MAX_VALUE / 4;

  private final String name;
  private final PermitStore.Session session;
  private final TimeSource clock;
  private final LeaseSize size;
  private final long burst;
  private final Coasting coasting;
  /* Set before the thread is started. */
  private volatile @Nullable Lease attached;

  /* Set by whoever uses the limiter, before it wakes the thread; cleared by the thread, before it acts. */
  private final AtomicBoolean isWanted = new AtomicBoolean();
  private final AtomicBoolean asksPause = new AtomicBoolean();
  /* The pause of the limiter, as far as it is known; only ever later. */
  private final AtomicLong pausedUntil = new AtomicLong();
  private volatile boolean isClosing;
  /* Where the thread rests, or is about to: it looks at the flags once more after it has written this. */
  private volatile TimeSource.@Nullable Wait resting;

  /* What follows is the thread's own. */
  private long heardAt;
  private long retryAt;
  private long retryDelay = LEAST_RETRY;
  /* The last change has failed. A store that is full, or can only be read, can still be looked at: for whoever needs permits it is back when it gives some. */
  private boolean isUnchangeable;
  private long pausesSeen;
  private long lastAt;
  private long reservedAt;
  private long usedBefore;
  private long usedAt;
  /* What the last call has dropped, because the store was back. */
  private long dropped;
  /* What was used while the store was lost: it is taken off the burst, or else that would be there in addition. */
  private long owed;
  /* Nothing was reserved since. While a slow store is debited, more comes to be owed: it must not be all that it is asked for. */
  private boolean hasDebited;

  Leaser(SharedLimit limit, PermitStore.Session session, TimeSource clock, StoreNews news) {
    this.name = limit.name();
    this.session = session;
    this.clock = clock;
    this.size = new LeaseSize(limit.perSecond());
    this.burst = (long) limit.rate().burst();
    long start = clock.nanoTime();
    UseLog log = new UseLog(limit, start);
    this.coasting = new Coasting(clock, log, news, this::lease, isWanted, pausedUntil);
    this.heardAt = start;
    this.retryAt = start;
    this.pausedUntil.set(start);
    this.lastAt = start;
    this.reservedAt = start;
    this.usedAt = start;
  }

  @Override
  public void attach(Lease lease) {
    if (attached != null) {
      throw new IllegalStateException(
          "the permits of the shared limit "
              + name
              + " go to one limiter: use SharedRateLimiter.limiter(), and not its RateLimit");
    }
    attached = lease;
  }

  private Lease lease() {
    return Objects.requireNonNull(attached);
  }

  @Override
  public void wanted() {
    isWanted.set(true);
    coasting.wanted();
    wake();
  }

  @Override
  public void pausing(Duration duration) {
    pauseUntil(clock.nanoTime() + nanos(duration));
    asksPause.set(true);
    wake();
  }

  private void pauseUntil(long time) {
    pausedUntil.accumulateAndGet(time, Leaser::later);
  }

  private void wake() {
    TimeSource.Wait rest = resting;
    if (rest != null) {
      rest.end();
    }
  }

  /** Nobody is granted anything any more. The thread gives back what is left, and ends. */
  void close() {
    isClosing = true;
    coasting.close();
    lease().close();
    wake();
  }

  @Override
  public void run() {
    try {
      while (!isClosing) {
        step();
      }
    } finally {
      lease().close(); // nobody is to wait for a thread that is no more
    }
    long unused = lease().withdraw(); // also what came while it was closed
    if (!coasting.isLost()) {
      if (asksPause.get()) {
        pauseAll(clock.nanoTime()); // the others are to hear of it all the same
      }
      if (unused > 0) {
        call(() -> session.giveBack(unused));
      }
    }
  }

  private void step() {
    long now = clock.nanoTime();
    if (asksPause.get() && now - retryAt >= 0) {
      pauseAll(now);
    } else if (coasting.isLost()) {
      if (now - retryAt >= 0) {
        askAgain(now);
      } else {
        restUntil(retryAt, true);
      }
    } else if (owed > 0 && !(hasDebited && isWanted.get())) {
      debit();
    } else if (isWanted.get() && now - pausedUntil.get() >= 0) {
      reserve(now);
    } else {
      watch(now);
    }
  }

  private void askAgain(long now) {
    if (isUnchangeable && owed > 0) {
      debit();
    } else if (isUnchangeable && isInDemand(now)) {
      reserve(now);
    } else {
      heed(call(session::look));
    }
  }

  private void debit() {
    long permits = owed;
    Standing standing = change(() -> session.debit(permits));
    if (standing != null) {
      owed = Math.max(0, owed - permits);
      hasDebited = true;
      heed(standing);
    }
  }

  private boolean isInDemand(long now) {
    boolean isWantedNow = wasUsed(now) || isWanted.get() || lease().waiters() > 0;
    return isWantedNow && now - pausedUntil.get() >= 0;
  }

  private void pauseAll(long now) {
    asksPause.set(false);
    long left = pausedUntil.get() - now;
    Standing standing = left > 0 ? change(() -> session.pause(Duration.ofNanos(left))) : null;
    if (standing != null) {
      heed(standing);
    } else if (left > 0) {
      asksPause.set(true);
    }
  }

  private void reserve(long now) {
    long sinceLast = now - reservedAt;
    reservedAt = now;
    hasDebited = false;
    long permits = Math.max(size.block(), lease().missing());
    Reservation reservation = change(() -> session.reserve(permits));
    if (reservation == null || asksPause.get()) {
      return;
    }
    long answeredAt = clock.nanoTime();
    Standing standing = reservation.standing();
    heed(standing);
    if (standing.pausedFor().isPositive()) {
      // Nothing was taken, and the pause lasts longer than this JVM's clock says.
      pauseUntil(answeredAt + nanos(standing.pausedFor()));
      return;
    }
    boolean isShort = lease().left() <= 0 || lease().waiters() > 0;
    long wait = nanos(reservation.lastIn());
    size.leased(sinceLast, answeredAt - now, reservation.number(), isShort);
    coasting.reserved(wait);
    lastAt = later(lastAt, answeredAt + wait);
    long usedMeanwhile = Math.clamp(coasting.addedSince(now) - dropped, 0L, permits);
    owed = Math.max(0, owed - usedMeanwhile);
    isWanted.set(false); // not before, so that coasting knows while the store is asked
    lease().add(permits - usedMeanwhile, answeredAt + wait, size.gapNanos(), size.least());
  }

  /* While anything is leased, or somebody waits for the end of a pause, the store is looked at for pauses by others. */
  private void watch(long now) {
    boolean wasWanted = isWanted.get();
    if (!wasWanted && lease().left() <= 0) {
      restUntil(now + NEVER, wasWanted);
    } else if (now - heardAt >= LOOK_NANOS) {
      lookOrGiveBack(now);
    } else {
      long next = heardAt + LOOK_NANOS;
      boolean awaitsPause = wasWanted && pausedUntil.get() - now > 0;
      restUntil(awaitsPause ? earlier(next, pausedUntil.get()) : next, wasWanted);
    }
  }

  private void lookOrGiveBack(long now) {
    boolean isIdle = !wasUsed(now) && now - later(usedAt, lastAt) >= IDLE_NANOS && !isWanted.get();
    long idle = isIdle ? lease().withdraw() : 0;
    heed(idle > 0 ? change(() -> session.giveBack(idle)) : call(session::look));
  }

  /* Whether permits were taken since it was asked last. */
  private boolean wasUsed(long now) {
    long used = lease().used();
    boolean wasUsed = used != usedBefore;
    if (wasUsed) {
      usedBefore = used;
      usedAt = now;
    }
    return wasUsed;
  }

  private void heed(@Nullable Standing standing) {
    if (standing == null || standing.pauses() == pausesSeen) {
      return;
    }
    pausesSeen = standing.pauses();
    lastAt = clock.nanoTime(); // what was reserved before the pause is void
    if (standing.pausedFor().isPositive()) {
      pauseUntil(clock.nanoTime() + nanos(standing.pausedFor()));
      lease().pause(standing.pausedFor());
    } else {
      lease().withdraw(); // a pause that is over: what was leased before it counts no more
      lease().add(0, clock.nanoTime(), 0, 1); // calls wanted, if somebody waits
    }
  }

  private static long nanos(Duration duration) {
    return duration.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : duration.toNanos();
  }

  /* Null if the store failed. */
  private <T> @Nullable T change(Supplier<T> change) {
    T answer = call(change);
    isUnchangeable = answer == null;
    return answer;
  }

  /* Null if the store failed. */
  private <T> @Nullable T call(Supplier<T> call) {
    long before = clock.nanoTime();
    Coasting.Patience patience = coasting.calling(before);
    dropped = 0;
    try {
      T answer = Objects.requireNonNull(call.get(), "the store has answered null");
      heardAt = clock.nanoTime();
      retryAt = heardAt;
      retryDelay = LEAST_RETRY;
      Coasting.Outage outage = coasting.heard(heardAt, lease().used());
      dropped = outage.dropped();
      owed = Math.min(burst, owed + outage.used());
      if (outage != Coasting.Outage.NONE) { // calls wanted, if somebody waits for more
        lease().add(outage.kept(), lastAt, size.gapNanos(), size.least());
      }
      return answer;
    } catch (RuntimeException | Error failure) {
      long now = clock.nanoTime();
      heardAt = now;
      retryAt = now + retryDelay;
      retryDelay = Math.min(MOST_RETRY, 2 * retryDelay);
      coasting.lost(failure);
      return null;
    } finally {
      patience.end();
    }
  }

  /* Until a time, unless there is something to do, or permits are wanted that were not when the time was chosen. */
  private void restUntil(long time, boolean wasWanted) {
    TimeSource.Wait rest = clock.newWait();
    resting = rest;
    long now = clock.nanoTime();
    boolean isUnforeseen = isWanted.get() && !wasWanted;
    boolean isAwaited = isWanted.get() && !coasting.isLost() && now - pausedUntil.get() >= 0;
    boolean isPause = asksPause.get() && now - retryAt >= 0;
    if (isClosing || isPause || isAwaited || isUnforeseen) {
      resting = null;
      return;
    }
    boolean hasEnd = time - now < NEVER / 2;
    TimeSource.Timer timer = hasEnd ? clock.schedule(time, rest::end) : null;
    try {
      rest.await();
    } catch (InterruptedException closing) {
      // nobody has this thread but the leaser, which ends it by close
    } finally {
      resting = null;
      if (timer != null) {
        timer.cancel();
      }
    }
  }

  private static long later(long one, long other) {
    return one - other > 0 ? one : other;
  }

  private static long earlier(long one, long other) {
    return one - other > 0 ? other : one;
  }
}
