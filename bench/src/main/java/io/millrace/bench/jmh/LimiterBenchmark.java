package io.millrace.bench.jmh;

import io.millrace.bench.peer.Pacers;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
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
import org.openjdk.jmh.annotations.Warmup;

/** A permit that is there: in the limiter, or leased by one that JVMs share; ask with {@code -t 2} for two threads. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms2g", "-Xmx2g"})
public class LimiterBenchmark {
  @Param({"millrace", "shared", "bucket4j", "failsafe", "resilience4j"})
  public String limiter = "";

  private BooleanSupplier taking = () -> false;

  @Setup
  public void open() {
    taking = Pacers.generous(limiter);
  }

  @Benchmark
  public boolean take() {
    return taking.getAsBoolean();
  }
}
