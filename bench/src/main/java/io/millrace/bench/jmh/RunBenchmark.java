package io.millrace.bench.jmh;

import io.millrace.bench.peer.Contender;
import io.millrace.bench.peer.Contenders;
import io.millrace.bench.peer.Delivery;
import io.millrace.bench.peer.Job;
import io.millrace.bench.work.Tasks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** A run over many items, with everything a parameter; the score is that of one item. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms2g", "-Xmx2g"})
public class RunBenchmark {
  private static final int ITEMS = 100_000;

  @Param("millrace")
  public String contender = "";

  @Param("noop")
  public String task = "";

  @Param({"100", "1000"})
  public int concurrency;

  @Param({"COLLECTED", "ORDERED", "COMPLETION"})
  public Delivery delivery = Delivery.COLLECTED;

  @Param("false")
  public boolean deadline;

  private Contender running = Contenders.millrace();
  private Job job = Job.of(List.of(), 1, delivery, item -> item);

  @Setup
  public void open() {
    running = Contenders.named(contender);
    List<Integer> items = new ArrayList<>(IntStream.range(0, ITEMS).boxed().toList());
    job = Job.of(items, concurrency, delivery, Tasks.named(task));
    job = deadline ? job.withDeadline() : job;
  }

  @Benchmark
  @OperationsPerInvocation(ITEMS)
  public void run(Blackhole results) throws Exception {
    running.run(job, results::consume);
  }

  @TearDown
  public void close() throws Exception {
    running.close();
  }
}
