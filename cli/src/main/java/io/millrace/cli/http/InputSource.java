package io.millrace.cli.http;

import io.millrace.cli.http.InputLine.Call;
import io.millrace.cli.http.InputLine.Label;
import io.millrace.cli.http.InputLine.Malformed;
import io.millrace.cli.text.InputReader;
import io.millrace.cli.text.InputReader.Result;
import io.millrace.cli.text.LineReader;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The items of a run: the lines of the input, read when they are asked for, and, before those, the requests to
 * which answers have redirected. Thread-safe.
 *
 * <p>A line is open from when it is handed out until it is done with; there are never more open lines than the
 * window. Input that cannot be read further ends with a malformed line that says so: what was read before goes on.
 */
final class InputSource implements Iterator<InputLine> {
  private final int longestLine;
  private final int window;
  private final LineParser parser;
  private final boolean keepsText;
  private final BodyMemory memory;

  /* Guards all that follows: the run reads, the consumer adds and closes, a thread waits for input. */
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final InputReader reader;
  private final Deque<Call> redirected = new ArrayDeque<>();
  private final @Nullable Positions positions;
  private @Nullable InputLine next;
  private long handedOut;
  private long done;
  private long skipped;
  private long lastNumber;
  private boolean isOver;
  private boolean isExhausted;
  private boolean isStopped;

  /**
   * Makes it.
   *
   * @param longestLine in bytes
   * @param window the most lines that are open at once
   * @param positions where is noted which item is which line; null if nobody wants to know
   * @param keepsText whether to keep lines as they were read, while they are open
   * @param memory has to have room for what comes of further lines; asked again when one is done
   */
  InputSource(
      InputStream in,
      LineParser parser,
      int longestLine,
      int window,
      @Nullable Positions positions,
      boolean keepsText,
      BodyMemory memory) {
    this.memory = memory;
    this.positions = positions;
    this.keepsText = keepsText;
    this.longestLine = longestLine;
    this.window = window;
    this.parser = parser;
    this.reader = new InputReader(new LineReader(in, longestLine), lock, changed);
  }

  /**
   * How far the input was read. Every line up to the last one was handed out or skipped.
   *
   * @param lastLine the number of the last line that was read
   * @param exhausted whether that was the end
   * @param handedOut lines that are items
   * @param skipped blank lines and comments
   */
  record Reading(long lastLine, boolean exhausted, long handedOut, long skipped) {}

  Reading reading() {
    lock.lock();
    try {
      return new Reading(lastNumber, isExhausted, handedOut, skipped);
    } finally {
      lock.unlock();
    }
  }

  /** An error of the run, in terms of lines. */
  String inLines(String message) {
    lock.lock();
    try {
      return positions == null ? message : positions.inLines(message);
    } finally {
      lock.unlock();
    }
  }

  /** A line goes on with another request. */
  void redirect(Call call) {
    lock.lock();
    try {
      redirected.add(call);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** A line is done with: there is room for another one. */
  void done() {
    lock.lock();
    try {
      done++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean hasNext() {
    lock.lock();
    try {
      while (next == null) {
        if (!take()) {
          if (isStopped || (isOver && handedOut == done)) {
            return false;
          }
          changed.await();
        }
      }
      return true;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public InputLine next() {
    lock.lock();
    try {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      InputLine line = Objects.requireNonNull(next);
      next = null;
      if (positions != null) {
        positions.item(line.history().redirects() > 0);
      }
      return line;
    } finally {
      lock.unlock();
    }
  }

  /** Takes what there is: an item, or something else of the input. False if there is nothing now. */
  private boolean take() {
    next = redirected.poll();
    if (next != null) {
      return true;
    }
    long open = handedOut - done;
    boolean mayRead = !isOver && open < window && (open == 0 || memory.hasRoomForMore());
    Result result = mayRead ? reader.poll() : null;
    switch (result) {
      case null -> {
        return false;
      }
      case Result.Read(var line) -> accept(line);
      case Result.End() -> {
        isOver = true;
        isExhausted = true;
      }
      case Result.Broken(var reason) -> {
        isOver = true;
        lastNumber++;
        handOut(malformed("the input cannot be read further: " + reason));
      }
    }
    return true;
  }

  private void accept(LineReader.Line line) {
    lastNumber = line.number();
    LineHistory history = new LineHistory(handedOut);
    if (keepsText && !line.tooLong()) {
      history.keep(line.bytes());
    }
    InputLine item =
        line.tooLong()
            ? malformed("longer than " + longestLine + " bytes: see --max-line")
            : parser.parse(line.number(), line.bytes(), history);
    if (item == null) {
      skipped++;
      if (positions != null) {
        positions.skipped(line.number());
      }
    } else {
      handOut(item);
    }
  }

  private void handOut(InputLine item) {
    handedOut++;
    next = item;
    if (item instanceof Call call) {
      memory.stepsAside(call.history().sequence(), call.host());
    }
  }

  private InputLine malformed(String problem) {
    return new Malformed(Label.of(lastNumber), new LineHistory(handedOut), problem);
  }

  /** Hands out nothing more, and says which lines would have gone on. */
  List<Call> stop() {
    lock.lock();
    try {
      isOver = true;
      isStopped = true;
      List<Call> left = new ArrayList<>(redirected);
      if (next instanceof Call call && call.history().hasStarted()) {
        left.add(call);
      }
      redirected.clear();
      next = null;
      reader.close();
      changed.signalAll();
      return left;
    } finally {
      lock.unlock();
    }
  }
}
