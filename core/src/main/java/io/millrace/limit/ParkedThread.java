package io.millrace.limit;

import io.millrace.base.Quietly;
import io.millrace.limit.spi.Waiter;
import io.millrace.limit.spi.Waiting;
import io.millrace.time.TimeSource;

/** Parks the thread that made it until the permit is granted, or the wait ends without it. */
final class ParkedThread implements Waiter {
  private enum State {
    WAITING,
    GRANTED,
    EXPIRED
  }

  private final TimeSource clock;
  private final TimeSource.Wait wait;
  private final Runnable giveBack;
  /*
   * WAITING -> GRANTED by claim() or WAITING -> EXPIRED by expire(), whichever takes the place out of the
   * queue, under the limit's lock. Read by the thread.
   */
  private volatile State state = State.WAITING;

  /**
   * The calling thread.
   *
   * @param giveBack gives a permit back that was granted, but that nobody gets because the clock failed
   */
  ParkedThread(TimeSource clock, Runnable giveBack) {
    this.clock = clock;
    this.wait = clock.newWait();
    this.giveBack = giveBack;
  }

  @Override
  public Answer claim() {
    state = State.GRANTED;
    return Answer.TAKE;
  }

  @Override
  public void granted() {
    wait.end();
  }

  @Override
  public void declined() {
    throw new AssertionError("a thread declines no permit");
  }

  /** The time is up: called by a timer. */
  void expire(Waiting place) {
    if (place.cancel()) {
      state = State.EXPIRED;
      wait.end();
    }
  }

  /** As {@link #await(Waiting)}, for at most this long. */
  boolean await(Waiting place, long nanos) throws InterruptedException {
    TimeSource.Timer timer;
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
      Quietly.cancel(timer::cancel);
    }
  }

  /**
   * Returns whether the permit was granted. An interrupt that comes after the grant does not give the
   * permit back, but stays set.
   */
  boolean await(Waiting place) throws InterruptedException {
    if (state == State.WAITING) {
      try {
        wait.await();
      } catch (InterruptedException interrupted) {
        leave(place, interrupted);
        return true;
      } catch (Throwable broken) {
        leaveEmpty(place);
        throw broken;
      }
    }
    return state == State.GRANTED;
  }

  /* If the place has left the queue already, the lock makes a claim() before that visible here. */
  private void leave(Waiting place, InterruptedException interrupted) throws InterruptedException {
    if (place.cancel() || state != State.GRANTED) {
      throw interrupted;
    }
    Thread.currentThread().interrupt();
  }

  private void leaveEmpty(Waiting place) {
    if (!place.cancel() && state == State.GRANTED) {
      giveBack.run();
    }
  }
}
