package io.millrace.scope;

import io.millrace.engine.thread.Sending;
import io.millrace.time.TimeSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The scopes that one thread is inside of, the innermost last: decides when they may interrupt it, and
 * whose an interrupt was.
 *
 * <p>A thread has one interrupt flag for all of them and for everybody else. So each interrupt of a scope
 * is sent under the monitor and only while the thread is inside of that scope, which clears the flag when it
 * is left. What somebody else had set before is kept: it is set again.
 */
final class Strand {
  private final Thread thread;

  /*
   * Guarded by this: those who cancel race with the thread that enters and leaves. It has to be a
   * monitor: a thread that waits for a lock of java.util.concurrent hides its interrupt flag meanwhile.
   */
  private final List<Frame> frames = new ArrayList<>(2);

  /** Guarded by this: how many of the frames have interrupted the thread. */
  private int outstanding;

  /** Guarded by this: whether the first of them found the flag set: by somebody else. */
  private boolean foreign;

  /** Guarded by this: what an interrupt threw when no scope had sent one: it is nobody's here. */
  private @Nullable Throwable foreignError;

  Strand(Thread thread) {
    this.thread = thread;
  }

  boolean isOf(Thread other) {
    return thread.equals(other);
  }

  /** Runs a timer's task that interrupts the thread. */
  void inTime(TimeSource clock, Runnable task) {
    Sending.inTime(thread, clock, task);
  }

  /** The thread enters; it is interrupted if the scope is cancelled already. */
  synchronized void enter(Frame frame) {
    if (frame.shields() && outstanding > 0 && !foreign) {
      Thread.interrupted(); // comes again when the shield is left
    }
    frames.add(frame);
    if (!frame.isGuest() && frame.scope.isReached()) {
      interruptAgain();
    }
  }

  /** A scope that the thread may be inside of was cancelled. */
  synchronized void interrupt(Frame frame) {
    if (frames.contains(frame) && !frame.sent && !isShielded(frame)) {
      send(frame);
      wake();
    }
  }

  /** The run of a worker has ended. If that is because its scope was cancelled, a shield holds it off. */
  synchronized void interruptGuest(Frame frame) {
    if (!frame.scope.isReached()) {
      wake();
    } else if (!isShielded(frame)) {
      send(frame);
      wake();
    }
  }

  /**
   * The thread leaves its innermost scope. Afterwards the flag is set only if somebody else has set it,
   * or for an outer scope that is cancelled.
   *
   * @param error what the block threw; null if it returned
   * @param kind what that is
   * @param cancelled whether the scope was cancelled before its block ended
   * @return whether the error comes of the scope's own cancellation, and of no outer one
   */
  synchronized boolean leave(
      Frame frame, @Nullable Throwable error, Ending.Kind kind, boolean cancelled) {
    frames.removeLast();
    boolean outerIsReached = frame.outerIsReached();
    boolean caught = cancelled && (frame.shields() || !outerIsReached) && isOwn(frame, error, kind);
    if (kind == Ending.Kind.INTERRUPTED && outstanding == 0) {
      foreignError = error;
    }
    tidyUp(frame);
    boolean onItsWay = kind.isCancellation() && !caught && outstanding > 0;
    if (outerIsReached && !onItsWay) {
      interruptAgain();
    }
    return caught;
  }

  @SuppressWarnings("ReferenceEquality") // it is about that very error
  private boolean isOwn(Frame frame, @Nullable Throwable error, Ending.Kind kind) {
    return kind == Ending.Kind.CANCELLED
        || (kind == Ending.Kind.INTERRUPTED && frame.sent && error != foreignError);
  }

  private void tidyUp(Frame frame) {
    if (!frame.sent) {
      return;
    }
    Thread.interrupted();
    outstanding--;
    if (outstanding == 0 && foreign) {
      foreign = false;
      if (!frame.isGuest() || !frames.isEmpty()) {
        // Not for a worker's thread, which goes back to its executor: that was not meant.
        wake();
      }
    }
  }

  private boolean isShielded(Frame frame) {
    return frames.subList(frames.indexOf(frame) + 1, frames.size()).stream()
        .anyMatch(Frame::shields);
  }

  /** Interrupts for all cancelled scopes that no shield holds off. */
  private void interruptAgain() {
    for (Frame frame : frames.reversed()) {
      if (frame.isCancelled()) {
        send(frame);
      }
      if (frame.shields()) {
        break;
      }
    }
    wake();
  }

  /* What is left to be done is more than what a thread with an idea of its own throws. */
  private void wake() {
    try {
      thread.interrupt();
    } catch (Throwable broken) {
      // the scope says that it is cancelled to whoever asks; under the monitor nothing is logged
    }
  }

  private void send(Frame frame) {
    if (frame.sent) {
      return;
    }
    foreign |= outstanding == 0 && thread.isInterrupted();
    frame.sent = true;
    outstanding++;
  }
}
