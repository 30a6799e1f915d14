package io.millrace.bench.work;

import static io.millrace.bench.peer.Contenders.BEFORE;
import static io.millrace.bench.peer.Contenders.MILLRACE;
import static io.millrace.bench.report.Metric.ADDED;
import static io.millrace.bench.report.Metric.CALL;

import io.millrace.bench.peer.CallStack;
import io.millrace.bench.peer.CallStacks;
import io.millrace.bench.report.Figures;
import io.millrace.bench.report.Metric;
import io.millrace.bench.report.Sample;
import io.millrace.bench.report.Target;
import java.util.List;

/** Retry, rate limit and timeout around each call, when nothing fails and nothing waits. */
record Stacked(int threads) implements Workload {
  /* Less cannot be told from chance. */
  private static final double LEAST = 10;

  @Override
  public String name() {
    return "stack." + threads;
  }

  @Override
  public String title() {
    return "Retry, rate limit and timeout around a call, on "
        + (threads == 1 ? "one thread" : threads + " threads");
  }

  @Override
  public int rounds(Effort effort) {
    return effort.pick(3, 9);
  }

  @Override
  public Field field(Effort effort) {
    int own = effort.pick(200_000, 2_000_000);
    return new Field(
            entry(CallStacks.millrace(), own),
            CallStacks.peers().stream()
                .map(each -> entry(each, effort.pick(10_000, 50_000)))
                .toList())
        .withBefore(before -> entry(before.stack(BEFORE), own));
  }

  private Entry entry(CallStack stack, int calls) {
    return Entry.of(stack.name(), () -> sample(stack, calls));
  }

  /* Time of a thread: two threads that take 1 us for two calls take 1 us a call. */
  private Sample sample(CallStack stack, int calls) throws Exception {
    double plain = nanos(stack, calls, false);
    double stacked = nanos(stack, calls, true);
    return Sample.of(ADDED, Math.max(LEAST, stacked - plain)).and(CALL, stacked);
  }

  private double nanos(CallStack stack, int calls, boolean stacked) throws Exception {
    long start = System.nanoTime();
    stack.call(threads, calls, stacked);
    return (double) (System.nanoTime() - start) * threads / calls;
  }

  /* What is added is the small difference of two larger numbers: too noisy to compare closely. */
  @Override
  public Metric decisive(Figures figures) {
    return CALL;
  }

  @Override
  public List<Target> targets(Figures figures) {
    return List.of(Target.atMost(name() + ".ns", figures.median(MILLRACE, ADDED), 150));
  }
}
