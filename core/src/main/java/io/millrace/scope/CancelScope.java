package io.millrace.scope;

import io.millrace.base.Require;
import io.millrace.base.Rethrow;
import io.millrace.base.Shown;
import io.millrace.base.Warnings;
import io.millrace.engine.terms.Surrounding;
import io.millrace.plan.StopToken;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A block of code that can be cancelled as a whole: by {@link #cancel} from any thread, or when its deadline
 * comes. For one use; thread-safe.
 *
 * {@snippet file="io/millrace/examples/ScopeExampleTest.java" region="deadline"}
 *
 * <p><b>Being cancelled.</b> The thread that runs the block is interrupted, so what it waits for ends with an
 * {@link InterruptedException} or the like; code that computes asks {@link #throwIfCancelled}. A {@link
 * io.millrace.Parallel} run and a {@link TaskGroup} that were started in the block, at whatever entry point,
 * are stopped as {@code CANCELLED}; their workers see the scope as {@link #current}, and what they start is
 * stopped likewise. A block that ignores its interrupt is not ended.
 *
 * <p><b>What is absorbed.</b> The scope absorbs its own cancellation and nothing else. The block ends with it in the
 * form of an {@code InterruptedException}, a {@code ClosedByInterruptException}, an {@code InterruptedIOException}
 * (other than a {@code SocketTimeoutException}, which is a timeout of the socket's own and passes), a
 * {@link CancellationException}, or the {@code TruncatedRunException} of a cancelled run, if each of its causes is
 * one of these as well. It may be in a wrapper: an {@code ExecutionException}, {@code CompletionException},
 * {@code UncheckedIOException}, {@code InvocationTargetException} or {@code UndeclaredThrowableException}, or another
 * exception of the platform that has no message of its own, as {@code new RuntimeException(interrupted)}. Every other
 * error passes as itself, also if its cause is the cancellation:
 * {@code new IllegalStateException("rollback failed", interrupted)}. If other errors are suppressed in the
 * cancellation, as that of a failing {@code close()} is, the cancellation is absorbed and the first of them is
 * thrown, with the rest suppressed in it. {@link #absorbed} has what was absorbed. If the block returns, its value
 * counts, even if the scope was cancelled meanwhile, and {@link #cancelledCaught} is false.
 *
 * <p><b>Nested scopes.</b> Scopes that are entered in the block, in its thread or in a worker's, are inside of this
 * one, and cancelled with it. They never absorb that: it passes them on its way out. A {@link #shielded} one is not
 * cancelled with it; when it is left, the outer cancellation is delivered. A shield holds off outer scopes only, and
 * neither the timeout of a run nor a stop token. If the scope of a run is cancelled while a shielded action of the
 * run goes on, the run abandons the action after the grace period, as it does one that ignores interrupts.
 *
 * <p><b>Interrupts.</b> The interrupt of a scope reaches no code after it. An interrupt by somebody else is
 * never taken for it: it passes, also if the scope is cancelled while it is pending. (A thread has one flag.
 * If it is interrupted again after the scope's interrupt and before it has left the scope, nobody can tell the
 * two apart: then it counts as the scope's.)
 *
 * <p><b>Memory consistency.</b> What a thread did before {@link #cancel} happens before what the block does
 * after it was interrupted for that. Null arguments are refused with a {@link NullPointerException}.
 */
public final class CancelScope {
  private final Duration deadline;
  private final boolean shielded;
  private final @Nullable TimeSource clock;

  /* Written by the thread that enters and leaves, and by whoever cancels. */
  private final AtomicReference<ScopeState> state = new AtomicReference<>(ScopeState.FRESH);

  /* Written by the thread that leaves, read by anybody. */
  private volatile @Nullable Throwable absorbed;

  /** Stops what was started inside; stopped after the scope's own thread was interrupted. */
  private final StopToken started = new StopToken();

  private CancelScope(Duration deadline, boolean shielded, @Nullable TimeSource clock) {
    this.deadline = deadline;
    this.shielded = shielded;
    this.clock = clock;
  }

  /** A block without a result.
   *
   * @param <X> what it may throw
   */
  @FunctionalInterface
  public interface Block<X extends Exception> {
    /**
     * Does the work.
     *
     * @throws X if it fails
     */
    void run() throws X;
  }

  /** A block with a result.
   *
   * @param <R> the result
   * @param <X> what it may throw
   */
  @FunctionalInterface
  public interface Body<R extends @Nullable Object, X extends Exception> {
    /**
     * Does the work.
     *
     * @throws X if it fails
     */
    R call() throws X;
  }

  /** A scope that ends by itself or by {@link #cancel}. */
  public static CancelScope of() {
    return withTimeout(Require.NEVER);
  }

  /**
   * A scope that is cancelled when this time has passed since it was entered.
   *
   * @param timeout not negative; at zero the block starts cancelled; {@link
   *     java.time.temporal.ChronoUnit#FOREVER} is none
   */
  public static CancelScope withTimeout(Duration timeout) {
    return new CancelScope(Require.notNegative("timeout", timeout), false, null);
  }

  /**
   * A scope like this one that outer cancellations do not reach. An outer cancellation takes effect when the
   * shielded scope is left.
   *
   * @throws IllegalStateException if this scope was entered or cancelled, because that does not carry over to
   *     a copy
   */
  public CancelScope shielded() {
    requireFresh();
    return new CancelScope(deadline, true, clock);
  }

  /**
   * A scope like this one whose deadline goes by another clock. By default it is that of the scope around it,
   * and the real time if there is none.
   *
   * @throws IllegalStateException if this scope was entered or cancelled, because that does not carry over to
   *     a copy
   */
  public CancelScope clock(TimeSource clock) {
    Objects.requireNonNull(clock, "clock");
    requireFresh();
    return new CancelScope(deadline, shielded, clock);
  }

  private void requireFresh() {
    if (state.get() != ScopeState.FRESH) {
      throw new IllegalStateException(
          "set the options of a scope before it is entered or cancelled");
    }
  }

  /**
   * Enters the scope, runs the block in the calling thread, and leaves. If the scope is cancelled
   * before, the block starts all the same, with the interrupt pending: its first blocking call throws.
   *
   * @throws X what the block throws, unless it is absorbed; also errors that it does not declare
   * @throws IllegalStateException if the scope was entered before
   */
  public <X extends Exception> void run(Block<X> block) throws X {
    Objects.requireNonNull(block, "block");
    this.<@Nullable Object, X>enter(
        null,
        () -> {
          block.run();
          return null;
        });
  }

  /**
   * As {@link #run}, for a result.
   *
   * @return empty if the cancellation was absorbed; also if the result is null, for which there is
   *     {@link #callOr}
   */
  public <R, X extends Exception> Optional<R> call(Body<? extends R, X> body) throws X {
    Objects.requireNonNull(body, "body");
    return Optional.ofNullable(this.<@Nullable R, X>enter(null, body));
  }

  /**
   * As {@link #run}, for a result that may be null.
   *
   * @param otherwise the result if the cancellation was absorbed; may be null
   */
  public <R extends @Nullable Object, X extends Exception> R callOr(
      R otherwise, Body<? extends R, X> body) throws X {
    Objects.requireNonNull(body, "body");
    return enter(otherwise, body);
  }

  private <R extends @Nullable Object, X extends Exception> R enter(
      R otherwise, Body<? extends R, X> body) throws X {
    Frame frame = Frame.entering(this, clock);
    if (!state.getAndUpdate(seen -> seen.entered(frame)).isNew()) {
      throw new IllegalStateException("a scope is for one use, and this one was entered before");
    }
    frame.strand.enter(frame);
    TimeSource.Timer timer = null;
    R result = otherwise;
    Throwable error = null;
    try {
      timer = startTimer(frame);
      result = ScopedValue.where(Surrounding.CURRENT, frame).call(body::call);
    } catch (Throwable thrown) {
      error = thrown;
    }
    boolean cancelled = state.updateAndGet(ScopeState::left).cancelled();
    if (timer != null) {
      survive(timer::cancel);
    }
    Ending ending = Ending.of(error);
    Throwable left = error;
    if (frame.strand.leave(frame, error, ending.kind(), cancelled)) {
      absorbed = error;
      left = ending.left();
    }
    if (left != null) {
      throw Rethrow.asIs(left);
    }
    return result;
  }

  /* What is left to be done after it is more than what it throws. */
  private static void survive(Runnable step) {
    try {
      step.run();
    } catch (Throwable broken) {
      Warnings.log(CancelScope.class, "a step of a scope failed", broken);
    }
  }

  private TimeSource.@Nullable Timer startTimer(Frame frame) {
    TimeSource by = frame.clock;
    long nanos = Require.nanos(deadline);
    if (nanos == 0) {
      cancel();
    }
    return nanos == 0 || nanos == Long.MAX_VALUE
        ? null
        : by.schedule(by.nanoTime() + nanos, () -> frame.strand.inTime(by, this::cancel));
  }

  /**
   * Cancels the scope: at once if it was entered, otherwise when it is entered. Never blocks; does nothing if
   * the scope was left or is cancelled already.
   */
  public void cancel() {
    ScopeState before = state.getAndUpdate(ScopeState::cancel);
    if (before.takesCancel()) {
      Frame frame = before.frame();
      if (frame != null) {
        survive(() -> frame.strand.interrupt(frame)); // of a thread with its own idea of that
      }
      started.stop();
    }
  }

  /** Whether the scope itself was cancelled, by {@link #cancel} or its deadline, before its block ended. */
  public boolean cancelled() {
    return state.get().cancelled();
  }

  /**
   * Whether the block was ended by the cancellation, which the scope has absorbed; also if other errors came
   * with that, and one of them was thrown.
   */
  public boolean cancelledCaught() {
    return absorbed != null;
  }

  /**
   * What the scope has absorbed: the exception by which its block ended, with all that is suppressed in it.
   * Empty if it has absorbed nothing.
   */
  public Optional<Throwable> absorbed() {
    return Optional.ofNullable(absorbed);
  }

  /** How long after its entry the scope is cancelled. */
  public Duration deadline() {
    return deadline;
  }

  /** Whether outer cancellations are held off. */
  public boolean isShielded() {
    return shielded;
  }

  /** What was chosen, and whether it is cancelled. */
  @Override
  public String toString() {
    return new Shown("CancelScope")
        .option("deadline", deadline, Require.NEVER)
        .given("shielded", shielded)
        .given("cancelled", cancelled())
        .toString();
  }

  /** The innermost scope that the calling thread is inside of. */
  public static Optional<CancelScope> current() {
    return Optional.ofNullable(Frame.current()).map(frame -> frame.scope);
  }

  /**
   * For code that computes and does not wait: does nothing unless the scope that the thread is inside of
   * is cancelled, itself or by an outer one.
   *
   * @throws CancellationException if it is; the interrupt flag is left as it is
   */
  public static void throwIfCancelled() {
    Frame frame = Frame.current();
    if (frame != null && frame.scope.isReached()) {
      throw new CancellationException("the scope was cancelled");
    }
  }

  /** The scope around this one; null before it is entered, and if there is none. */
  @Nullable CancelScope parent() {
    Frame frame = state.get().frame();
    return frame == null ? null : frame.outer;
  }

  /** Whether this or an outer scope is cancelled that no shield holds off. */
  boolean isReached() {
    CancelScope each = this;
    while (each != null && !each.cancelled()) {
      each = each.isShielded() ? null : each.parent();
    }
    return each != null;
  }

  boolean outerIsReached() {
    CancelScope outer = parent();
    return outer != null && outer.isReached();
  }

  /** The clock that the scope goes by, once it was entered. */
  TimeSource ownClock() {
    return Objects.requireNonNull(state.get().frame(), "frame of a scope that was entered").clock;
  }

  StopToken.Registration onOwnCancel(Runnable stop) {
    return started.onStop(stop);
  }
}
