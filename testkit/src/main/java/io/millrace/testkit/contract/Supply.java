package io.millrace.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** A source of the numbers from 0, without a size, that watches how it is read. */
final class Supply implements Iterable<Integer> {
  private final int count;
  private @Nullable Throwable error;
  private boolean blocks;
  private boolean ignoresInterrupts;
  private IntConsumer onPull = index -> {};

  private final AtomicInteger iterators = new AtomicInteger();
  private final AtomicBoolean reading = new AtomicBoolean();
  private final AtomicReference<@Nullable String> violation = new AtomicReference<>();
  private final Tally pulled = new Tally("items pulled");
  private final Tally blocked = new Tally("blocked readers");
  private final CountDownLatch release = new CountDownLatch(1);

  private Supply(int count) {
    this.count = count;
  }

  static Supply of(int count) {
    return new Supply(count);
  }

  static Supply endless() {
    return new Supply(Integer.MAX_VALUE);
  }

  /** After its items, it throws. */
  Supply thenFails(Throwable error) {
    this.error = error;
    return this;
  }

  /** After its items, it blocks until it is released or interrupted, and then ends. */
  Supply thenBlocks() {
    blocks = true;
    return this;
  }

  /** As {@link #thenBlocks}, but it ignores interrupts. */
  Supply thenBlocksUninterruptibly() {
    ignoresInterrupts = true;
    return thenBlocks();
  }

  /** Called by the reader with each item, before it gets the item. */
  Supply onPull(IntConsumer onPull) {
    this.onPull = onPull;
    return this;
  }

  int pulled() {
    return pulled.get();
  }

  int iterators() {
    return iterators.get();
  }

  void awaitPulled(int least) throws InterruptedException {
    pulled.await(least);
  }

  void awaitBlocked() throws InterruptedException {
    blocked.await(1);
  }

  void release() {
    release.countDown();
  }

  /** It was read as sources are: by one owner at a time, each of whom sees what the last one did. */
  void assertReadProperly() {
    assertEquals(null, violation.get(), "violation");
    assertEquals(1, iterators.get(), "iterators");
  }

  @Override
  public Iterator<Integer> iterator() {
    iterators.incrementAndGet();
    return new Reading();
  }

  private final class Reading implements Iterator<Integer> {
    /* Plain on purpose: handing the source on has to publish it. */
    private int next;

    @Override
    public boolean hasNext() {
      enter();
      try {
        return next < count || atEnd();
      } finally {
        reading.set(false);
      }
    }

    @Override
    public Integer next() {
      enter();
      try {
        if (next >= count) {
          throw new NoSuchElementException();
        }
        if (next != pulled.get()) {
          violation.set("the reader of item " + pulled.get() + " sees an old state: " + next);
        }
        onPull.accept(next);
        pulled.increment();
        return next++;
      } finally {
        reading.set(false);
      }
    }

    private void enter() {
      if (reading.getAndSet(true)) {
        violation.set("two threads read at once, near item " + next);
      }
    }
  }

  private boolean atEnd() {
    if (blocks) {
      block();
    }
    if (error != null) {
      Actions.raise(error);
    }
    return false;
  }

  private void block() {
    blocked.increment();
    boolean interrupted = false;
    while (release.getCount() > 0) {
      try {
        release.await();
      } catch (InterruptedException stop) {
        if (!ignoresInterrupts) {
          throw new IllegalStateException("interrupted while reading", stop);
        }
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
