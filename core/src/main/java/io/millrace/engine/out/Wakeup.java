package io.millrace.engine.out;

import io.millrace.time.TimeSource;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the one thread that takes a run's outcomes waits, without polling. The run's clock knows of the
 * wait, so virtual time goes on meanwhile.
 */
public final class Wakeup {
  /* About 10 us: being parked and woken costs more. With one processor there is nobody to wait for. */
  private static final int SPINS = Runtime.getRuntime().availableProcessors() == 1 ? 0 : 400;

  /*
   * About 25 us: longer than a claim of many cheap items takes, which ends with news. Whoever looks for less has to ask for
   * what is finished in claims that go on, under the run's lock, and keeps workers from their next claims: streamed no-ops
   * took a quarter longer with 10 us. With 50 us and more they did so again, where there are more threads than processors.
   */
  private static final int SPINS_FOR_MANY = SPINS == 0 ? 0 : 1000;

  /*
   * About 2 us. Of a thousand tasks, whose results are asked for one after the other, whoever looks all the time follows the
   * worker from task to task, and takes the cache line of each from it: the benchmark executor.1000 shows it.
   */
  private static final int SPINS_BETWEEN_LOOKS = 96;

  /*
   * Short for a person, long for a processor: time for many outcomes, none of which has to wake anybody.
   * Where 1,000 or 10,000 items slept for 1 ms each, runs took up to a quarter less time than with a
   * consumer that looks for each outcome, and never longer.
   */
  private static final long NAP_NANOS = 100_000;

  private static final VarHandle WAITING;

  static {
    try {
      WAITING =
          MethodHandles.lookup().findVarHandle(Wakeup.class, "waiting", TimeSource.Wait.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final TimeSource clock;

  /* Written by the waiting thread; taken (set to null) by the one that ends the wait. */
  private volatile TimeSource.@Nullable Wait waiting;

  public Wakeup(TimeSource clock) {
    this.clock = clock;
  }

  /** Whether a thread waits, or is about to. */
  boolean isAwaited() {
    return waiting != null;
  }

  /** Wakes the waiting thread, if there is one. Cheap if there is none. */
  public void signal() {
    TimeSource.Wait wait = waiting;
    if (wait != null && WAITING.compareAndSet(this, wait, null)) {
      wait.end();
    }
  }

  /** Looks for a moment whether {@code ready} comes true; returns whether it did. */
  public static boolean spin(BooleanSupplier ready) {
    return spin(SPINS, ready);
  }

  /** The same for as long as a claim of many cheap items takes. */
  public static boolean spinForMany(BooleanSupplier ready) {
    return spin(SPINS_FOR_MANY, ready);
  }

  private static boolean spin(int spins, BooleanSupplier ready) {
    for (int spin = 0; spin < spins; spin++) {
      if (ready.getAsBoolean()) {
        return true;
      }
      Thread.onSpinWait();
    }
    return false;
  }

  /**
   * Looks for a moment whether {@code future} gets done, with pauses in which many short tasks get done. Not in a virtual
   * thread: that parks for less than this costs, and what it waits for may need its carrier.
   */
  public static void spin(Future<?> future) {
    if (Thread.currentThread().isVirtual()) {
      return;
    }
    for (int spins = 0; spins < SPINS && !future.isDone(); spins += SPINS_BETWEEN_LOOKS) {
      for (int spin = 0; spin < SPINS_BETWEEN_LOOKS; spin++) {
        Thread.onSpinWait();
      }
    }
  }

  /** Sleeps for a moment whatever comes; returns whether {@code ready} has come true. */
  public static boolean nap(BooleanSupplier ready) throws InterruptedException {
    LockSupport.parkNanos(NAP_NANOS);
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    return ready.getAsBoolean();
  }

  /**
   * Waits until {@code ready} says so. Whoever makes it true has to call {@link #signal} afterwards.
   *
   * <p>No wake-up is missed: this announces itself, then asks; the other side makes it true, then looks
   * for an announcement; both are volatile, so one of the two sees the other. Each announcement is a wait
   * of its own, which remembers that it has ended: {@code ready} may park for a lock, and cannot use up
   * what was meant for the wait.
   */
  public void await(BooleanSupplier ready) throws InterruptedException {
    try {
      for (; ; ) {
        TimeSource.Wait wait = clock.newWait();
        waiting = wait;
        if (ready.getAsBoolean()) {
          return;
        }
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        wait.await();
      }
    } finally {
      waiting = null;
    }
  }
}
