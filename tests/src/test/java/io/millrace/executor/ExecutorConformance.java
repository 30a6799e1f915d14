package io.millrace.executor;

/**
 * What the platform promises of every executor service and its futures, and what a pool with a fixed
 * number of threads and one queue adds: a suite of tests to be bound to an executor.
 */
abstract class ExecutorConformance extends ExecutorFixture
    implements CancelConformance,
        CloseConformance,
        FailureConformance,
        FutureConformance,
        InterruptConformance,
        InvokeAllConformance,
        InvokeAnyConformance,
        MemoryConformance,
        SchedulingConformance,
        ShutdownConformance,
        SubmitConformance {

  ExecutorConformance(int threads) {
    super(threads);
  }
}
