package io.millrace.bench.driver;

import io.millrace.Parallel;
import io.millrace.bench.peer.Contender;
import io.millrace.bench.peer.Job;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Millrace, with outcomes and timing, as it comes. */
final class MillraceRuns implements Contender {
  private final String name;
  private final UnaryOperator<Parallel> options;

  MillraceRuns(String name, UnaryOperator<Parallel> options) {
    this.name = name;
    this.options = options;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void run(Job job, Consumer<Integer> sink) {
    Parallel parallel = parallel(job);
    switch (job.delivery()) {
      case COLLECTED -> parallel.map(job.items(), job.task()::apply).forEach(sink);
      case ORDERED -> stream(parallel.ordered(), job, sink);
      case COMPLETION -> stream(parallel.unordered(), job, sink);
    }
  }

  private Parallel parallel(Job job) {
    Parallel parallel = options.apply(Parallel.of(job.concurrency()));
    if (job.deadline()) {
      parallel = parallel.attemptTimeout(Job.DEADLINE);
    }
    return job.failFast() ? parallel.failFast() : parallel;
  }

  private static void stream(Parallel parallel, Job job, Consumer<Integer> sink) {
    try (Stream<Outcome<Integer, Integer>> outcomes =
        parallel.stream(job.items(), job.task()::apply)) {
      outcomes.forEach(
          outcome -> {
            if (outcome instanceof Success<Integer, Integer> success) {
              sink.accept(success.value());
            } else {
              throw new IllegalStateException("no success: " + outcome);
            }
          });
    }
  }
}
