package io.millrace.call;

import io.millrace.Run;
import io.millrace.outcome.FailedItemsException;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.Success;
import io.millrace.outcome.TruncatedRunException;
import java.util.ArrayList;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads a run in lists of successes; starts it when the first list is asked for. */
final class Batches
    extends Spliterators.AbstractSpliterator<List<Success<@Nullable Object, @Nullable Object>>> {
  private final Supplier<Run<@Nullable Object, @Nullable Object>> starting;
  private final int size;
  private final boolean failFast;
  private long done;

  /* Guarded by this: closing may come from another thread than reading. */
  private @Nullable Run<@Nullable Object, @Nullable Object> run;
  private boolean closed;

  Batches(Supplier<Run<@Nullable Object, @Nullable Object>> starting, int size, boolean failFast) {
    super(Long.MAX_VALUE, Spliterator.NONNULL | Spliterator.ORDERED);
    this.starting = starting;
    this.size = size;
    this.failFast = failFast;
  }

  private synchronized @Nullable Run<@Nullable Object, @Nullable Object> run() {
    if (run == null && !closed) {
      run = starting.get();
    }
    return run;
  }

  @Override
  public boolean tryAdvance(
      Consumer<? super List<Success<@Nullable Object, @Nullable Object>>> consumer) {
    var reading = run();
    if (reading == null) {
      return false;
    }
    List<Success<@Nullable Object, @Nullable Object>> batch = read(reading);
    if (batch.isEmpty()) {
      close();
      return false;
    }
    consumer.accept(batch);
    return true;
  }

  private List<Success<@Nullable Object, @Nullable Object>> read(
      Run<@Nullable Object, @Nullable Object> reading) {
    List<Success<@Nullable Object, @Nullable Object>> batch = new ArrayList<>();
    while (batch.size() < size) {
      var next = reading.take();
      if (next.isEmpty()) {
        break;
      }
      switch (next.get()) {
        case Success<@Nullable Object, @Nullable Object> success -> batch.add(success);
        case Failure<@Nullable Object, @Nullable Object> failure -> throw failed(reading, failure);
        case NotRun<@Nullable Object, @Nullable Object> _ -> throw cutShort(reading);
      }
      done++;
    }
    if (batch.isEmpty() && !isClosed() && reading.status() != RunStatus.COMPLETED) {
      throw cutShort(reading);
    }
    return batch;
  }

  /* A failure that ends the run is seen before its end, and what came first in time may be yet to be read. */
  private RuntimeException failed(Run<?, ?> reading, Failure<?, ?> failure) {
    if (failFast) {
      return cutShort(reading);
    }
    close();
    return new FailedItemsException(List.of(failure), 1, done + 1);
  }

  /** Reads to the end of the run, which throws the error that ended it, if one did. */
  private RuntimeException cutShort(Run<?, ?> reading) {
    while (reading.take().isPresent()) {
      // nobody wants them
    }
    close();
    return new TruncatedRunException(reading.status(), done, null);
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  void close() {
    Run<?, ?> started;
    synchronized (this) {
      closed = true;
      started = run;
    }
    if (started != null) {
      started.close();
    }
  }
}
