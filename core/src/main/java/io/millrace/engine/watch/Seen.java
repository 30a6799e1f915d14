package io.millrace.engine.watch;

import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What a watch sees of one run. An executor that nobody uses any more is garbage: what was seen last stays, and that is all
 * that it did, because its workers look whenever they leave. Thread-safe.
 */
public final class Seen {
  /* Written once, before the run has any thread. */
  private WeakReference<Watched> run = new WeakReference<>(null);

  /* Of several looks at once, the one counts that saw more. */
  private final AtomicReference<Figures> last = new AtomicReference<>(Figures.NONE);

  void begin(Watched itsRun) {
    run = new WeakReference<>(itsRun);
  }

  boolean isOf(Watched other) {
    return run.refersTo(other);
  }

  boolean isGone() {
    return run.refersTo(null);
  }

  /** The figures of now; the last ones if the run is garbage. */
  Figures figures() {
    Watched known = run.get();
    if (known == null) {
      return last.get().ended();
    }
    Figures now = known.figures();
    last.accumulateAndGet(now, Figures::later);
    return now;
  }

  /** A worker leaves, and may be the last one that ever was. */
  public void look() {
    var _ = figures();
  }
}
