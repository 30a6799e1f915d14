package io.millrace.bench.peer;

import io.millrace.Parallel;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.Codec;
import io.millrace.checkpoint.jdbc.JdbcStore;
import io.millrace.plan.Action;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Millrace with a checkpoint in a SQLite file. */
final class MillraceKeeper implements Keeper {
  @Override
  public String name() {
    return Contenders.MILLRACE;
  }

  @Override
  public Kept measure(Path directory, int items, int concurrency, byte[] value) {
    List<Integer> numbers = IntStream.range(0, items).boxed().toList();
    Checkpoint checkpoint =
        Checkpoint.of(
            JdbcStore.file(directory.resolve("run")),
            CheckpointName.of("nothing", "1"),
            Codec.bytes());
    Parallel parallel = Parallel.of(concurrency).checkpoint(checkpoint).unordered();
    HeldBack held = new HeldBack(items);
    long start = System.nanoTime();
    Action<Integer, byte[]> action =
        item -> {
          held.ended(item);
          return value;
        };
    try (var outcomes = parallel.stream(numbers, action)) {
      outcomes.forEach(outcome -> held.taken(outcome.item()));
    }
    double nanos = (double) (System.nanoTime() - start) / items;
    AtomicInteger restored = new AtomicInteger();
    start = System.nanoTime();
    try (var outcomes = parallel.stream(numbers, action)) {
      outcomes.forEach(outcome -> restored.addAndGet(outcome.restored() ? 1 : 0));
    }
    double again = (double) (System.nanoTime() - start) / items;
    if (restored.get() != items) {
      throw new IllegalStateException("of " + items + " were restored " + restored);
    }
    return new Kept(nanos, held.millis(), again);
  }
}
