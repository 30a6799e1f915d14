package io.millrace.engine;

import io.millrace.base.Suppressing;
import io.millrace.engine.feed.Feed;
import io.millrace.engine.thread.Alarm;
import io.millrace.engine.thread.Mishaps;
import io.millrace.engine.thread.Sending;
import io.millrace.engine.thread.Threads;
import io.millrace.time.TimeSource;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Closes the source of a run when no worker is left. A source is somebody's code, and may take its time for
 * that: the run waits for the grace period, in real time, and then goes on to its end.
 */
final class FeedClosing {
  private final Feed feed;
  private final long graceNanos;
  private final Runnable done;

  /* Whoever sets it tells the run: the thread that closes, or the alarm. */
  private final AtomicBoolean isDone = new AtomicBoolean();

  /* Written by the thread that closes a source which may take its time, read by the alarm. */
  private volatile @Nullable Thread closer;

  /**
   * What closes a source.
   *
   * @param done called once, when the run need not wait any more
   */
  FeedClosing(Feed feed, long graceNanos, Runnable done) {
    this.feed = feed;
    this.graceNanos = graceNanos;
    this.done = done;
  }

  void begin() {
    if (feed.hasToBeClosed()) {
      Thread caller = Thread.currentThread();
      Threads.inPlatformThread(() -> closeInTime(caller));
    } else {
      close();
    }
  }

  /* If there is no thread for it, this is the caller's, which is not to be interrupted. */
  private void closeInTime(Thread caller) {
    closer = Thread.currentThread().equals(caller) ? null : Thread.currentThread();
    Alarm alarm = new Alarm(TimeSource.system(), this::abandon); // most sources need none
    if (graceNanos != Long.MAX_VALUE) {
      Mishaps.survive(() -> alarm.at(System.nanoTime() + graceNanos));
    }
    close();
    Mishaps.survive(alarm::cancel);
  }

  private void close() {
    try {
      feed.close();
    } catch (Throwable broken) {
      Mishaps.log("closing the source failed", broken);
    }
    tell();
  }

  private void abandon() {
    if (isDone.get()) {
      return; // it has closed just now
    }
    Mishaps.log(
        "the run goes on to its end, but its source takes longer to close than the grace period",
        new IllegalStateException("the source is not closed yet"));
    Thread closing = closer;
    if (closing != null) {
      Sending.interrupt(closing, closing::interrupt, () -> {});
    }
    tell();
  }

  private void tell() {
    if (isDone.compareAndSet(false, true)) {
      done.run();
    }
  }

  /** Closes a source whose run could not be made. */
  static void after(Throwable broken, Feed feed) {
    try {
      feed.close();
    } catch (Throwable again) {
      Suppressing.add(broken, again);
    }
  }
}
