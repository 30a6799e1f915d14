package io.millrace.pool;

import io.millrace.testkit.ScriptedAction;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/** Tasks numbered from 0 that do what a script says, made one by one as they are read. */
final class Tasks implements Iterable<Callable<Integer>> {
  private final ScriptedAction<Integer, Integer> action;
  private final int end;
  private final Runnable atEnd;
  private final AtomicInteger made = new AtomicInteger();

  private Tasks(ScriptedAction<Integer, Integer> action, int end, Runnable atEnd) {
    this.action = action;
    this.end = end;
    this.atEnd = atEnd;
  }

  static Tasks of(ScriptedAction<Integer, Integer> action, int count) {
    return new Tasks(action, count, () -> {});
  }

  static Tasks endless(ScriptedAction<Integer, Integer> action) {
    return of(action, Integer.MAX_VALUE);
  }

  /** After so many tasks, the source itself fails. */
  static Tasks failing(ScriptedAction<Integer, Integer> action, int count, RuntimeException error) {
    return new Tasks(
        action,
        count,
        () -> {
          throw error;
        });
  }

  /** How many were read. */
  int made() {
    return made.get();
  }

  /** All of them, without waiting for anything. */
  List<Callable<Integer>> listed() {
    return java.util.stream.StreamSupport.stream(spliterator(), false).toList();
  }

  @Override
  public Iterator<Callable<Integer>> iterator() {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        if (made.get() == end) {
          atEnd.run();
        }
        return made.get() < end;
      }

      @Override
      public Callable<Integer> next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        int number = made.getAndIncrement();
        return () -> action.apply(number);
      }
    };
  }
}
