package io.millrace.acceptance;

import java.util.Iterator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** The numbers from 0, without an end and unsized; knows how many were pulled. */
final class Counting implements Iterable<Integer>, Iterator<Integer> {
  private final AtomicInteger pulled = new AtomicInteger();

  @Override
  public Iterator<Integer> iterator() {
    return this;
  }

  @Override
  public boolean hasNext() {
    return true;
  }

  @Override
  public Integer next() {
    return pulled.getAndIncrement();
  }

  int pulled() {
    return pulled.get();
  }

  /** The numbers below an end, then what {@code atEnd} does: it may throw or wait. */
  static Iterable<Integer> upTo(int end, Runnable atEnd) {
    return () ->
        new Iterator<>() {
          private int next;

          @Override
          public boolean hasNext() {
            if (next == end) {
              atEnd.run();
            }
            return next < end;
          }

          @Override
          public Integer next() {
            return next++;
          }
        };
  }

  /** The numbers below an end, without a known size. */
  static Iterable<Integer> unsized(int end) {
    return upTo(end, () -> {});
  }

  /** Waits until the latch is open; an interrupt is an error that ends the source. */
  static Runnable waitingFor(CountDownLatch latch) {
    return () -> {
      try {
        latch.await();
      } catch (InterruptedException stop) {
        throw new IllegalStateException("the source was interrupted", stop);
      }
    };
  }
}
