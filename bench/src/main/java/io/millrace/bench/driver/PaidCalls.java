package io.millrace.bench.driver;

import io.millrace.Parallel;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.Codec;
import io.millrace.checkpoint.jdbc.JdbcStore;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

/**
 * The main class of a JVM with a run that is killed: over so many items with keys, each stored with a text. It prints a line, and waits to be
 * killed, in its first call of an item that is not among these.
 */
public final class PaidCalls {
  private static final int CONCURRENCY = 100;

  private PaidCalls() {}

  /** Which items there are beside those to be stored. */
  public enum Part {
    /** One after them. */
    STORE,
    /** One before them. */
    NEW_FIRST,
    /** Another one after them. */
    NEW_LAST
  }

  /** Arguments: the file, how many items, which part. */
  public static void main(String[] args) {
    int items = Integer.parseInt(args[1]);
    int from = Part.valueOf(args[2]) == Part.NEW_FIRST ? -1 : 0;
    Iterable<Integer> numbers = () -> IntStream.rangeClosed(from, items).iterator();
    Checkpoint checkpoint =
        Checkpoint.of(
                JdbcStore.file(Path.of(args[0])), CheckpointName.of("killed", "1"), Codec.text())
            .key((Integer item) -> item);
    CountDownLatch never = new CountDownLatch(1);
    try (var outcomes =
        Parallel.of(CONCURRENCY).checkpoint(checkpoint).unordered().stream(
            numbers, item -> call(item, items, never))) {
      throw new IllegalStateException("nobody killed this, after outcomes: " + outcomes.count());
    }
  }

  private static String call(int item, int items, CountDownLatch never)
      throws InterruptedException {
    if (item < 0 || item >= items) {
      System.out.println("calls " + item);
      never.await();
    }
    return "value " + item;
  }
}
