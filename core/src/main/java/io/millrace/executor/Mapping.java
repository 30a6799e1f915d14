package io.millrace.executor;

import io.millrace.base.Rethrow;
import io.millrace.plan.Action;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The values of an action over items, in input order, computed by an executor no further ahead than its
 * workers need. When it ends early, by a failure or by being closed, the rest is cancelled.
 */
final class Mapping<T extends @Nullable Object, R extends @Nullable Object>
    extends Spliterators.AbstractSpliterator<R> {
  private final ParallelExecutor executor;
  private final Iterator<? extends T> items;
  private final Action<? super T, ? extends R> action;
  private final TaskOptions options;
  private final int ahead;
  private final long startNanos = System.nanoTime();
  private final long timeoutNanos;

  /* Guarded by this: closing may come from another thread than reading. */
  private final Deque<ExecutorFuture<R>> futures = new ArrayDeque<>();
  private boolean closed;

  private Mapping(
      ParallelExecutor executor,
      Iterable<? extends T> items,
      Action<? super T, ? extends R> action,
      TaskOptions options,
      long timeoutNanos) {
    super(Long.MAX_VALUE, Spliterator.ORDERED);
    this.executor = executor;
    this.items = items.iterator();
    this.action = action;
    this.options = options;
    this.ahead = (int) Math.min(Integer.MAX_VALUE, 2L * executor.concurrency());
    this.timeoutNanos = timeoutNanos;
  }

  static <T extends @Nullable Object, R extends @Nullable Object> Stream<R> of(
      ParallelExecutor executor,
      Iterable<? extends T> items,
      Action<? super T, ? extends R> action,
      TaskOptions options,
      long timeoutNanos) {
    Mapping<T, R> mapping = new Mapping<>(executor, items, action, options, timeoutNanos);
    return StreamSupport.stream(mapping, false).onClose(mapping::close);
  }

  @Override
  public boolean tryAdvance(Consumer<? super R> consumer) {
    R value;
    try {
      ExecutorFuture<R> next = next();
      if (next == null) {
        return false;
      }
      value = await(next);
      remove(next);
    } catch (Throwable broken) {
      close();
      throw broken;
    }
    consumer.accept(value);
    return true;
  }

  private @Nullable ExecutorFuture<R> next() {
    while (isShort() && items.hasNext()) {
      T item = items.next();
      submit(() -> action.apply(item));
    }
    synchronized (this) {
      return futures.peek(); // closing cancels also the one that is waited for
    }
  }

  private synchronized void remove(ExecutorFuture<R> future) {
    futures.remove(future);
  }

  private synchronized boolean isShort() {
    return !closed && futures.size() < ahead;
  }

  private synchronized void submit(Callable<R> call) {
    if (!closed) {
      futures.add(executor.submit(call, options));
    }
  }

  private R await(ExecutorFuture<R> future) {
    try {
      long left = timeoutNanos - (System.nanoTime() - startNanos);
      return future.get(Math.max(left, 0), TimeUnit.NANOSECONDS);
    } catch (ExecutionException failed) {
      throw Rethrow.asIs(failed.getCause() == null ? failed : failed.getCause());
    } catch (TimeoutException timeout) {
      throw Rethrow.asIs(new TimeoutException("not all values were there in time"));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      CancellationException cancelled =
          new CancellationException("interrupted while waiting for values, which were cancelled");
      cancelled.initCause(interrupted);
      throw cancelled;
    }
  }

  private synchronized void close() {
    closed = true;
    futures.forEach(future -> future.cancel(true));
    futures.clear();
  }
}
