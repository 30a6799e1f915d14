package io.millrace.examples;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.process.ProcessOptions;
import io.millrace.process.ProcessPool;
import io.millrace.process.WorkerOutput;
import io.millrace.testkit.NoLeaks;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@NoLeaks
class ProcessExampleTest {
  @Test
  @DisplayName("PY13: computing actions run in processes")
  void computesInProcesses() {
    List<Integer> digits = List.of(10, 20, 30);
    List<BigInteger> primes;

    // @start region="map"
    var options =
        ProcessOptions.of(2)
            .memoryLimit(256L << 20) // what needs more fails alone
            .standardOutput(WorkerOutput.discard());

    try (var pool = ProcessPool.open(options)) {
      primes =
          pool.parallel()
              .attemptTimeout(ofSeconds(30)) // then the process is killed
              .map(digits, pool.action(n -> BigInteger.TEN.pow(n).nextProbablePrime()))
              .values();
    }
    // @end

    assertEquals(
        List.of(11, 21, 31), primes.stream().map(prime -> prime.toString().length()).toList());
  }
}
