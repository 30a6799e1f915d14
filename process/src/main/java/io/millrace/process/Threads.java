package io.millrace.process;

/**
 * Starts the threads of a pool. They are platform threads: the start and the end of a process must not wait for a carrier
 * of virtual threads, nor for the common pool, which actions may keep for as long as they compute.
 */
@FunctionalInterface
interface Threads {
  Threads PLATFORM = (name, task) -> Thread.ofPlatform().daemon().name(name).start(task);

  /** Throws what the start of a thread throws, an {@link OutOfMemoryError} if there can be no more. */
  Thread start(String name, Runnable task);
}
