package io.millrace.testkit;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Time that stands until it is moved: what is due, who waits, and who fires what is due.
 *
 * <p>One thread at a time fires: it is {@link #firing} meanwhile, and nobody else moves time. The
 * lock is held for every change of state and never while a task runs.
 */
final class Timeline {
  static final long NEVER = Long.MAX_VALUE;

  private final boolean jumping;
  private final Monitor monitor;

  /** The runner waits here for something to fire. */
  private final Condition work;

  private final TaskErrors errors = new TaskErrors();

  /* Guarded by the monitor's lock. */
  private final Agenda agenda = new Agenda();
  private final Attendance attendance = new Attendance(Thread.currentThread());
  private final Set<Sleeper> waiting = new LinkedHashSet<>();
  private @Nullable Thread firing;
  private @Nullable Thread runner;
  private boolean closed;

  /** Nanoseconds since the start. Written under the lock, read by anybody. */
  private volatile long elapsed;

  Timeline(boolean jumping, Duration patience) {
    this.jumping = jumping;
    monitor = new Monitor(patience);
    work = monitor.lock.newCondition();
  }

  long elapsed() {
    return elapsed;
  }

  /** The time that lies {@code nanos}, if more than 0, after another one; NEVER if out of reach. */
  static long after(long time, long nanos) {
    long at = time + Math.max(0, nanos);
    return at < 0 ? NEVER : at;
  }

  void enter() {
    change(attendance::enter);
  }

  void exit() {
    change(() -> attendance.exit(Thread.currentThread()));
  }

  void begin() {
    change(() -> attendance.begin(Thread.currentThread()));
  }

  void end() {
    change(() -> attendance.end(Thread.currentThread()));
  }

  void add(Alarm alarm) {
    change(() -> agenda.add(alarm));
  }

  void cancel(Alarm alarm) {
    change(() -> agenda.remove(alarm));
  }

  /** Ends a wait, or one that has not begun yet. */
  void release(Sleeper sleeper) {
    change(() -> wake(sleeper));
  }

  private void change(Runnable change) {
    monitor.change(
        () -> {
          change.run();
          startWork();
        });
  }

  private void wake(Sleeper sleeper) {
    sleeper.awake = true;
    if (waiting.remove(sleeper)) {
      agenda.remove(sleeper);
      attendance.wake(sleeper.share);
      LockSupport.unpark(sleeper.thread);
    }
  }

  /**
   * Blocks the calling thread until its wait is over. It counts as waiting from one critical section
   * to the other one without a gap: against a jump between an interrupt and its effect, or between a
   * wake-up and the woken thread's next step.
   */
  void await(Sleeper sleeper) throws InterruptedException {
    change(() -> beginWait(sleeper));
    boolean unheard = false;
    while (!sleeper.awake) {
      LockSupport.park(this);
      if (sleeper.kind == Sleeper.Kind.UNINTERRUPTIBLE_HOLD) {
        unheard |= Thread.interrupted();
      } else if (Thread.currentThread().isInterrupted()) {
        sleeper.leaving = true;
        release(sleeper);
        Thread.interrupted();
        throw new InterruptedException();
      }
    }
    if (unheard) {
      Thread.currentThread().interrupt();
    }
    if (sleeper.cutOff) {
      throw new IllegalStateException("the clock was closed while this thread waited on it");
    }
  }

  private void beginWait(Sleeper sleeper) {
    if (!sleeper.awake) {
      if (sleeper.kind != Sleeper.Kind.WAIT) {
        requireUsable("wait on the clock");
      }
      sleeper.thread = Thread.currentThread();
      sleeper.share = attendance.fallAsleep(Thread.currentThread(), sleeper.kind);
      waiting.add(sleeper);
      agenda.add(sleeper);
    }
  }

  private void requireUsable(String use) {
    if (closed) {
      throw new IllegalStateException("the clock is closed");
    }
    if (Thread.currentThread().equals(firing)) {
      throw new IllegalStateException("a timer's task must not " + use);
    }
  }

  void advance(long nanos) {
    change(
        () -> {
          requireUsable("advance the clock");
          if (jumping) {
            throw new IllegalStateException("a jumping clock moves by itself: sleep on it instead");
          }
          while (firing != null) {
            monitor.changed.awaitUninterruptibly();
          }
          long target = after(elapsed, nanos);
          if (target == NEVER) {
            throw new IllegalArgumentException(
                "cannot advance by "
                    + Duration.ofNanos(nanos)
                    + ": a virtual clock counts no more than 292 years");
          }
          fireUntil(target);
          elapsed = target;
        });
    errors.throwAll();
  }

  private void fireUntil(long limit) {
    firing = Thread.currentThread();
    while (!closed && agenda.nextDue() <= limit) {
      Event event = agenda.removeFirst();
      elapsed = Math.max(elapsed, event.due);
      monitor.changed.signalAll();
      switch (event) {
        case Sleeper sleeper -> wake(sleeper);
        case Alarm alarm -> runUnlocked(alarm.task);
      }
    }
    firing = null;
  }

  private void runUnlocked(Runnable task) {
    monitor.lock.unlock();
    try {
      errors.runCatching(task);
    } finally {
      monitor.lock.lock();
    }
  }

  /** Called at the end of every change, with the lock held. */
  private void startWork() {
    if (canFire()) {
      if (runner == null) {
        runner =
            Thread.ofPlatform()
                .daemon()
                .name("manual-clock")
                .start(() -> monitor.change(this::run));
      }
      work.signal();
    }
  }

  /** What the runner does: fires what is due, and when it may, jumps to what is due next. */
  private void run() {
    while (!closed) {
      if (canFire()) {
        fireUntil(Math.max(elapsed, agenda.nextDue()));
        monitor.changed.signalAll();
      } else {
        work.awaitUninterruptibly();
      }
    }
  }

  private boolean canFire() {
    long next = agenda.nextDue();
    return !closed
        && firing == null
        && (next <= elapsed || (jumping && next != NEVER && nobodyIsBusy()));
  }

  private boolean nobodyIsBusy() {
    return attendance.busy() == 0 && waiting.stream().noneMatch(Sleeper::isBeingInterrupted);
  }

  void close() {
    change(
        () -> {
          closed = true;
          for (Sleeper sleeper : List.copyOf(waiting)) {
            if (sleeper.kind != Sleeper.Kind.WAIT) {
              sleeper.cutOff = true;
              wake(sleeper);
            }
          }
          work.signal();
        });
    joinRunner();
    errors.throwAll();
  }

  private void joinRunner() {
    Thread ending = monitor.<@Nullable Thread>read(() -> runner);
    if (ending == null || ending.equals(Thread.currentThread())) {
      return;
    }
    try {
      if (!ending.join(monitor.patience)) {
        AssertionError stuck = new AssertionError("a timer's task does not end, see the stack");
        stuck.setStackTrace(ending.getStackTrace());
        throw stuck;
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  /** Threads that sleep, without those that a script holds. */
  int sleepers() {
    return monitor.read(
        () -> (int) waiting.stream().filter(one -> one.kind == Sleeper.Kind.SLEEP).count());
  }

  /** Timers that have neither run nor been cancelled. */
  int timers() {
    return monitor.read(agenda::alarms);
  }

  int announced() {
    return monitor.read(attendance::announced);
  }

  void awaitSleepers(int count) throws InterruptedException {
    monitor.await(count, "sleeping threads", this::sleepers, this::toString);
  }

  void awaitTimers(int count) throws InterruptedException {
    monitor.await(count, "pending timers", this::timers, this::toString);
  }

  @Override
  public String toString() {
    return monitor.read(
        () ->
            "ManualClock[%s after its start%s; threads announced: %d, busy: %d, waiting: %s; timers: %d, next event: %s]"
                .formatted(
                    Duration.ofNanos(elapsed),
                    closed ? ", closed" : jumping ? ", jumping" : "",
                    attendance.announced(),
                    attendance.busy(),
                    waiting,
                    agenda.alarms(),
                    agenda.nextDue() == NEVER
                        ? "none"
                        : "at " + Duration.ofNanos(agenda.nextDue())));
  }
}
