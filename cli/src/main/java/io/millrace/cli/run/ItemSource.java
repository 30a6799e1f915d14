package io.millrace.cli.run;

import io.millrace.cli.run.Inputs.Input;
import io.millrace.cli.text.InputReader;
import io.millrace.cli.text.InputReader.Result;
import io.millrace.cli.text.LineReader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The items of a run: read when they are asked for, and no further. Input that cannot be read further ends with a
 * malformed item that says so: what was read before goes on. Thread-safe.
 */
final class ItemSource implements Iterator<Item>, AutoCloseable {
  private final ItemParser parser;
  private final int longestLine;
  private final byte delimiter;

  /* Guards all that follows: the run reads, the consumer closes and asks, a thread waits for input. */
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Input> inputs;
  private InputReader reader;
  private @Nullable Item next;
  private long handedOut;
  private boolean isOver;
  private boolean isExhausted;

  /**
   * Makes it.
   *
   * @param inputs at least one; whoever has opened them closes them
   * @param longestLine in bytes
   * @param delimiter what ends a line
   */
  ItemSource(Inputs inputs, ItemParser parser, int longestLine, byte delimiter) {
    this.parser = parser;
    this.longestLine = longestLine;
    this.delimiter = delimiter;
    this.inputs = new ArrayDeque<>(inputs.all());
    this.reader = reader();
  }

  /* The next input begins. A last line without an end ends there. */
  private InputReader reader() {
    Input input = inputs.remove();
    parser.begin(input.name());
    LineReader lines = new LineReader(input.in(), longestLine, parser.lineEnd(delimiter));
    return new InputReader(lines, lock, changed);
  }

  /**
   * How far the input was read.
   *
   * @param items that were read
   * @param isExhausted whether there are no more
   */
  record Reading(long items, boolean isExhausted) {}

  Reading reading() {
    lock.lock();
    try {
      return new Reading(handedOut, isExhausted);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean hasNext() {
    lock.lock();
    try {
      while (next == null && !isOver) {
        Result result = reader.poll();
        if (result == null) {
          changed.await();
        } else {
          take(result).ifPresent(this::handOut);
        }
      }
      return next != null;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Item next() {
    lock.lock();
    try {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Item item = Objects.requireNonNull(next);
      next = null;
      return item;
    } finally {
      lock.unlock();
    }
  }

  private void handOut(Item item) {
    handedOut++;
    next = item;
  }

  private Optional<Item> take(Result result) {
    long number = handedOut + 1;
    return switch (result) {
      case Result.Read(var line) -> {
        if (line.tooLong()) {
          yield Optional.of(parser.tooLong(number, longestLine));
        }
        byte[] bytes = new byte[line.bytes().remaining()];
        line.bytes().get(bytes);
        yield parser.parse(number, bytes);
      }
      case Result.End() -> {
        if (inputs.isEmpty()) {
          isOver = true;
          isExhausted = true;
        } else {
          reader.close();
          reader = reader();
        }
        yield Optional.empty();
      }
      case Result.Broken(var reason) -> {
        isOver = true;
        String problem = "the input cannot be read further: " + reason;
        yield Optional.of(Item.malformed(number, new byte[0], problem));
      }
    };
  }

  /** Hands out nothing more. */
  @Override
  public void close() {
    lock.lock();
    try {
      isOver = true;
      next = null;
      reader.close();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
