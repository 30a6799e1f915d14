package io.millrace.limit;

import io.millrace.limit.spi.Waiter;

/** A waiter that takes what it is granted. */
final class Caller implements Waiter {
  volatile boolean granted;

  @Override
  public Answer claim() {
    granted = true;
    return Answer.TAKE;
  }

  @Override
  public void granted() {}

  @Override
  public void declined() {}
}
