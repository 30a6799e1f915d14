package io.millrace.bench.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;

/** The main class of a JVM that does by hand what {@code ColdCall} does with Millrace. */
public final class PlainCall {
  public static final List<Integer> ITEMS = List.of(0, 1, 2, 3, 4);

  private static final int MILLIS = 100;
  private static final int SUM = 10;

  private PlainCall() {}

  public static void main(String[] args) throws Exception {
    long start = System.nanoTime();
    List<FutureTask<Integer>> futures = new ArrayList<>();
    for (Integer item : ITEMS) {
      FutureTask<Integer> future = new FutureTask<>(() -> task(item));
      Thread.startVirtualThread(future);
      futures.add(future);
    }
    int sum = 0;
    for (FutureTask<Integer> future : futures) {
      sum += future.get();
    }
    report(start, sum);
  }

  /** What is done with each item. */
  public static Integer task(Integer item) throws InterruptedException {
    Thread.sleep(MILLIS);
    return item;
  }

  /** Prints how long it took. */
  public static void report(long start, int sum) {
    long nanos = System.nanoTime() - start;
    if (sum != SUM) {
      throw new IllegalStateException("wrong sum: " + sum);
    }
    System.out.println(nanos);
  }
}
