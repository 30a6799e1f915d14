package io.millrace.time;

import java.util.concurrent.locks.LockSupport;

/** A wait during which the clock goes on by itself. */
final class ParkedWait implements TimeSource.Wait {
  private final Thread thread = Thread.currentThread();
  /* Written by whoever ends the wait, read by the thread. */
  private volatile boolean ended;

  @Override
  public void await() throws InterruptedException {
    while (!ended) {
      LockSupport.park(this);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }

  @Override
  public void end() {
    ended = true;
    LockSupport.unpark(thread);
  }
}
