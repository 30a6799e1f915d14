package io.millrace.matrix;

import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.call.Call;
import io.millrace.contract.OneByOne;
import io.millrace.executor.ExecutorFuture;
import io.millrace.executor.ParallelExecutor;
import io.millrace.outcome.Details;
import io.millrace.outcome.Failure;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import io.millrace.plan.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** An entry point, with the outcomes and the handle of its run shown to a cell. */
enum Door {
  MAP {
    @Override
    void enter(Cell cell, Parallel parallel, Iterable<Thing> items, Action<Thing, Object> action) {
      parallel.<Thing, Object>map(items, action).outcomes().forEach(cell::take);
    }
  },
  FUNCTION {
    @Override
    void enter(Cell cell, Parallel parallel, Iterable<Thing> items, Action<Thing, Object> action) {
      parallel.<Thing, Object>function(action).map(items).outcomes().forEach(cell::take);
    }
  },
  STREAM {
    @Override
    void enter(Cell cell, Parallel parallel, Iterable<Thing> items, Action<Thing, Object> action) {
      drain(cell, parallel.stream(items, action));
    }
  },
  ORDERED {
    @Override
    void enter(Cell cell, Parallel parallel, Iterable<Thing> items, Action<Thing, Object> action) {
      drain(cell, parallel.ordered().stream(items, action));
    }
  },
  BATCHES {
    @Override
    void enter(Cell cell, Parallel parallel, Iterable<Thing> items, Action<Thing, Object> action) {
      try (Stream<List<Outcome<Thing, Object>>> batches = parallel.batches(items, 3, action)) {
        cell.opened(batches::close);
        batches.forEach(batch -> batch.forEach(cell::take));
      }
    }
  },
  GATHERER(true, true) {
    @Override
    void enter(Cell cell, Parallel parallel, Iterable<Thing> items, Action<Thing, Object> action) {
      Stream<Thing> upstream = StreamSupport.stream(items.spliterator(), false);
      drain(cell, upstream.gather(parallel.<Thing, Object>gatherer(action)));
    }
  },
  PUBLISHER {
    @Override
    void enter(Cell cell, Parallel parallel, Iterable<Thing> items, Action<Thing, Object> action)
        throws Exception {
      var subscriber =
          new OneByOne<Outcome<Thing, Object>>(
              outcome -> {
                cell.take(outcome);
                return true;
              });
      parallel.publisher(items, action).subscribe(subscriber);
      subscriber.await();
    }
  },
  START {
    @Override
    void enter(Cell cell, Parallel parallel, Iterable<Thing> items, Action<Thing, Object> action) {
      try (Run<Thing, Object> run = parallel.start(items, action)) {
        cell.opened(run::close);
        cell.asks(run::progress);
        for (var next = run.take(); next.isPresent(); next = run.take()) {
          cell.take(next.get());
        }
      }
    }
  },
  FOR_EACH {
    @Override
    void enter(Cell cell, Parallel parallel, Iterable<Thing> items, Action<Thing, Object> action) {
      parallel.forEach(items, action::apply);
    }
  },
  CALL(false, false) {
    @Override
    void enter(Cell cell, Parallel parallel, Iterable<Thing> items, Action<Thing, Object> action) {
      Call.<Thing, Object>of(parallel, action).list(items);
    }
  },
  EXECUTOR_SUBMIT(true, true) {
    @Override
    void enter(Cell cell, Parallel parallel, Iterable<Thing> items, Action<Thing, Object> action)
        throws Exception {
      try (ParallelExecutor executor = ParallelExecutor.of(parallel)) {
        cell.opened(() -> shutDown(executor));
        List<Thing> submitted = new ArrayList<>();
        List<ExecutorFuture<Object>> futures = new ArrayList<>();
        for (Thing item : items) {
          submitted.add(item);
          futures.add(executor.submit(() -> action.apply(item)));
        }
        for (int i = 0; i < futures.size(); i++) {
          cell.take(outcome(submitted.get(i), futures.get(i)));
        }
      }
    }
  },
  EXECUTOR_MAP(false, true) {
    @Override
    void enter(Cell cell, Parallel parallel, Iterable<Thing> items, Action<Thing, Object> action) {
      try (ParallelExecutor executor = ParallelExecutor.of(parallel)) {
        cell.opened(() -> shutDown(executor));
        executor.<Thing, Object>map(items, action);
      }
    }
  },
  EXECUTOR_MAP_ITER(false, true) {
    @Override
    void enter(Cell cell, Parallel parallel, Iterable<Thing> items, Action<Thing, Object> action) {
      try (ParallelExecutor executor = ParallelExecutor.of(parallel);
          Stream<Object> values = executor.<Thing, Object>mapIter(items, action)) {
        cell.opened(values::close);
        values.forEach(value -> cell.visit(Spot.CONSUMER, -1));
      }
    }
  };

  /** Whether it gives an outcome of each item, or something that can be made into one. */
  final boolean outcomes;

  /** Whether the calling thread reads the source. */
  final boolean callerReads;

  Door() {
    this(true, false);
  }

  Door(boolean outcomes, boolean callerReads) {
    this.outcomes = outcomes;
    this.callerReads = callerReads;
  }

  abstract void enter(
      Cell cell, Parallel parallel, Iterable<Thing> items, Action<Thing, Object> action)
      throws Exception;

  boolean isExecutor() {
    return name().startsWith("EXECUTOR");
  }

  /** Whether somebody has the run in hand before its end. */
  boolean hasHandle() {
    return switch (this) {
      case MAP, FUNCTION, FOR_EACH, CALL, PUBLISHER -> false;
      default -> true;
    };
  }

  /** Whether a consumer gets outcomes while the run goes on. */
  boolean hasConsumer() {
    return switch (this) {
      case MAP, FUNCTION, FOR_EACH, CALL, EXECUTOR_MAP, EXECUTOR_SUBMIT -> false;
      default -> true;
    };
  }

  /* Its close waits for tasks: a task that calls it waits for itself, as with every executor. */
  private static void shutDown(ParallelExecutor executor) {
    executor.shutdownAndCancel();
  }

  private static void drain(Cell cell, Stream<Outcome<Thing, Object>> outcomes) {
    try (outcomes) {
      cell.opened(outcomes::close);
      outcomes.forEach(cell::take);
    }
  }

  private static Outcome<Thing, Object> outcome(Thing item, ExecutorFuture<Object> future)
      throws InterruptedException {
    Details details = new Details(item.index(), null, 1, 0, false);
    try {
      return new Success<>(item, future.get(), details);
    } catch (ExecutionException failed) {
      return new Failure<>(item, failed.getCause(), details);
    } catch (java.util.concurrent.CancellationException cancelled) {
      return new Failure<>(item, cancelled, details);
    }
  }
}
