package io.millrace.scope;

import io.millrace.engine.terms.Surrounding;
import io.millrace.plan.StopToken;
import io.millrace.time.TimeSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A scope as one thread is inside of it: the thread that entered it, or a worker of a run. */
final class Frame implements Surrounding {
  final CancelScope scope;
  final Strand strand;

  /** What the thread was inside of before; null if nothing. */
  final @Nullable CancelScope outer;

  final TimeSource clock;
  private final boolean guest;

  /** Guarded by the strand: whether this scope has interrupted the thread, and so has to tidy up. */
  boolean sent;

  private Frame(
      CancelScope scope, @Nullable Frame around, @Nullable TimeSource clock, boolean guest) {
    Thread thread = Thread.currentThread();
    this.scope = scope;
    this.strand = around != null && around.strand.isOf(thread) ? around.strand : new Strand(thread);
    this.outer = around == null ? null : around.scope;
    this.clock = clock != null ? clock : around != null ? around.clock : TimeSource.system();
    this.guest = guest;
  }

  /** Of a scope that the calling thread is about to enter; it goes by this clock, or its outer one's. */
  static Frame entering(CancelScope scope, @Nullable TimeSource clock) {
    return new Frame(scope, current(), clock, false);
  }

  /** The innermost one of the calling thread; null if there is none. */
  static @Nullable Frame current() {
    return (Frame) Surrounding.current();
  }

  /** Whether an interrupt of this scope is due; a worker gets that of any scope that reaches it. */
  boolean isCancelled() {
    return guest ? scope.isReached() : scope.cancelled();
  }

  boolean isGuest() {
    return guest;
  }

  boolean shields() {
    return !guest && scope.isShielded();
  }

  boolean outerIsReached() {
    return outer != null && outer.isReached();
  }

  @Override
  public Runnable onCancel(Runnable stop) {
    List<StopToken.Registration> all = new ArrayList<>();
    CancelScope each = scope;
    while (each != null) {
      all.add(each.onOwnCancel(stop));
      each = each.isShielded() ? null : each.parent();
    }
    return () -> all.forEach(StopToken.Registration::close);
  }

  @Override
  public Presence presence() {
    return new Visit();
  }

  private final class Visit implements Presence {
    /* Written by the worker's thread before its worker runs, read by whoever interrupts that. */
    private volatile @Nullable Frame visiting;

    @Override
    public void run(Runnable worker) {
      Frame frame = new Frame(scope, current(), clock, true);
      visiting = frame;
      frame.strand.enter(frame);
      try {
        ScopedValue.where(CURRENT, frame).run(worker);
      } finally {
        frame.strand.leave(frame, null, Ending.Kind.NONE, false);
      }
    }

    @Override
    public void interrupt(Thread worker) {
      Frame frame = visiting;
      if (frame == null) {
        worker.interrupt();
      } else {
        frame.strand.interruptGuest(frame);
      }
    }
  }
}
