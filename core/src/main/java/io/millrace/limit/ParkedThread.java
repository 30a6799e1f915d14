package io.millrace.limit;

import io.millrace.time.Clock;
import java.util.concurrent.locks.LockSupport;

/** The thread that makes it waits until it is granted the permit or given up on. */
final class ParkedThread implements Waiter {
  private enum State {
    WAITING,
    GRANTED,
    EXPIRED
  }

  private final Thread thread = Thread.currentThread();
  /*
   * WAITING -> GRANTED by claim() or WAITING -> EXPIRED by expire(), whichever takes the place out of the
   * queue, under the limit's lock. Read by the thread.
   */
  private volatile State state = State.WAITING;

  @Override
  public boolean claim() {
    state = State.GRANTED;
    return true;
  }

  @Override
  public void granted() {
    LockSupport.unpark(thread);
  }

  @Override
  public void declined() {
    throw new AssertionError("a thread declines no permit");
  }

  /** The time is up: called by a timer. */
  void expire(Waiting place) {
    if (place.cancel()) {
      state = State.EXPIRED;
      LockSupport.unpark(thread);
    }
  }

  /** As {@link #await(Waiting)}, for at most this long by the clock. */
  boolean await(Waiting place, Clock clock, long nanos) throws InterruptedException {
    Clock.Timer timer;
    try {
      timer = clock.schedule(clock.nanoTime() + nanos, () -> expire(place));
    } catch (RuntimeException | Error broken) {
      if (place.cancel()) {
        throw broken;
      }
      return true;
    }
    try {
      return await(place);
    } finally {
      timer.cancel();
    }
  }

  /**
   * Returns whether the permit was granted. An interrupt that comes after the grant does not give the
   * permit back, but stays set.
   */
  boolean await(Waiting place) throws InterruptedException {
    while (state == State.WAITING) {
      LockSupport.park(this);
      if (Thread.interrupted()) {
        leave(place);
        return true;
      }
    }
    return state == State.GRANTED;
  }

  /* If the place was given up already, the lock makes a claim() before that visible here. */
  private void leave(Waiting place) throws InterruptedException {
    if (place.cancel() || state != State.GRANTED) {
      throw new InterruptedException();
    }
    thread.interrupt();
  }
}
