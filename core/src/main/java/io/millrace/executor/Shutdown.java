package io.millrace.executor;

import io.millrace.engine.Engine;
import io.millrace.engine.feed.TaskFeed;
import io.millrace.engine.terms.Tuned;
import java.util.ArrayList;
import java.util.List;

/**
 * How an executor ends: no task comes any more, those that have not begun run, or do not, and what runs goes on or is
 * interrupted. Thread-safe.
 */
final class Shutdown {
  private final Entrance entrance;
  private final Engine engine;
  private final TaskFeed feed;

  Shutdown(Entrance entrance, Home home) {
    this.entrance = entrance;
    this.engine = home.engine();
    this.feed = home.feed();
  }

  /** All tasks that have come run, also those of an executor that is paused. */
  void runWaiting() {
    entrance.close();
    engine.resume();
  }

  /** What runs goes on; what has not begun is cancelled. */
  void cancelWaiting() {
    entrance.close();
    cutOff(takeNotBegun());
    engine.resume();
  }

  /** What runs is interrupted; returns what has not begun, which is cancelled if no caller has it. */
  List<Runnable> interruptRunning() {
    List<Tuned> notBegun = stop();
    cutOff(notBegun.stream().filter(each -> !isInHand(each)).toList());
    List<Runnable> given = new ArrayList<>(); // of the caller, as other executors' are
    notBegun.stream().filter(each -> !isStage(each)).forEach(each -> given.add(asGiven(each)));
    return given;
  }

  /** As {@link #runWaiting}, and waits; an interrupt ends it at once, and sets the flag again at the end. */
  void runWaitingAndJoin() {
    runWaiting();
    if (!isComplete()) {
      requireAnotherThread();
    }
    boolean interrupted = false;
    while (!isComplete()) {
      try {
        engine.awaitJoined(Long.MAX_VALUE);
      } catch (InterruptedException first) {
        interrupted = true;
        cutOff(stop());
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until all tasks are done after a shutdown, for at most so long; false if they are not. */
  boolean await(long nanos) throws InterruptedException {
    if (engine.hasJoined()) {
      return true;
    }
    if (nanos == Long.MAX_VALUE) {
      requireAnotherThread();
    }
    return engine.awaitJoined(nanos);
  }

  /* A task would wait for itself, or what depends on it. */
  private void requireAnotherThread() {
    if (engine.waitsFor(Thread.currentThread())) {
      throw DeadlockException.ofItsExecutor();
    }
  }

  boolean hasBegun() {
    return feed.isShut();
  }

  boolean isComplete() {
    return feed.isShut() && engine.hasJoined();
  }

  /* What runs is interrupted before anybody hears of what does not run. */
  private List<Tuned> stop() {
    entrance.close();
    List<Tuned> notBegun = takeNotBegun();
    engine.stop();
    return notBegun;
  }

  /* First what a worker may be about to begin, or what waits for a permit: it came before the others. */
  private List<Tuned> takeNotBegun() {
    List<Tuned> queued = feed.drain();
    List<Tuned> all = new ArrayList<>(engine.takeBack());
    all.addAll(queued);
    all.forEach(each -> ((Submitted) each).leave());
    return all;
  }

  private static void cutOff(List<Tuned> notBegun) {
    notBegun.forEach(each -> ((Submitted) each).cutOff());
  }

  private static boolean isInHand(Tuned task) {
    return !isStage(task) && !(task instanceof Task<?> submitted && submitted.isPart);
  }

  private static boolean isStage(Tuned task) {
    return task instanceof Command command && command.isStage();
  }

  private static Runnable asGiven(Tuned task) {
    return switch (task) {
      case Task<?> submitted -> submitted.future;
      case Command command -> command.runnable;
      default -> throw new AssertionError(task);
    };
  }
}
