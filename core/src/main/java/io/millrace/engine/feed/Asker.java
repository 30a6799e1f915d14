package io.millrace.engine.feed;

import io.millrace.base.Require;
import io.millrace.base.Warnings;
import io.millrace.engine.thread.Sending;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Subscribes to a publisher, asks it and cancels, in a thread of its own: any of that may send items, or
 * block, before it returns. The calls are serial, as the publisher may expect, and requests that come
 * meanwhile are made as one.
 */
final class Asker {
  private final Flow.Publisher<?> publisher;
  private final PublisherFeed subscriber;
  private final Duration grace;
  private final TimeSource clock;
  private final Thread thread;

  /* Added to by the reader, emptied by whoever asks. */
  private final AtomicLong owed;

  /* Calls that are still to be looked for: who raises it from 0 makes them all. */
  private final AtomicInteger due = new AtomicInteger();

  /* Written by whoever makes the calls, compared by the publisher's threads with themselves. */
  private volatile @Nullable Thread calling;

  /* Written once, by the publisher's thread. */
  private volatile Flow.@Nullable Subscription subscription;

  /* Set when there is nothing to cancel any more, by the publisher or by whoever has cancelled. */
  private final AtomicBoolean forgotten = new AtomicBoolean();

  /** The reader's own: whether it has asked before. */
  private boolean begun;

  /* Set by the reader, cleared by the thread: there is something to do. Announced to the clock. */
  private final AtomicBoolean awake = new AtomicBoolean();

  /* Only forward, by whoever stops; and by the thread. */
  private volatile boolean stopped;
  private volatile boolean gone;

  Asker(
      Flow.Publisher<?> publisher,
      PublisherFeed subscriber,
      int ahead,
      Duration grace,
      TimeSource clock,
      boolean isVirtual) {
    this.publisher = publisher;
    this.subscriber = subscriber;
    this.owed = new AtomicLong(ahead);
    this.grace = grace;
    this.clock = clock;
    Thread.Builder kind = isVirtual ? Thread.ofVirtual() : Thread.ofPlatform().daemon();
    this.thread =
        kind.name("millrace-subscriber").inheritInheritableThreadLocals(false).unstarted(this::run);
  }

  /** Starts the thread, which does nothing before it is first asked. */
  void start() {
    thread.start();
  }

  /** Asks for this many more items soon; the first call subscribes. Never blocks. */
  void ask(int items) {
    boolean first = !begun;
    begun = true;
    owed.addAndGet(items);
    if ((first || items > 0) && !stopped && !awake.getAndSet(true)) {
      announce();
      LockSupport.unpark(thread);
      sleepIfGone();
    }
  }

  private void announce() {
    try {
      clock.enter();
    } catch (Throwable broken) {
      awake.set(false); // nothing to take back
      throw broken;
    }
  }

  /* Against run(): whichever of the two comes second sees what the other wrote. */
  private void sleepIfGone() {
    if (gone && awake.getAndSet(false)) {
      exit();
    }
  }

  /* A clock that throws keeps nobody from what is still to be asked, or cancelled. */
  private void exit() {
    try {
      clock.exit();
    } catch (Throwable broken) {
      warn("a clock failed when a thread was to end its work", broken);
    }
  }

  private void run() {
    boolean subscribed = false;
    while (!stopped) {
      if (!awake.getAndSet(false)) {
        LockSupport.park(this);
        continue;
      }
      try {
        if (!subscribed) {
          subscribed = true;
          subscribe();
        }
        call();
      } finally {
        clearInterrupt();
        exit();
      }
    }
    gone = true;
    sleepIfGone();
    Thread.interrupted(); // that was meant for what the publisher did before
    call(); // cancels
  }

  /* The publisher may leave the flag set: then the thread would not park. */
  private void clearInterrupt() {
    if (!stopped) {
      Thread.interrupted();
    }
  }

  private void subscribe() {
    try {
      publisher.subscribe(subscriber);
    } catch (Throwable broken) {
      var _ = subscriber.broken(broken);
    }
  }

  /** The publisher has accepted; called in whatever thread it likes. */
  void subscribed(Flow.Subscription given) {
    if (subscription != null) {
      cancel(given);
      return;
    }
    subscription = given;
    call();
  }

  /* At the end, one more round cancels what was accepted late. */
  private void call() {
    if (due.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    do {
      Flow.Subscription to = subscription;
      if (to != null) {
        calling = Thread.currentThread();
        request(to);
        calling = null;
      }
      seen = due.addAndGet(-seen);
    } while (seen != 0);
  }

  private void request(Flow.Subscription to) {
    if (stopped) {
      cancelOnce(to);
      return;
    }
    long items = forgotten.get() ? 0 : owed.getAndSet(0);
    if (items > 0) {
      subscriber.expect(items);
      try {
        to.request(items);
      } catch (Throwable broken) {
        var _ = subscriber.broken(broken);
      }
    }
  }

  /** The publisher has ended by itself. */
  void forget() {
    forgotten.set(true);
  }

  boolean isStopped() {
    return stopped;
  }

  /** Cancels soon, or at once in a thread in which the publisher sends. Never blocks otherwise. */
  void stop() {
    stopped = true;
    Flow.Subscription to = subscription;
    if (to != null && calling == Thread.currentThread()) {
      cancelOnce(to);
      return;
    }
    Sending.interrupt(
        thread, thread::interrupt, () -> {}); // it parks, or is in the publisher's code
  }

  /** Waits until no call is made any more, or the grace period has passed. */
  void close() {
    stop();
    if (thread.getState() == Thread.State.NEW) {
      return;
    }
    try {
      if (!join()) {
        warn("a publisher ignored its interrupt: " + thread + " is abandoned", null);
        Flow.Subscription to = subscription;
        if (to != null) {
          cancelOnce(to);
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean join() throws InterruptedException {
    long nanos = Require.nanos(grace);
    return thread.join(Duration.ofNanos(nanos));
  }

  private void cancelOnce(Flow.Subscription to) {
    if (!forgotten.getAndSet(true)) {
      cancel(to);
    }
  }

  private static void cancel(Flow.Subscription to) {
    try {
      to.cancel();
    } catch (Throwable broken) {
      warn("a publisher failed to cancel", broken);
    }
  }

  private static void warn(String message, @Nullable Throwable thrown) {
    Warnings.log(Asker.class, message, thrown);
  }
}
