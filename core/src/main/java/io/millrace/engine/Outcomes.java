package io.millrace.engine;

import io.millrace.engine.out.Collected;
import io.millrace.engine.out.Joining;
import io.millrace.engine.out.Sink;
import io.millrace.engine.out.Wakeup;
import io.millrace.outcome.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** How one thread at a time takes the outcomes of a run. */
public final class Outcomes {
  private final Sink sink;
  private final Staff staff;
  private final Wakeup wakeup;
  private final Joining joining;
  private final Schedule schedule;
  private final Runnable watchingEnd;

  /* Written by whoever closes, read by the consumer. There is none in a run that collects, or is closed. */
  private volatile @Nullable Taker taker;
  private volatile boolean isClosed;

  /**
   * The outcomes of a run.
   *
   * @param watchingEnd sees to it that the end of a run which is over does not wait for carriers
   */
  Outcomes(
      Sink sink,
      @Nullable Taker taker,
      Staff staff,
      Wakeup wakeup,
      Joining joining,
      Schedule schedule,
      Runnable watchingEnd) {
    this.sink = sink;
    this.taker = taker;
    this.staff = staff;
    this.wakeup = wakeup;
    this.joining = joining;
    this.schedule = schedule;
    this.watchingEnd = watchingEnd;
  }

  /** Nothing more is handed out. */
  void close() {
    isClosed = true;
    Taker closed = taker;
    taker = null; // with the outcomes that it has at hand
    if (closed != null) {
      closed.close();
    }
  }

  /** The next outcome; null at the end, and after the run was closed. */
  public @Nullable Outcome<?, ?> take() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException(); // also if there is something: no race decides that
    }
    if (staff.isInline()) {
      throw new IllegalStateException(
          "an action that runs in the caller's thread cannot take outcomes of its own run: they wait for it");
    }
    Taker open = taker();
    return open == null ? null : open.take();
  }

  /** The next outcome; null if there is none now. */
  public @Nullable Outcome<?, ?> poll() {
    staff.runInline();
    Taker open = taker();
    return open == null ? null : open.poll();
  }

  /* Null after the run was closed: looked at before that, so no taker means closed, or that there is none. */
  private @Nullable Taker taker() {
    Taker open = taker;
    if (isClosed) {
      return null;
    }
    if (open == null) {
      throw new IllegalStateException("this run collects");
    }
    return open;
  }

  /** All outcomes, in input order, when the run is over. */
  public @Nullable Object[] collect() throws InterruptedException {
    if (sink instanceof Collected collected) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      BooleanSupplier isGone = joining::isDone;
      if (!Wakeup.spin(isGone)) {
        wakeup.await(() -> schedule.isOver() || isGone.getAsBoolean());
      }
      if (!Wakeup.spin(isGone)) {
        watchingEnd.run();
        wakeup.await(isGone);
      }
      return collected.outcomes();
    }
    List<Object> all = new ArrayList<>();
    for (Outcome<?, ?> next = take(); next != null; next = take()) {
      all.add(next);
    }
    return all.toArray();
  }
}
