package io.millrace.bench.jmh;

import io.millrace.bench.peer.CallStack;
import io.millrace.bench.peer.CallStacks;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.Warmup;

/** A call with retry, rate limit and timeout around it, and without: the score is that of a call. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms2g", "-Xmx2g"})
public class StackBenchmark {
  private static final int CALLS = 20_000;

  @Param({"millrace", "failsafe", "resilience4j", "resilience4jUntimed"})
  public String stack = "";

  @Param({"1", "2"})
  public int threads;

  @Param({"false", "true"})
  public boolean stacked;

  private CallStack calling = CallStacks.millrace();

  @Setup
  public void open() {
    calling = CallStacks.named(stack);
  }

  @Benchmark
  @OperationsPerInvocation(CALLS)
  public void call() throws Exception {
    calling.call(threads, CALLS, stacked);
  }
}
