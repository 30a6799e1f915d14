package io.millrace.engine.durable;

import io.millrace.engine.claim.Ticket;
import io.millrace.engine.thread.KnownWaits;
import io.millrace.engine.thread.Mishaps;
import io.millrace.engine.thread.Threads;
import io.millrace.time.TimeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A thread of its own that works on tickets, all at once that have come while it was busy. It is a platform thread: a
 * store may keep it in native code. What is queued counts in the window, so this is bounded. Thread-safe.
 */
final class TicketBatches {
  /** Most tickets at once. */
  private static final int MOST = 1_000;

  private final TimeSource clock;
  private final Consumer<List<Ticket>> work;
  private final Queue<Ticket> queue = new ConcurrentLinkedQueue<>();
  private final KnownWaits waits;

  /* Written once, by whoever ends this; read by the thread. Set before the thread is woken. */
  private volatile @Nullable Runnable last;

  /* Written by the thread, read by whoever asks how many there are. */
  private volatile int atWork;

  /* Written before the first ticket comes. */
  private boolean isStarted;

  /** What does the work, which must not throw. */
  TicketBatches(TimeSource clock, Consumer<List<Ticket>> work) {
    this.clock = clock;
    this.work = work;
    this.waits = new KnownWaits(clock);
  }

  /** Starts the thread; throws if there is none to be had. */
  void start() {
    Runnable announced = clock.announced(this::run);
    try {
      Threads.startPlatform(announced);
    } catch (Throwable noThread) {
      clock.exit();
      throw noThread;
    }
    isStarted = true;
  }

  /** How many tickets there are, those included that are worked on. */
  int pending() {
    return atWork + queue.size();
  }

  void add(Ticket ticket) {
    queue.add(ticket);
    waits.wake();
  }

  /** No further ticket comes. The thread does this last; the caller does if there is no thread. */
  void end(Runnable task) {
    if (isStarted) {
      last = task;
      waits.wake();
    } else {
      task.run();
    }
  }

  private void run() {
    List<Ticket> batch = next();
    while (!batch.isEmpty()) {
      atWork = batch.size();
      work.accept(batch);
      atWork = 0;
      batch = next();
    }
    Runnable task = last;
    if (task != null) {
      Mishaps.survive(task);
    }
  }

  /** The next tickets; none at the end. */
  private List<Ticket> next() {
    while (queue.isEmpty() && last == null) {
      try {
        waits.await(() -> !queue.isEmpty() || last != null);
      } catch (InterruptedException meaningless) {
        // nobody has this thread in hand
      }
    }
    List<Ticket> batch = new ArrayList<>();
    for (Ticket ticket = queue.poll(); ticket != null; ticket = queue.poll()) {
      batch.add(ticket);
      if (batch.size() == MOST) {
        break;
      }
    }
    return batch;
  }
}
