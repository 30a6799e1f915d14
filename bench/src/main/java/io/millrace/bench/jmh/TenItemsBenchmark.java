package io.millrace.bench.jmh;

import io.millrace.bench.peer.Contender;
import io.millrace.bench.peer.Contenders;
import io.millrace.bench.peer.Delivery;
import io.millrace.bench.peer.Job;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** A whole call over ten items. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms2g", "-Xmx2g"})
public class TenItemsBenchmark {
  private static final List<Integer> ITEMS = List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);

  @Param("millrace")
  public String contender = "";

  private Contender running = Contenders.millrace();
  private final Job job = Job.of(ITEMS, ITEMS.size(), Delivery.COLLECTED, item -> item);

  @Setup
  public void open() {
    running = Contenders.named(contender);
  }

  @Benchmark
  public void call(Blackhole results) throws Exception {
    running.run(job, results::consume);
  }

  @TearDown
  public void close() throws Exception {
    running.close();
  }
}
