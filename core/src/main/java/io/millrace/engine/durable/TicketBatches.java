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
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A thread of its own that works on tickets, all at once that have come while it was busy. It is a platform thread: a
 * store may keep it in native code. What is queued counts in the window, so this is bounded. Thread-safe.
 *
 * <p>The thread ends by its last task alone, as the run waits for that: what fails before, a clock for example, ends the
 * run, and the thread goes on. No ticket is lost by it: one is taken off the queue when it is in the batch.
 */
final class TicketBatches {
  /** Most tickets at once. */
  private static final int MOST = 1_000;

  private final TimeSource clock;
  private final Consumer<List<Ticket>> work;
  private final Consumer<Throwable> broken;
  private final Queue<Ticket> queue = new ConcurrentLinkedQueue<>();

  /* By the run's clock; after that has failed once, by the real one. Written by the thread, read by whoever wakes it. */
  private volatile KnownWaits waits;

  /* Set by whoever wakes the thread without a ticket, taken by the thread. */
  private volatile boolean isWoken;

  /* The thread's own. */
  private final List<Ticket> batch = new ArrayList<>(MOST);

  /* Written once, by whoever ends this; taken by whoever does it. Set before the thread is woken. */
  private final AtomicReference<@Nullable Runnable> last = new AtomicReference<>();

  /* Written by the thread, read by others that may be it. */
  private volatile @Nullable Thread thread;

  /* Written by the thread, read by whoever asks how many there are. */
  private volatile int atWork;

  /* Starting races with the end: a thread that was started first may have ended the run. */
  private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.NEW);

  private enum Stage {
    NEW,
    STARTED,
    /** There is no thread, and will be none: the thread that ends this does the last task. */
    WITHOUT_THREAD
  }

  /**
   * What does the work.
   *
   * @param work lets go each ticket that it is given, whatever comes; may be given none
   * @param broken hears of what failed beside the work, such as the clock, and ends the run
   */
  TicketBatches(TimeSource clock, Consumer<List<Ticket>> work, Consumer<Throwable> broken) {
    this.clock = clock;
    this.work = work;
    this.broken = broken;
    this.waits = new KnownWaits(clock);
  }

  /** Starts the thread, unless this has ended; throws if there is none to be had. */
  void start() {
    if (!stage.compareAndSet(Stage.NEW, Stage.STARTED)) {
      return;
    }
    try {
      startThread();
    } catch (Throwable noThread) {
      stage.set(Stage.WITHOUT_THREAD);
      endHere();
      throw noThread;
    }
  }

  private void startThread() {
    Runnable announced = clock.announced(this::run);
    try {
      Threads.startPlatform(announced);
    } catch (Throwable noThread) {
      clock.exit();
      throw noThread;
    }
  }

  /** How many tickets there are, those included that are worked on. */
  int pending() {
    return atWork + queue.size();
  }

  void add(Ticket ticket) {
    queue.add(ticket);
    waits.wake();
  }

  /** Wakes the thread to look for work other than tickets; its batch may then be empty. */
  void wakeUp() {
    isWoken = true;
    waits.wake();
  }

  /** No further ticket comes. The thread does this last; the caller does if there is no thread. */
  void end(Runnable task) {
    last.set(task);
    if (stage.compareAndSet(Stage.NEW, Stage.WITHOUT_THREAD)
        || stage.get() == Stage.WITHOUT_THREAD) {
      endHere();
    } else {
      waits.wake();
    }
  }

  /* Against start(), which may find no thread: whichever of the two comes second sees what the other wrote. */
  private void endHere() {
    Runnable task = last.getAndSet(null);
    if (task != null) {
      task.run();
    }
  }

  /** Whether this is the thread. */
  boolean isIn(Thread other) {
    return thread == other;
  }

  private void run() {
    thread = Thread.currentThread();
    Runnable end = null;
    while (end == null) {
      try {
        end = workOn();
      } catch (Throwable failed) {
        Mishaps.survive(() -> broken.accept(failed));
      }
    }
    Mishaps.survive(end);
    thread = null;
  }

  /* Works until the end; returns what is to be done then. */
  private Runnable workOn() {
    for (; ; ) {
      gather();
      boolean woken = isWoken;
      isWoken = false;
      if (batch.isEmpty() && !woken) {
        Runnable end = last.get();
        if (end != null && queue.isEmpty()) {
          return end;
        }
        continue;
      }
      atWork = batch.size();
      try {
        work.accept(batch);
      } finally {
        atWork = 0;
        batch.clear();
      }
    }
  }

  /* Waits for tickets or the end, and takes what has come. */
  private void gather() {
    if (batch.isEmpty()) {
      await();
    }
    for (Ticket ticket = queue.peek(); ticket != null; ticket = queue.peek()) {
      batch.add(ticket);
      queue.remove();
      if (batch.size() == MOST) {
        break;
      }
    }
  }

  private void await() {
    try {
      waits.await(this::hasCome);
    } catch (InterruptedException meaningless) {
      // nobody has this thread in hand
    } catch (Throwable failed) {
      waits = new KnownWaits(TimeSource.system());
      throw failed;
    }
  }

  private boolean hasCome() {
    return !queue.isEmpty() || isWoken || last.get() != null;
  }
}
