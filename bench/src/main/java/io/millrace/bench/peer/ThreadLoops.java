package io.millrace.bench.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/** A peer that decorates a call, which threads make in a loop. */
record ThreadLoops(String name, Callable<Integer> decorated) implements CallStack {
  /** What is decorated. */
  static final Callable<Integer> CALL = () -> 1;

  @Override
  public void call(int threads, int calls, boolean stacked) throws Exception {
    Callable<Integer> call = stacked ? decorated : CALL;
    List<Future<Long>> sums = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      FutureTask<Long> loop = new FutureTask<>(() -> sum(call, calls / threads));
      Thread.ofPlatform().start(loop);
      sums.add(loop);
    }
    long sum = 0;
    for (Future<Long> each : sums) {
      sum += each.get();
    }
    if (sum != calls) {
      throw new IllegalStateException("of " + calls + " calls answered " + sum);
    }
  }

  private static long sum(Callable<Integer> call, int calls) throws Exception {
    long sum = 0;
    for (int i = 0; i < calls; i++) {
      sum += call.call();
    }
    return sum;
  }
}
