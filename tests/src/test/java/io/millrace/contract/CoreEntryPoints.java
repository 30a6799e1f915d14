package io.millrace.contract;

import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.Run;
import io.millrace.outcome.FailedItemsException;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.TruncatedRunException;
import io.millrace.plan.Action;
import io.millrace.testkit.contract.EntryPoint;
import io.millrace.testkit.contract.Trait;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The ways in which core runs an action. */
public final class CoreEntryPoints {
  private CoreEntryPoints() {}

  public static List<EntryPoint> all() {
    return List.of(
        new MapCall(),
        new BoundMap(),
        new StreamCall(),
        new BoundStream(),
        new OrderedStream(),
        new StreamIterator(),
        new Batches(),
        new GathererStep(),
        new Publisher(),
        new StartAndTake(),
        new StartAndStream(),
        new StartAndLoop(),
        new ForEach(),
        new BoundForEach());
  }

  private static <T, R> Optional<RunStatus> drain(
      Stream<Outcome<T, R>> outcomes, EntryPoint.Taker<T, R> taker) {
    try (outcomes) {
      var _ = outcomes.allMatch(taker::take);
    }
    return Optional.empty();
  }

  private static <T, R> Optional<RunStatus> handOut(
      Results<T, R> results, EntryPoint.Taker<T, R> taker) {
    results.outcomes().forEach(taker::take);
    return Optional.of(results.status());
  }

  record MapCall(String name, Set<Trait> traits) implements EntryPoint {
    MapCall() {
      this("map", Set.of(Trait.COLLECTS, Trait.ORDERED));
    }

    @Override
    public <T, R> Optional<RunStatus> run(
        Parallel parallel,
        Iterable<? extends T> items,
        Action<? super T, ? extends R> action,
        Taker<T, R> taker) {
      return handOut(parallel.map(items, action), taker);
    }
  }

  record BoundMap(String name, Set<Trait> traits) implements EntryPoint {
    BoundMap() {
      this("map of a bound function", Set.of(Trait.COLLECTS, Trait.ORDERED));
    }

    @Override
    public <T, R> Optional<RunStatus> run(
        Parallel parallel,
        Iterable<? extends T> items,
        Action<? super T, ? extends R> action,
        Taker<T, R> taker) {
      return handOut(parallel.<T, R>function(action).map(items), taker);
    }
  }

  record StreamCall(String name, Set<Trait> traits) implements EntryPoint {
    StreamCall() {
      this("stream", Set.of());
    }

    @Override
    public <T, R> Optional<RunStatus> run(
        Parallel parallel,
        Iterable<? extends T> items,
        Action<? super T, ? extends R> action,
        Taker<T, R> taker) {
      return drain(parallel.stream(items, action), taker);
    }
  }

  record BoundStream(String name, Set<Trait> traits) implements EntryPoint {
    BoundStream() {
      this("stream of a bound function", Set.of());
    }

    @Override
    public <T, R> Optional<RunStatus> run(
        Parallel parallel,
        Iterable<? extends T> items,
        Action<? super T, ? extends R> action,
        Taker<T, R> taker) {
      return drain(parallel.<T, R>function(action).stream(items), taker);
    }
  }

  /** What a test asks for itself is asked for after this. */
  record OrderedStream(String name, Set<Trait> traits) implements EntryPoint {
    OrderedStream() {
      this("ordered stream", Set.of(Trait.ORDERED));
    }

    @Override
    public Parallel prepare(Parallel parallel) {
      return parallel.ordered();
    }

    @Override
    public <T, R> Optional<RunStatus> run(
        Parallel parallel,
        Iterable<? extends T> items,
        Action<? super T, ? extends R> action,
        Taker<T, R> taker) {
      return drain(parallel.stream(items, action), taker);
    }
  }

  record StreamIterator(String name, Set<Trait> traits) implements EntryPoint {
    StreamIterator() {
      this("iterator of a stream", Set.of());
    }

    @Override
    public <T, R> Optional<RunStatus> run(
        Parallel parallel,
        Iterable<? extends T> items,
        Action<? super T, ? extends R> action,
        Taker<T, R> taker) {
      try (Stream<Outcome<T, R>> outcomes = parallel.stream(items, action)) {
        Iterator<Outcome<T, R>> each = outcomes.iterator();
        while (each.hasNext() && taker.take(each.next())) {
          // until one of them has enough
        }
      }
      return Optional.empty();
    }
  }

  record Batches(String name, Set<Trait> traits, int batch) implements EntryPoint {
    Batches() {
      this("batches of 3", Set.of(Trait.ORDERED), 3);
    }

    @Override
    public <T, R> Optional<RunStatus> run(
        Parallel parallel,
        Iterable<? extends T> items,
        Action<? super T, ? extends R> action,
        Taker<T, R> taker) {
      try (Stream<List<Outcome<T, R>>> batches = parallel.batches(items, batch, action)) {
        var _ = batches.allMatch(outcomes -> outcomes.stream().allMatch(taker::take));
      }
      return Optional.empty();
    }
  }

  record GathererStep(String name, Set<Trait> traits) implements EntryPoint {
    GathererStep() {
      this("gatherer", Set.of(Trait.ORDERED, Trait.CALLER_READS));
    }

    @Override
    public <T, R> Optional<RunStatus> run(
        Parallel parallel,
        Iterable<? extends T> items,
        Action<? super T, ? extends R> action,
        Taker<T, R> taker) {
      Stream<? extends T> upstream = StreamSupport.stream(items.spliterator(), false);
      return drain(upstream.gather(parallel.<T, R>gatherer(action)), taker);
    }
  }

  record Publisher(String name, Set<Trait> traits) implements EntryPoint {
    Publisher() {
      this("publisher", Set.of(Trait.DETACHED));
    }

    @Override
    public <T, R> Optional<RunStatus> run(
        Parallel parallel,
        Iterable<? extends T> items,
        Action<? super T, ? extends R> action,
        Taker<T, R> taker)
        throws Exception {
      Flow.Publisher<Outcome<T, R>> publisher = parallel.publisher(items, action);
      var subscriber = new OneByOne<Outcome<T, R>>(taker::take);
      publisher.subscribe(subscriber);
      subscriber.await();
      return Optional.empty();
    }
  }

  record StartAndTake(String name, Set<Trait> traits) implements EntryPoint {
    StartAndTake() {
      this("start and take", Set.of());
    }

    @Override
    public <T, R> Optional<RunStatus> run(
        Parallel parallel,
        Iterable<? extends T> items,
        Action<? super T, ? extends R> action,
        Taker<T, R> taker) {
      try (Run<T, R> run = parallel.start(items, action)) {
        for (var next = run.take(); next.isPresent(); next = run.take()) {
          if (!taker.take(next.get())) {
            return Optional.empty();
          }
        }
        return Optional.of(run.status());
      }
    }
  }

  record StartAndStream(String name, Set<Trait> traits) implements EntryPoint {
    StartAndStream() {
      this("stream of a started run", Set.of());
    }

    @Override
    public <T, R> Optional<RunStatus> run(
        Parallel parallel,
        Iterable<? extends T> items,
        Action<? super T, ? extends R> action,
        Taker<T, R> taker) {
      try (Run<T, R> run = parallel.start(items, action)) {
        boolean all = run.stream().allMatch(taker::take);
        return all ? Optional.of(run.status()) : Optional.empty();
      }
    }
  }

  record StartAndLoop(String name, Set<Trait> traits) implements EntryPoint {
    StartAndLoop() {
      this("loop over a started run", Set.of());
    }

    @Override
    public <T, R> Optional<RunStatus> run(
        Parallel parallel,
        Iterable<? extends T> items,
        Action<? super T, ? extends R> action,
        Taker<T, R> taker) {
      try (Run<T, R> run = parallel.start(items, action)) {
        for (Outcome<T, R> outcome : run) {
          if (!taker.take(outcome)) {
            return Optional.empty();
          }
        }
        return Optional.of(run.status());
      }
    }
  }

  record ForEach(String name, Set<Trait> traits) implements EntryPoint {
    ForEach() {
      this("forEach", Set.of(Trait.SILENT, Trait.VALUELESS));
    }

    @Override
    public <T, R> Optional<RunStatus> run(
        Parallel parallel,
        Iterable<? extends T> items,
        Action<? super T, ? extends R> action,
        Taker<T, R> taker) {
      return status(() -> parallel.<T>forEach(items, action::apply));
    }
  }

  record BoundForEach(String name, Set<Trait> traits) implements EntryPoint {
    BoundForEach() {
      this("forEach of a bound function", Set.of(Trait.SILENT));
    }

    @Override
    public <T, R> Optional<RunStatus> run(
        Parallel parallel,
        Iterable<? extends T> items,
        Action<? super T, ? extends R> action,
        Taker<T, R> taker) {
      return status(() -> parallel.<T, R>function(action).forEach(items));
    }
  }

  private static Optional<RunStatus> status(Runnable call) {
    try {
      call.run();
      return Optional.of(RunStatus.COMPLETED);
    } catch (FailedItemsException failed) {
      return Optional.of(RunStatus.COMPLETED);
    } catch (TruncatedRunException truncated) {
      return Optional.of(truncated.status());
    }
  }
}
