package io.millrace.executor;

import io.millrace.base.Rethrow;
import io.millrace.base.Unsplit;
import io.millrace.time.TimeSource;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

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

  /* What this threw; the reader's own. */
  private @Nullable Exception broken;

  /* Written by whoever closes, read by the reader, which the queue wakes. */
  private volatile boolean isClosed;

  private Completions(List<F> futures, long timeoutNanos) {
    super(NONNULL);
    this.all = futures.size();
    TimeSource clock = DoneQueue.clockOf(futures);
    this.limit = TimeLimit.of(clock, timeoutNanos);
    Unfinished unfinished = new Unfinished(futures);
    // the listeners must not know of this
    DoneQueue<F> queue = new DoneQueue<>(clock, unfinished::homeOfReader, unfinished::isAnyOf);
    this.done = queue;
    this.listeners = new DoneListeners(this);
    for (int i = 0; i < futures.size(); i++) {
      F future = futures.get(i);
      int index = i;
      listeners.add(
          future,
          () -> {
            unfinished.done(index);
            queue.add(future);
          });
    }
  }

  static <F extends CompletableFuture<?>> Stream<F> of(
      Collection<? extends F> futures, long timeoutNanos) {
    Completions<F> completions = new Completions<>(List.<F>copyOf(futures), timeoutNanos);
    return StreamSupport.stream(completions, false).onClose(completions::close);
  }

  /* By any thread: who waits for the next one finds the end. */
  private void close() {
    isClosed = true;
    listeners.close();
    done.close();
  }

  @Override
  public long estimateSize() {
    return (long) all - taken;
  }

  @Override
  protected boolean advance(Consumer<? super F> consumer) {
    if (broken != null) {
      throw Rethrow.asIs(broken); // it never looks like the end
    }
    F next = taken == all || isClosed ? null : next();
    if (next == null) {
      return false;
    }
    taken++;
    consumer.accept(next);
    return true;
  }

  /* Null if this was closed. */
  private @Nullable F next() {
    try {
      F next = done.poll(limit);
      if (next == null && !isClosed) {
        throw failed(new TimeoutException((all - taken) + " of " + all + " futures are not done"));
      }
      return next;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      CancellationException cancelled =
          new CancellationException("interrupted while waiting for futures");
      cancelled.initCause(interrupted);
      throw failed(cancelled);
    }
  }

  private RuntimeException failed(Exception error) {
    broken = error;
    listeners.close();
    return Rethrow.asIs(error);
  }
}
