package io.millrace.bench.driver;

import io.millrace.Monitor;
import io.millrace.Parallel;
import io.millrace.bench.peer.CallStack;
import io.millrace.bench.peer.Contender;
import io.millrace.bench.peer.Cost;
import io.millrace.bench.peer.Crowd;
import io.millrace.bench.peer.Edition;
import io.millrace.bench.peer.Pacer;
import io.millrace.bench.peer.PermitLoop;
import io.millrace.executor.ParallelExecutor;
import io.millrace.outcome.Outcome;
import io.millrace.plan.Workers;
import java.util.concurrent.ExecutorService;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The version whose classes this one's loader finds. */
public final class MillraceEdition implements Edition {
  @Override
  public Contender runs(String name) {
    return new MillraceRuns(name, parallel -> parallel.workers(Workers.virtual()));
  }

  @Override
  public Contender platformRuns(String name) {
    return new MillraceRuns(name, parallel -> parallel.workers(Workers.platform()));
  }

  @Override
  public Contender monitoredRuns(String name) {
    return new MillraceRuns(name, parallel -> parallel.monitor(Monitor.of()));
  }

  @Override
  public CallStack stack(String name) {
    return new MillraceStack(name);
  }

  @Override
  public Pacer pacer(String name) {
    return new MillracePacer(name);
  }

  @Override
  public PermitLoop permits(String name) {
    return new PermitLoop(name, MillracePermits::new);
  }

  @Override
  public ExecutorService pool(int most) {
    return ParallelExecutor.of(most);
  }

  @Override
  public long groupSum(int tasks) {
    return MillraceGroup.sum(tasks);
  }

  @Override
  public void endless(int items, int concurrency, Runnable passed) {
    Iterable<Integer> generated = () -> IntStream.range(0, items).iterator();
    try (Stream<Outcome<Integer, Integer>> outcomes =
        Parallel.of(concurrency).stream(generated, item -> item)) {
      outcomes.forEach(_ -> passed.run());
    }
  }

  @Override
  public Cost among(Crowd crowd, int many) throws Exception {
    return switch (crowd) {
      case SLOTS -> CrowdedSlots.cost(many);
      case BACKOFF -> CrowdedBackoff.cost(many);
      case PERMITS -> CrowdedLimiter.cost(many);
      case ABANDONED -> CrowdedByAbandoned.cost(many);
      case CANCELLED -> CrowdedExecutor.cost(many);
    };
  }
}
