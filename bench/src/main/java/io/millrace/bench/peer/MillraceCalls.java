package io.millrace.bench.peer;

import io.millrace.Parallel;
import io.millrace.plan.Action;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Calls of an action of Millrace, which answers with the next number. */
record MillraceCalls(String name, int concurrency, Action<Integer, Integer> next)
    implements CallSite {
  @Override
  public CallCosts measure(int single, int many) throws Exception {
    return new CallCosts(median(single), perSecond(many));
  }

  /* Through a run, as the many are: the callers are virtual threads. */
  private double median(int calls) {
    double[] micros = new double[calls];
    Action<Integer, Integer> timed =
        item -> {
          long start = System.nanoTime();
          check(next.apply(item) == item + 1);
          micros[item] = (System.nanoTime() - start) / 1e3;
          return item;
        };
    Parallel.of(1).failFast().forEach(items(calls), timed::apply);
    Arrays.sort(micros);
    return micros[calls / 2];
  }

  private double perSecond(int calls) {
    List<Integer> items = items(calls);
    long start = System.nanoTime();
    long sum = 0;
    for (int value : Parallel.of(concurrency).map(items, next).values()) {
      sum += value;
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    check(sum == (long) calls * (calls + 1) / 2);
    return calls / seconds;
  }

  private static List<Integer> items(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  private static void check(boolean right) {
    if (!right) {
      throw new IllegalStateException("wrong value");
    }
  }
}
