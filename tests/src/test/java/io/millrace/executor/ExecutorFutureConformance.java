package io.millrace.executor;

/** The same for an executor whose futures are completable ones, with what that class promises. */
abstract class ExecutorFutureConformance extends ExecutorConformance
    implements CallbackConformance, CompletionConformance, DependentConformance {

  ExecutorFutureConformance(int threads) {
    super(threads);
  }
}
