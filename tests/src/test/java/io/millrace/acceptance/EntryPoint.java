package io.millrace.acceptance;

import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.outcome.FailedItemsException;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.TruncatedRunException;
import io.millrace.plan.Action;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The ways into the library. What comes of the items is heard by a listener, the same at each. */
enum EntryPoint {
  MAP {
    @Override
    <T, R> void drive(Parallel parallel, Iterable<T> items, Action<T, R> action) {
      parallel.map(items, action);
    }
  },
  STREAM {
    @Override
    <T, R> void drive(Parallel parallel, Iterable<T> items, Action<T, R> action) {
      try (Stream<Outcome<T, R>> outcomes = parallel.stream(items, action)) {
        outcomes.forEach(outcome -> {});
      }
    }
  },
  ORDERED_STREAM {
    @Override
    <T, R> void drive(Parallel parallel, Iterable<T> items, Action<T, R> action) throws Exception {
      STREAM.drive(parallel.ordered(), items, action);
    }
  },
  BATCHES {
    @Override
    <T, R> void drive(Parallel parallel, Iterable<T> items, Action<T, R> action) {
      try (var batches = parallel.batches(items, 2, action)) {
        batches.forEach(batch -> {});
      }
    }
  },
  FOR_EACH {
    @Override
    <T, R> void drive(Parallel parallel, Iterable<T> items, Action<T, R> action) {
      parallel.forEach(items, action::apply);
    }
  },
  START {
    @Override
    <T, R> void drive(Parallel parallel, Iterable<T> items, Action<T, R> action) {
      try (Run<T, R> run = parallel.start(items, action)) {
        while (run.take().isPresent()) {}
      }
    }
  },
  GATHERER {
    @Override
    <T, R> void drive(Parallel parallel, Iterable<T> items, Action<T, R> action) {
      StreamSupport.stream(items.spliterator(), false)
          .gather(parallel.gatherer(action))
          .forEach(outcome -> {});
    }
  },
  PUBLISHER {
    @Override
    <T, R> void drive(Parallel parallel, Iterable<T> items, Action<T, R> action) throws Exception {
      CompletableFuture<Void> end = new CompletableFuture<>();
      parallel.publisher(items, action).subscribe(new Taker<Outcome<T, R>>(end));
      try {
        end.get();
      } catch (ExecutionException wrapper) {
        throw (Exception) wrapper.getCause();
      }
    }
  },
  FUNCTION {
    @Override
    <T, R> void drive(Parallel parallel, Iterable<T> items, Action<T, R> action) {
      parallel.function(action).map(items);
    }
  };

  /** Runs the action over the items to the end; throws what the entry point throws, as itself. */
  abstract <T, R> void drive(Parallel parallel, Iterable<T> items, Action<T, R> action)
      throws Exception;

  /** As {@link #drive}, but does not throw what the listener heard of: failures, and a truncated run. */
  final <T, R> void run(Parallel parallel, Iterable<T> items, Action<T, R> action)
      throws Exception {
    try {
      drive(parallel, items, action);
    } catch (FailedItemsException | TruncatedRunException heardOfAlready) {
      // the listener got the outcomes
    }
  }

  /** Takes one outcome after the other. */
  private static final class Taker<V> implements Flow.Subscriber<V> {
    private final CompletableFuture<Void> end;
    private Flow.Subscription subscription;

    Taker(CompletableFuture<Void> end) {
      this.end = end;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      given.request(1);
    }

    @Override
    public void onNext(V value) {
      subscription.request(1);
    }

    @Override
    public void onError(Throwable error) {
      end.completeExceptionally(error);
    }

    @Override
    public void onComplete() {
      end.complete(null);
    }
  }
}
