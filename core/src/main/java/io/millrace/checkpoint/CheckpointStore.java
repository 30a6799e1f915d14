package io.millrace.checkpoint;

import io.millrace.checkpoint.spi.CheckpointSession;

/**
 * Where a checkpoint is kept. A store knows bytes only; it calls no functions of its users.
 *
 * <p>A store can be given to many runs, one after the other. Implementations are thread-safe.
 */
@FunctionalInterface
public interface CheckpointStore {

  /**
   * Takes the checkpoint for one run alone, and makes it if there is none. It is called in the thread that starts the run,
   * which may be interrupted, before or meanwhile. That must not look like a failure of the store: the session is opened, with
   * the flag set afterwards, or this throws a {@code CancellationException}, with the flag set.
   *
   * @param name what the checkpoint has to be of; one that was just made gets this name
   * @throws CheckpointException if the checkpoint is of another name (the message has both names, and both ways out: the
   *     other name, or another checkpoint), if another run holds it (the message says who, and since when), or if it
   *     cannot be read or written; nothing is changed then
   */
  CheckpointSession open(CheckpointName name);

  /**
   * Whether many have the checkpoint at once, as the tasks of a Spark job do: {@link #open} then takes it together with
   * others, and what one of them commits, the others find. Outcomes are found by keys only, a failure never replaces a
   * value, and what each has spent since it opened is added up. A run of one JVM refuses such a store. False by default.
   */
  default boolean isShared() {
    return false;
  }
}
