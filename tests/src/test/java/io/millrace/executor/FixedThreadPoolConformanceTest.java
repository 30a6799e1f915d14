package io.millrace.executor;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** The platform's own executor proves the suite: a test that it fails is wrong. */
@ParameterizedClass(name = "{0} threads")
@ValueSource(ints = {1, 2, 7})
class FixedThreadPoolConformanceTest extends ExecutorConformance {
  FixedThreadPoolConformanceTest(int threads) {
    super(threads);
  }

  @Override
  ExecutorService create(int threads) {
    return Executors.newFixedThreadPool(
        threads, Thread.ofVirtual().name("millrace-platform-", 0).factory());
  }
}
