package io.millrace.plan;

import java.util.Objects;
import java.util.concurrent.Executor;

/** Which threads call the action. */
public sealed interface Workers {

  /** Each worker is a virtual thread: for actions that wait for a network or a disk. The default. */
  static Workers virtual() {
    return new Virtual();
  }

  /**
   * Each worker is a platform thread: for actions that compute, with a concurrency near the number of cores.
   */
  static Workers platform() {
    return new Platform();
  }

  /**
   * The thread that calls {@code map}, or takes from the stream: for debugging. One item after the
   * other, in input order, with stack traces that reach the caller; concurrency and window count as
   * 1, every other option holds.
   */
  static Workers caller() {
    return new Caller();
  }

  /**
   * Threads of an executor. A worker is one task that handles item after item; if the executor runs
   * fewer tasks at once than the concurrency, fewer items run at once. A task that the executor
   * rejects ends the run with the executor's exception.
   */
  static Workers on(Executor executor) {
    return new On(executor);
  }

  /** See {@link #virtual}. */
  record Virtual() implements Workers {}

  /** See {@link #platform}. */
  record Platform() implements Workers {}

  /** See {@link #caller}. */
  record Caller() implements Workers {}

  /**
   * See {@link #on}.
   *
   * @param executor whose threads call the action
   */
  record On(Executor executor) implements Workers {
    /** Checks the argument. */
    public On {
      Objects.requireNonNull(executor, "executor");
    }
  }
}
