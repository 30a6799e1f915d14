package io.millrace.process;

import java.util.Objects;
import java.util.function.Consumer;

/** Where the output of worker processes goes. */
public sealed interface WorkerOutput {

  /** To the stream of the same name of this process, byte by byte. */
  static WorkerOutput inherit() {
    return new Inherit();
  }

  /** Nowhere. */
  static WorkerOutput discard() {
    return new Discard();
  }

  /**
   * Line by line to a consumer; a line of more than 8,192 bytes comes in pieces.
   *
   * @param consumer called by a thread for each worker, so it must be thread-safe; while it runs, a worker
   *     that prints more waits; if it throws, the line is lost, and the first such error is logged
   */
  static WorkerOutput lines(Consumer<? super String> consumer) {
    return new Lines(consumer);
  }

  /** See {@link #inherit}. */
  record Inherit() implements WorkerOutput {}

  /** See {@link #discard}. */
  record Discard() implements WorkerOutput {}

  /**
   * See {@link #lines}.
   *
   * @param consumer gets the lines
   */
  record Lines(Consumer<? super String> consumer) implements WorkerOutput {
    /** Checks the argument. */
    public Lines {
      Objects.requireNonNull(consumer, "consumer");
    }
  }
}
