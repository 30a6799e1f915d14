package io.millrace.bench.work;

import static io.millrace.bench.peer.Contenders.BEFORE;
import static io.millrace.bench.report.Metric.PERMIT;

import io.millrace.bench.peer.PermitLoop;
import io.millrace.bench.report.Figures;
import io.millrace.bench.report.Sample;
import io.millrace.bench.report.Target;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** One permit of a semaphore, taken and given back in a loop by so many virtual threads. */
record Permitted(int threads) implements Workload {

  @Override
  public String name() {
    return "semaphore." + threads;
  }

  @Override
  public String title() {
    return "One permit, taken and given back by "
        + (threads == 1 ? "one thread" : threads + " threads");
  }

  @Override
  public int rounds(Effort effort) {
    return effort.pick(5, 15);
  }

  @Override
  public Field field(Effort effort) {
    int times = threads == 1 ? effort.pick(3_000_000, 20_000_000) : effort.pick(50_000, 300_000);
    return new Field(
            entry(PermitLoop.millrace(), times),
            PermitLoop.peers().stream().map(each -> entry(each, times)).toList())
        .withBefore(before -> entry(before.permits(BEFORE), times));
  }

  private Entry entry(PermitLoop loop, int times) {
    return Entry.of(loop.name(), () -> sample(loop.body().apply(1), times));
  }

  private Sample sample(PermitLoop.Body body, int times) throws Exception {
    long start = System.nanoTime();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<? extends Future<?>> ends =
          Stream.generate(() -> executor.submit(() -> run(body, times))).limit(threads).toList();
      for (Future<?> end : ends) {
        end.get();
      }
    }
    return Sample.of(PERMIT, (double) (System.nanoTime() - start) / threads / times);
  }

  private static boolean run(PermitLoop.Body body, int times) throws InterruptedException {
    body.run(times);
    return true;
  }

  /* In a queue it is as slow as the fair one: to hand a permit over takes a wake-up. */
  @Override
  public List<Target> targets(Figures figures) {
    return threads == 1
        ? List.of(Target.atLeast(name() + ".vs.jdk", figures.ratio("jdk", PERMIT), 0.5))
        : List.of(Target.atLeast(name() + ".vs.jdkFair", figures.ratio("jdkFair", PERMIT), 0.5));
  }
}
