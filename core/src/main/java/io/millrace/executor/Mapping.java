package io.millrace.executor;

import io.millrace.base.Rethrow;
import io.millrace.base.Unsplit;
import io.millrace.plan.Action;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
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
final class Mapping<T extends @Nullable Object, R extends @Nullable Object> extends Unsplit<R> {
  private final ParallelExecutor executor;
  private final ItemReader<T> items;
  private final Action<? super T, ? extends R> action;
  private final TaskOptions options;
  private final TimeLimit limit;

  /*
   * Added to by the reader, emptied by whoever closes, who may be another thread. The reader adds, then
   * looks whether this was closed; who closes says so, then takes everything: so no future is missed.
   */
  private final Queue<ExecutorFuture<R>> futures = new ConcurrentLinkedQueue<>();
  private volatile boolean closed;

  /** How many futures there are; the reader's own. */
  private int submitted;

  /** What the source threw, and what this threw; the reader's own. */
  private @Nullable Throwable sourceError;

  private @Nullable Throwable broken;

  private Mapping(
      ParallelExecutor executor,
      Iterable<? extends T> items,
      Action<? super T, ? extends R> action,
      TaskOptions options,
      long timeoutNanos) {
    super(0);
    this.executor = executor;
    this.items = new ItemReader<>(items);
    this.action = action;
    this.options = options;
    this.limit = TimeLimit.of(executor.clock(), timeoutNanos);
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
  protected boolean advance(Consumer<? super R> consumer) {
    if (broken != null) {
      throw Rethrow.asIs(broken); // it never looks like the end
    }
    R value;
    try {
      ExecutorFuture<R> next = next();
      if (next == null) {
        close();
        return false;
      }
      value = await(next);
      if (futures.remove(next)) {
        submitted--;
      }
    } catch (Throwable thrown) {
      broken = thrown;
      close();
      throw thrown;
    }
    consumer.accept(value);
    return true;
  }

  private @Nullable ExecutorFuture<R> next() {
    while (sourceError == null
        && submitted < ahead()
        && !isServed()
        && (submitted == 0 || executor.hasRoom())
        && !limit.isOver()
        && readOne()) {
      submitted++;
    }
    if (limit.isOver()) {
      throw Rethrow.asIs(new TimeoutException("not all values were taken in time"));
    }
    if (Thread.currentThread().isInterrupted()) {
      throw interrupted(null); // the source may have left it set, and may have ended because of it
    }
    ExecutorFuture<R> head = futures.peek(); // closing cancels also the one that is waited for
    if (head == null && sourceError != null) {
      throw thrown(new ExecutionException(sourceError));
    }
    return head;
  }

  /* Where there is a timeout, a TimeoutException of others would look like its own. */
  private RuntimeException thrown(ExecutionException failed) {
    return limit.isNone()
        ? Rethrow.taskError(failed)
        : Rethrow.taskError(failed, TimeoutException.class);
  }

  /* The concurrency may have changed meanwhile. */
  private long ahead() {
    return 2L * executor.concurrency();
  }

  /* A value that is there does not wait for a slow source, as long as the workers have enough to do. */
  private boolean isServed() {
    ExecutorFuture<R> head = futures.peek();
    return head != null && head.isDone() && submitted > ahead() / 2;
  }

  /* What the source throws comes after the values of the items before it. */
  private boolean readOne() {
    try {
      return items.advance(this::submit);
    } catch (Throwable thrown) {
      sourceError = thrown;
      return false;
    }
  }

  private void submit(T item) {
    futures.add(submitPart(() -> action.apply(item)));
    if (closed) {
      cancelAll();
    }
  }

  private ExecutorFuture<R> submitPart(Callable<R> task) {
    Task<R> part = executor.part(task, options);
    try {
      return executor.submitPart(part, options, limit);
    } catch (TimeoutException noRoom) {
      throw Rethrow.asIs(noRoom); // the caller finds that the time is up
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt(); // which the caller finds as well
      throw interrupted(interrupted);
    }
  }

  private R await(ExecutorFuture<R> future) {
    try {
      return limit.isNone() ? future.get() : future.get(limit.left(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException failed) {
      throw thrown(failed);
    } catch (TimeoutException timeout) {
      throw Rethrow.asIs(new TimeoutException("not all values were there in time"));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw interrupted(interrupted);
    }
  }

  private static CancellationException interrupted(@Nullable InterruptedException cause) {
    CancellationException cancelled =
        new CancellationException("interrupted while waiting for values, which were cancelled");
    cancelled.initCause(cause);
    return cancelled;
  }

  private void close() {
    closed = true;
    cancelAll();
    items.close();
  }

  private void cancelAll() {
    for (var future = futures.poll(); future != null; future = futures.poll()) {
      future.cancel(true);
    }
  }
}
