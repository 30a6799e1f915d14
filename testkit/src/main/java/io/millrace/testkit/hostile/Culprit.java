package io.millrace.testkit.hostile;

import io.millrace.Parallel;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Commits one misdeed, as often as it is asked to, and knows what it threw. Thread-safe. */
public final class Culprit {
  /** How long {@link Misdeed#IGNORES_INTERRUPTS} does so: a run needs a shorter grace period. */
  public static final Duration DEAF = Duration.ofMillis(60);

  private final Misdeed misdeed;
  private final Runnable callback;
  private final Throwable constant = new IllegalStateException("the same each time");
  private final Set<Throwable> thrown =
      Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
  private final AtomicInteger acts = new AtomicInteger();
  private final CountDownLatch release = new CountDownLatch(1);

  /** A culprit whose calls back into the library are nested runs. */
  public Culprit(Misdeed misdeed) {
    this(misdeed, Culprit::runNested);
  }

  /**
   * A culprit for any misdeed.
   *
   * @param callback what it does if its misdeed is to call back, or to end its run
   */
  public Culprit(Misdeed misdeed, Runnable callback) {
    this.misdeed = Objects.requireNonNull(misdeed, "misdeed");
    this.callback = Objects.requireNonNull(callback, "callback");
  }

  /** What it does. */
  public Misdeed misdeed() {
    return misdeed;
  }

  /** Does it, in the calling thread; what it throws is not declared. */
  public void act() {
    acts.incrementAndGet();
    switch (misdeed) {
      case THROWS_UNCHECKED -> raise(new IllegalStateException("unchecked"));
      case THROWS_CHECKED -> raise(new IOException("checked"));
      case OVERFLOWS_THE_STACK -> raise(new StackOverflowError("made up"));
      case EXHAUSTS_THE_MEMORY -> raise(new OutOfMemoryError("made up"));
      case FAILS_AN_ASSERTION -> raise(new AssertionError("an assertion"));
      case MAKES_UP_AN_INTERRUPT -> raise(new InterruptedException("made up"));
      case THROWS_A_CONSTANT -> raise(constant);
      case BLOCKS -> block();
      case IGNORES_INTERRUPTS -> ignoreInterrupts();
      case LEAVES_ITS_FLAG_SET -> Thread.currentThread().interrupt();
      case STARTS_A_NESTED_RUN -> runNested();
      case ASKS_FOR_PROGRESS, TAKES_A_PERMIT, STOPS_ITS_RUN, CLOSES_ITS_RUN -> callback.run();
    }
  }

  /** How often it was asked to act. */
  public int acts() {
    return acts.get();
  }

  /** Whether this very object was thrown by it. */
  public boolean threw(@Nullable Throwable error) {
    return error != null && thrown.contains(error);
  }

  /** Lets go whoever blocks in it, now and later. */
  public void release() {
    release.countDown();
  }

  private void raise(Throwable error) {
    thrown.add(error);
    Culprit.<RuntimeException>raiseUnchecked(error);
  }

  private void block() {
    try {
      release.await();
    } catch (InterruptedException interrupted) {
      raise(interrupted);
    }
  }

  private void ignoreInterrupts() {
    long end = System.nanoTime() + DEAF.toNanos();
    for (long left = DEAF.toNanos(); left > 0; left = end - System.nanoTime()) {
      try {
        if (release.await(left, TimeUnit.NANOSECONDS)) {
          return;
        }
      } catch (InterruptedException ignored) {
        // that is the misdeed
      }
    }
  }

  private static void runNested() {
    List<Integer> values = Parallel.of(2).map(List.of(1, 2, 3), item -> item + 1).values();
    if (!values.equals(List.of(2, 3, 4))) {
      throw new AssertionError("the nested run went wrong: " + values);
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> void raiseUnchecked(Throwable error) throws E {
    throw (E) error;
  }

  @Override
  public String toString() {
    return misdeed + ", " + acts + " times";
  }
}
