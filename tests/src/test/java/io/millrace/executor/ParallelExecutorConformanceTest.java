package io.millrace.executor;

import java.util.concurrent.ExecutorService;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Millrace's executor keeps the platform's contract. */
@ParameterizedClass(name = "{0} threads")
@ValueSource(ints = {1, 2, 7})
class ParallelExecutorConformanceTest extends ExecutorFutureConformance {
  ParallelExecutorConformanceTest(int threads) {
    super(threads);
  }

  @Override
  ExecutorService create(int threads) {
    return ParallelExecutor.of(threads);
  }
}
