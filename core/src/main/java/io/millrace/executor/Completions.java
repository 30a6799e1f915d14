package io.millrace.executor;

import io.millrace.base.Rethrow;
import java.util.Collection;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Futures as they are done: each one queues itself, so the cost is linear. */
final class Completions<F extends CompletableFuture<?>>
    extends Spliterators.AbstractSpliterator<F> {
  private final BlockingQueue<F> done = new LinkedBlockingQueue<>();
  private final int all;
  private final long startNanos;
  private final long timeoutNanos;
  private int taken;

  private Completions(List<F> futures, long timeoutNanos) {
    super(futures.size(), Spliterator.SIZED | Spliterator.NONNULL);
    this.all = futures.size();
    this.startNanos = System.nanoTime();
    this.timeoutNanos = timeoutNanos;
    futures.forEach(future -> Waits.whenDone(future, () -> done.add(future)));
  }

  static <F extends CompletableFuture<?>> Stream<F> of(
      Collection<? extends F> futures, long timeoutNanos) {
    return StreamSupport.stream(new Completions<>(List.<F>copyOf(futures), timeoutNanos), false);
  }

  @Override
  public boolean tryAdvance(Consumer<? super F> consumer) {
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
      long left = timeoutNanos - (System.nanoTime() - startNanos);
      F next = done.poll(Math.max(left, 0), TimeUnit.NANOSECONDS);
      if (next == null) {
        throw Rethrow.asIs(
            new TimeoutException((all - taken) + " of " + all + " futures are not done"));
      }
      return next;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      CancellationException cancelled =
          new CancellationException("interrupted while waiting for futures");
      cancelled.initCause(interrupted);
      throw cancelled;
    }
  }
}
