package io.millrace.executor;

import io.millrace.base.Rethrow;
import io.millrace.base.Unsplit;
import io.millrace.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Futures as they are done: each one queues itself, so the cost is linear. How many there are is an
 * estimate only, so that {@code count()} waits for them like every other terminal operation. A stream that
 * is closed, or dropped, leaves nothing at the futures that are not done.
 */
final class Completions<F extends CompletableFuture<?>> extends Unsplit<F> {
  private final DoneQueue<F> done;
  private final DoneListeners listeners;
  private final int all;
  private final TimeLimit limit;
  private int taken;

  private Completions(List<F> futures, long timeoutNanos) {
    super(NONNULL);
    this.all = futures.size();
    Clock clock = DoneQueue.clockOf(futures);
    this.limit = TimeLimit.of(clock, timeoutNanos);
    DoneQueue<F> queue = new DoneQueue<>(clock); // the listeners must not know of this
    this.done = queue;
    this.listeners = new DoneListeners(this);
    futures.forEach(future -> listeners.add(future, () -> queue.add(future)));
  }

  static <F extends CompletableFuture<?>> Stream<F> of(
      Collection<? extends F> futures, long timeoutNanos) {
    Completions<F> completions = new Completions<>(List.<F>copyOf(futures), timeoutNanos);
    return StreamSupport.stream(completions, false).onClose(completions.listeners::close);
  }

  @Override
  public long estimateSize() {
    return (long) all - taken;
  }

  @Override
  protected boolean advance(Consumer<? super F> consumer) {
    if (taken == all) {
      return false;
    }
    F next = next();
    taken++;
    consumer.accept(next);
    return true;
  }

  private F next() {
    try {
      F next = done.poll(limit);
      if (next == null) {
        listeners.close();
        throw Rethrow.asIs(
            new TimeoutException((all - taken) + " of " + all + " futures are not done"));
      }
      return next;
    } catch (InterruptedException interrupted) {
      listeners.close();
      Thread.currentThread().interrupt();
      CancellationException cancelled =
          new CancellationException("interrupted while waiting for futures");
      cancelled.initCause(interrupted);
      throw cancelled;
    }
  }
}
