package io.millrace.executor;

import java.util.concurrent.ExecutorService;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Proves the suite's second half, by the platform's pool and the platform's future put together. */
@ParameterizedClass(name = "{0} threads")
@ValueSource(ints = {1, 2, 7})
class CompletablePoolConformanceTest extends ExecutorFutureConformance {
  CompletablePoolConformanceTest(int threads) {
    super(threads);
  }

  @Override
  ExecutorService create(int threads) {
    return new CompletablePool(threads);
  }
}
