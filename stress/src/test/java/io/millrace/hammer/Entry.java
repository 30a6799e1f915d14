package io.millrace.hammer;

import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.outcome.Outcome;
import io.millrace.plan.Action;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** By which method a trial runs. */
enum Entry {
  MAP {
    @Override
    void run(Call call) {
      call.parallel.map(call.items, call.action).outcomes().forEach(call.taker);
    }
  },
  STREAM {
    @Override
    void run(Call call) {
      try (Stream<Outcome<Integer, Integer>> all = call.parallel.stream(call.items, call.action)) {
        all.limit(call.most).forEach(call.taker);
      }
    }
  },
  ORDERED_STREAM {
    @Override
    void run(Call call) {
      try (Stream<Outcome<Integer, Integer>> all =
          call.parallel.ordered().stream(call.items, call.action)) {
        all.limit(call.most).forEach(call.taker);
      }
    }
  },
  BATCHES {
    @Override
    void run(Call call) {
      int size = 3;
      long most = call.most == Long.MAX_VALUE ? Long.MAX_VALUE : call.most / size;
      try (Stream<List<Outcome<Integer, Integer>>> all =
          call.parallel.batches(call.items, size, call.action)) {
        all.limit(most).forEach(batch -> batch.forEach(call.taker));
      }
    }
  },
  RUN {
    @Override
    void run(Call call) {
      try (Run<Integer, Integer> run = call.parallel.start(call.items, call.action)) {
        call.started.accept(run);
        for (long left = call.most; left > 0; left--) {
          Optional<Outcome<Integer, Integer>> outcome = run.take();
          if (outcome.isEmpty()) {
            break;
          }
          call.taker.accept(outcome.get());
        }
      }
    }
  },
  GATHERER {
    @Override
    void run(Call call) {
      IntStream.range(0, call.size)
          .boxed()
          .gather(call.parallel.gatherer(call.action))
          .limit(call.most)
          .forEach(call.taker);
    }
  },
  PUBLISHER {
    @Override
    void run(Call call) throws Throwable {
      Taking taking = new Taking(call);
      call.parallel.publisher(call.items, call.action).subscribe(taking);
      try {
        taking.done.get();
      } catch (ExecutionException failed) {
        throw failed.getCause();
      }
    }
  };

  /**
   * What to run.
   *
   * @param most after how many outcomes to close
   * @param started gets the run, where there is one to get
   */
  record Call(
      Parallel parallel,
      Iterable<Integer> items,
      int size,
      Action<Integer, Integer> action,
      Consumer<Outcome<Integer, Integer>> taker,
      long most,
      Consumer<Run<?, ?>> started) {}

  abstract void run(Call call) throws Throwable;

  boolean inOrder() {
    return this != STREAM && this != RUN && this != PUBLISHER;
  }

  boolean canClose() {
    return this != MAP;
  }

  /** A publisher has no thread that waits for it. */
  boolean canBeInterrupted() {
    return this != PUBLISHER;
  }

  /** Whether nothing lies between the run and the taker. */
  boolean takesOneByOne() {
    return this == STREAM || this == RUN || this == PUBLISHER || this == ORDERED_STREAM;
  }

  private static final class Taking implements Flow.Subscriber<Outcome<Integer, Integer>> {
    final CompletableFuture<Void> done = new CompletableFuture<>();
    private final Call call;
    private Flow.Subscription subscription;
    private long left;

    Taking(Call call) {
      this.call = call;
      this.left = call.most;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      given.request(3);
    }

    @Override
    public void onNext(Outcome<Integer, Integer> outcome) {
      if (left == 0) {
        return; // on its way when it was cancelled
      }
      call.taker.accept(outcome);
      subscription.request(1);
      if (--left == 0) {
        subscription.cancel();
        done.complete(null);
      }
    }

    @Override
    public void onError(Throwable error) {
      done.completeExceptionally(error);
    }

    @Override
    public void onComplete() {
      done.complete(null);
    }
  }
}
