package io.millrace.limit;

import io.millrace.limit.spi.Waiter;
import java.util.concurrent.atomic.AtomicInteger;

/** Takes every permit it is offered, and counts: no other defence against being granted it twice. */
final class CountingWaiter implements Waiter {
  private final AtomicInteger claimed = new AtomicInteger();
  private final AtomicInteger granted = new AtomicInteger();

  @Override
  public Answer claim() {
    claimed.incrementAndGet();
    return Answer.TAKE;
  }

  @Override
  public void granted() {
    granted.incrementAndGet();
  }

  @Override
  public void declined() {
    throw new AssertionError("it declines nothing");
  }

  /** How often it was granted a permit; -1 if it was offered more or fewer than it was told. */
  int grants() {
    return claimed.get() == granted.get() ? granted.get() : -1;
  }
}
