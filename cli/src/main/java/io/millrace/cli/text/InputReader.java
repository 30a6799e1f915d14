package io.millrace.cli.text;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Reads lines for a caller that must not block: a thread of its own waits for lines that have not come yet, and only
 * when one is wanted. Whatever keeps it from reading further is a result, too, so that nobody waits for a thread that
 * has died.
 */
public final class InputReader implements AutoCloseable {
  /* There before it is needed: where memory is short, it could not be made. */
  private static final Result DIED = new Result.Broken("the thread that reads it has ended");

  private final LineReader lines;

  /* The owner's lock, and what it waits for. */
  private final ReentrantLock lock;
  private final Condition changed;

  /* What the thread waits for, which whatever else has changed does not wake. */
  private final Condition wanted;

  /* Guarded by the lock. While a line is wanted, the reader belongs to the thread, else to the owner. */
  private boolean isWanted;
  private @Nullable Result result;
  private @Nullable Thread thread;
  private boolean isClosed;

  /** What came of reading: a line, the end, or an error. */
  public sealed interface Result {
    /** A line. */
    record Read(LineReader.Line line) implements Result {}

    /** There is no more. */
    record End() implements Result {}

    /** There is more, but it cannot be read. */
    record Broken(String reason) implements Result {}
  }

  /** Makes it; the condition is told when a line has come. */
  public InputReader(LineReader lines, ReentrantLock lock, Condition changed) {
    this.lines = lines;
    this.lock = lock;
    this.changed = changed;
    wanted = lock.newCondition();
  }

  /** The next line if it is here, and else null: then it is waited for. Called under the lock. */
  public @Nullable Result poll() {
    if (result == null && !isWanted) {
      if (lines.isReady()) {
        return read();
      }
      want();
    }
    Result ready = result;
    result = null;
    return ready;
  }

  private void want() {
    isWanted = true;
    if (thread == null) {
      thread = Thread.ofPlatform().name("millrace-input").daemon().start(this::readOnDemand);
    } else {
      wanted.signal();
    }
  }

  private void readOnDemand() {
    lock.lock();
    try {
      while (!isClosed) {
        if (isWanted) {
          answer(readUnlocked());
        } else {
          wanted.await();
        }
      }
    } catch (InterruptedException closed) {
      // nobody wants more
    } finally {
      if (isWanted) {
        answer(DIED);
      }
      lock.unlock();
    }
  }

  private void answer(Result read) {
    isWanted = false;
    result = read;
    changed.signalAll();
  }

  private Result readUnlocked() {
    lock.unlock();
    try {
      return read();
    } finally {
      lock.lock();
    }
  }

  private Result read() {
    try {
      LineReader.Line line = lines.next();
      return line == null ? new Result.End() : new Result.Read(line);
    } catch (ClosedByInterruptException | InterruptedIOException closed) {
      return new Result.End();
    } catch (IOException broken) {
      return new Result.Broken(String.valueOf(broken.getMessage()));
    } catch (OutOfMemoryError tooLong) {
      return new Result.Broken(
          ErrorMessage.of(tooLong) + ": --max-line bounds what a line may take");
    } catch (RuntimeException | Error broken) {
      return new Result.Broken(ErrorMessage.of(broken));
    }
  }

  /** Reads no more; a thread that is stuck in the input is left alone. Called under the lock. */
  @Override
  public void close() {
    isClosed = true;
    if (thread != null) {
      thread.interrupt();
    }
  }
}
