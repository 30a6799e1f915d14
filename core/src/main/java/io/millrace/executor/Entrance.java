package io.millrace.executor;

import io.millrace.base.Require;
import io.millrace.base.Rethrow;
import io.millrace.base.TimerThread;
import io.millrace.engine.terms.Config;
import io.millrace.engine.thread.Deputies;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Lets tasks into an executor, as its queue limit says, and sets their deadlines. Thread-safe. */
final class Entrance {
  private static final Deputies EXPIRING = new Deputies();

  private final Home home;
  private final QueueLimit limit;
  private final TimeSource clock;

  /* False if somebody else's threads run the tasks, whose interrupt may be anything. */
  private final boolean ownThreads;

  private final @Nullable Room room;

  Entrance(Home home, Config config, QueueLimit limit) {
    this.home = home;
    this.limit = limit;
    this.clock = config.clock;
    this.ownThreads = config.ownThreads();
    long places = limit.places(config.mostConcurrency());
    Room full = limit.isNone() ? null : new Room(places, clock, home.ownWaits());
    this.room = full;
    if (full != null) {
      home.feed().whenShut(full::close); // whatever ends the executor
    }
  }

  QueueLimit limit() {
    return limit;
  }

  /** As many more, or fewer, tasks run at once. */
  void change(int difference) {
    if (room != null) {
      room.change(difference);
    }
  }

  /** Whether a task that comes now is let in at once. */
  boolean hasRoom() {
    return room == null || room.hasFree();
  }

  /** Lets nobody in any more. */
  void close() {
    home.feed().shut();
  }

  /**
   * Lets a task in, or drops it.
   *
   * @throws RejectedExecutionException if the executor was shut down, or if it is full and the limit says so
   * @throws CancellationException if the thread is interrupted while it waits for room
   */
  void admit(Submitted task, Duration deadline) {
    TimeLimit time = TimeLimit.of(clock, Require.nanos(deadline));
    Room full = room;
    if (full == null || full.tryTake()) {
      add(task, time, deadline);
      return;
    }
    if (home.feed().isShut()) {
      throw shutDown();
    }
    switch (limit.whenFull()) {
      case REJECT -> throw new RejectedExecutionException(full() + ", so this one is refused");
      case WAIT -> waitAndAdd(full, task, time, deadline);
      case DROP_NEWEST -> task.drop(dropped());
      case DROP_OLDEST -> replaceOldest(task, time, deadline);
    }
  }

  /** Lets the task of somebody in who waits for it, and so also waits for room. */
  void admitPart(Submitted task, Duration deadline, TimeLimit patience)
      throws InterruptedException, TimeoutException {
    if (!admitPart(task, deadline, patience, _ -> {})) {
      throw new TimeoutException("there was no room for the task in time");
    }
  }

  /**
   * As {@link #admitPart(Submitted, Duration, TimeLimit)}; answers whether there was room before the time was up, or
   * something better to do.
   *
   * @param whenBetter see {@link Room#take(TimeLimit, Consumer)}
   */
  boolean admitPart(
      Submitted task, Duration deadline, TimeLimit patience, Consumer<Runnable> whenBetter)
      throws InterruptedException {
    TimeLimit time = TimeLimit.of(clock, Require.nanos(deadline));
    Room full = room;
    if (full != null && await(full, patience, whenBetter) == Room.Answer.LATE) {
      return false;
    }
    add(task, time, deadline);
    return true;
  }

  private void waitAndAdd(Room full, Submitted task, TimeLimit time, Duration deadline) {
    Room.Answer answer;
    try {
      answer = await(full, time, _ -> {});
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      CancellationException cancelled =
          new CancellationException("interrupted while waiting for room: " + full());
      cancelled.initCause(interrupted);
      throw cancelled;
    }
    if (answer == Room.Answer.LATE) {
      task.expire(late(deadline));
      task.leave();
    } else {
      add(task, time, deadline);
    }
  }

  private static Room.Answer await(Room full, TimeLimit time, Consumer<Runnable> whenBetter)
      throws InterruptedException {
    Room.Answer answer = full.take(time, whenBetter);
    if (answer == Room.Answer.CLOSED) {
      throw shutDown();
    }
    return answer;
  }

  private void replaceOldest(Submitted task, TimeLimit time, Duration deadline) {
    Submitted oldest = (Submitted) home.feed().pollReplaceable();
    if (oldest == null) {
      task.drop(dropped());
    } else if (oldest.forfeit()) {
      oldest.drop(dropped());
      add(task, time, deadline);
    } else { // it has given its place back just now
      oldest.drop(dropped());
      admit(task, deadline);
    }
  }

  /* There is a place for it. */
  private void add(Submitted task, TimeLimit time, Duration deadline) {
    task.hold(room);
    if (time.isOver()) {
      task.expire(late(deadline));
      task.leave();
      return;
    }
    try {
      if (!time.isNone()) {
        task.expireBy(clock.schedule(clock.nanoTime() + time.left(), () -> expire(task, deadline)));
      }
      if (!home.add(task)) {
        throw shutDown();
      }
      if (task.isWithdrawn()) {
        home.withdraw(task); // its deadline came before it could be found here
      }
    } catch (Throwable refused) {
      task.leave();
      throw Rethrow.asIs(refused);
    }
  }

  /* Perhaps in the thread of all timers, which must not wait for what depends on the task, or for the interrupt of a thread. */
  private void expire(Submitted task, Duration deadline) {
    if (TimerThread.isCurrent() || task.hasDependents() || !ownThreads) {
      EXPIRING.run(clock.announced(() -> task.expire(late(deadline))));
    } else {
      task.expire(late(deadline));
    }
  }

  private static RejectedExecutionException shutDown() {
    return new RejectedExecutionException(
        "the executor was shut down, or stopped: it takes no more tasks");
  }

  private String full() {
    return "as many tasks wait in the executor as its limit allows, " + limit;
  }

  private RejectedExecutionException dropped() {
    return new RejectedExecutionException("dropped: " + full());
  }

  private static TimeoutException late(Duration deadline) {
    return new TimeoutException(
        "not done " + Require.text(deadline) + " after it was submitted, its deadline");
  }
}
