package io.millrace.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Threads of one test, platform and virtual in turn; at the end all are joined. */
final class Crew implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  /** Starts a thread that the clock knows nothing of. */
  Thread start(Body body) {
    return startTask(quiet(body));
  }

  /** Starts a thread that is announced by enter and exit. */
  Thread startEntered(ManualClock clock, Body body) {
    clock.enter();
    return startTask(
        () -> {
          try {
            quiet(body).run();
          } finally {
            clock.exit();
          }
        });
  }

  /** Starts a thread that runs an announced task. */
  Thread startAnnounced(ManualClock clock, Body body) {
    return startTask(clock.announced(quiet(body)));
  }

  private Thread startTask(Runnable task) {
    Thread.Builder builder = threads.size() % 2 == 0 ? Thread.ofVirtual() : Thread.ofPlatform();
    Thread thread = builder.name("crew-" + threads.size()).start(task);
    threads.add(thread);
    return thread;
  }

  private Runnable quiet(Body body) {
    return () -> {
      try {
        body.run();
      } catch (Throwable error) {
        failure.compareAndSet(null, error);
      }
    };
  }

  @Override
  public void close() {
    threads.forEach(Crew::join);
    if (failure.get() != null) {
      throw new AssertionError("a thread failed", failure.get());
    }
  }

  private static void join(Thread thread) {
    boolean ended;
    try {
      ended = thread.join(PATIENCE);
    } catch (InterruptedException unexpected) {
      throw new AssertionError("the test's own thread was interrupted", unexpected);
    }
    if (!ended) {
      AssertionError stuck = new AssertionError(thread + " does not end");
      stuck.setStackTrace(thread.getStackTrace());
      throw stuck;
    }
  }

  interface Body {
    void run() throws Exception;
  }
}
