package io.millrace.limit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One thread's turn to change a limiter. It is made before that thread takes the lock, as there may be no memory for it under
 * the lock. It has the lock until {@link #close}, which does what can only be done without it. Alarms are set first, so that
 * nobody's wake-up waits for another one's callback; then the waiters are told, in the order of the queue; then those who listen.
 */
final class Turn implements AutoCloseable {
  private final Turnstile turnstile;
  private final Offers<GatePlace> offers = new Offers<>();
  private @Nullable List<Runnable> alarms;
  private @Nullable List<Runnable> news;
  private long now;

  Turn(Turnstile turnstile) {
    this.turnstile = turnstile;
  }

  /** Under the lock, at this time. */
  void begin(long time) {
    now = time;
  }

  long now() {
    return now;
  }

  void start(GateAlarm alarm) {
    add(() -> alarm.start(turnstile));
  }

  void stop(GateAlarm alarm) {
    add(alarm::stop);
  }

  /** Runs what tells the user, at the end, without the lock. */
  void tell(Runnable task) {
    if (news == null) {
      news = new ArrayList<>(1);
    }
    news.add(task);
  }

  private void add(Runnable task) {
    if (alarms == null) {
      alarms = new ArrayList<>(2);
    }
    alarms.add(task);
  }

  void offered(GatePlace place, boolean taken) {
    offers.add(place, taken);
  }

  @Override
  public void close() {
    Runnable lease = null;
    try {
      lease = turnstile.newsOfLease();
    } finally {
      turnstile.unlock();
      tellAll(lease);
    }
  }

  private void tellAll(@Nullable Runnable lease) {
    if (alarms != null) {
      alarms.forEach(Offers::runQuietly);
    }
    offers.tell();
    if (news != null) {
      news.forEach(Offers::runQuietly);
    }
    if (lease != null) {
      Offers.runQuietly(lease);
    }
  }
}
