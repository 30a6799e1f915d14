package io.millrace.acceptance;

import io.millrace.plan.Action;
import java.util.Iterator;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/** Numbers from 0 in something that has to be closed, and whose iterator has to be closed as well. */
final class Watched implements Iterable<Integer>, AutoCloseable {
  private final int end;
  private final AtomicInteger closed = new AtomicInteger();
  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicInteger iteratorsClosed = new AtomicInteger();
  private final Runnable atEnd;
  private RuntimeException broken;

  Watched(int end) {
    this(end, () -> {});
  }

  /** Does something when it is asked for more than there is. */
  Watched(int end, Runnable atEnd) {
    this.end = end;
    this.atEnd = atEnd;
  }

  /** Something whose iterator cannot be made. */
  static Watched unreadable(RuntimeException broken) {
    Watched watched = new Watched(0);
    watched.broken = broken;
    return watched;
  }

  @Override
  public Numbers iterator() {
    if (broken != null) {
      throw broken;
    }
    opened.incrementAndGet();
    return new Numbers();
  }

  /** The same as tasks. */
  Iterable<Callable<Integer>> tasks(Action<Integer, Integer> action) {
    return new Tasks(action);
  }

  @Override
  public void close() {
    closed.incrementAndGet();
  }

  /** Closed once, and its iterator as well if there was one. */
  boolean isClosed() {
    return closed.get() == 1 && iteratorsClosed.get() == opened.get();
  }

  boolean wasTouched() {
    return closed.get() + opened.get() > 0;
  }

  @Override
  public String toString() {
    return opened + " opened, " + iteratorsClosed + " of them closed; closed " + closed + " times";
  }

  private final class Tasks implements Iterable<Callable<Integer>>, AutoCloseable {
    private final Action<Integer, Integer> action;

    Tasks(Action<Integer, Integer> action) {
      this.action = action;
    }

    @Override
    public Iterator<Callable<Integer>> iterator() {
      Numbers numbers = Watched.this.iterator();
      final class Each implements Iterator<Callable<Integer>>, AutoCloseable {
        @Override
        public boolean hasNext() {
          return numbers.hasNext();
        }

        @Override
        public Callable<Integer> next() {
          Integer item = numbers.next();
          return () -> action.apply(item);
        }

        @Override
        public void close() {
          numbers.close();
        }
      }
      return new Each();
    }

    @Override
    public void close() {
      Watched.this.close();
    }
  }

  private final class Numbers implements Iterator<Integer>, AutoCloseable {
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

    @Override
    public void close() {
      iteratorsClosed.incrementAndGet();
    }
  }
}
