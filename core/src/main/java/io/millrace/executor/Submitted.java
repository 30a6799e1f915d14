package io.millrace.executor;

import io.millrace.base.Quietly;
import io.millrace.engine.terms.Tuned;
import io.millrace.engine.terms.Tuning;
import io.millrace.time.TimeSource;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What was submitted to an executor, with what it holds there until it ends: a place and a timer. */
abstract class Submitted extends Tuned {
  private static final VarHandle ROOM;

  static {
    try {
      ROOM = MethodHandles.lookup().findVarHandle(Submitted.class, "room", Room.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  /* Where it has a place. Written before anybody else sees this, taken by whoever gives the place back. */
  @SuppressWarnings("unused")
  private volatile @Nullable Room room;

  /* Its deadline. Written before anybody else sees this; cancelling it twice does no harm. */
  private TimeSource.@Nullable Timer timer;

  Submitted(Tuning tuning) {
    super(tuning);
  }

  /** Makes one attempt, in a worker. */
  abstract @Nullable Object attempt() throws Exception;

  /** Its deadline has come. This may call code of others: what depends on it, and the interrupt of a thread. */
  abstract void expire(TimeoutException late);

  /** Whether code of others may run when it ends. */
  boolean hasDependents() {
    return false;
  }

  /** It is not run, because others have its place, or the place that it would need. */
  abstract void drop(RejectedExecutionException why);

  /** It is not run, because the executor ended before: its future, if there is one, is cancelled. */
  abstract void cutOff();

  /** Why a future is cancelled whose executor ended before it was done. */
  static CancellationException cutOffBy(@Nullable Throwable endingError) {
    CancellationException cancelled =
        new CancellationException(
            "the executor was shut down, or stopped, before the task was done");
    cancelled.initCause(endingError);
    return cancelled;
  }

  /* Only what has a place can make room. */
  @Override
  public final boolean isReplaceable() {
    return room != null;
  }

  final void hold(@Nullable Room itsRoom) {
    room = itsRoom;
  }

  final void expireBy(TimeSource.Timer itsTimer) {
    timer = itsTimer;
  }

  /** Gives up its place for another task; false if it has none any more. */
  final boolean forfeit() {
    return takeRoom() != null;
  }

  /** It has ended, or does not run any more. */
  final void leave() {
    Room left = takeRoom();
    if (left != null) {
      left.giveBack();
    }
    TimeSource.Timer running = timer;
    if (running != null) {
      Quietly.cancel(running::cancel);
    }
    left();
  }

  /** What else follows from that. It may be told so more than once. */
  void left() {}

  private @Nullable Room takeRoom() {
    return room == null ? null : (Room) ROOM.getAndSet(this, (Room) null);
  }
}
