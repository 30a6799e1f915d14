package io.millrace.engine.feed;

import org.jspecify.annotations.Nullable;

/** A source as the engine reads it. Used by one thread at a time; the run's lock hands it on. */
public interface Feed {
  /** The size of a source that does not know it. */
  long UNSIZED = -1;

  /** Takes items one by one. */
  @FunctionalInterface
  interface Loader {
    /** Takes an item; false if no further one is wanted. */
    boolean append(@Nullable Object item);
  }

  /**
   * Hands over at most {@code most} items, as they come; may block. If it hands over none and is
   * not exhausted, there are none now, and it later calls what {@link #onReady} was given.
   *
   * @throws Exception the source's own
   */
  void read(Loader loader, int most) throws Exception;

  /** Whether reading never blocks, so that it may be done under the run's lock. */
  default boolean prompt() {
    return false;
  }

  /**
   * Whether the rest is listed as not run when the run ends early: it is there already, and reading it
   * has no effect. Other sources are not read after an end.
   */
  default boolean isListable() {
    return size() != UNSIZED;
  }

  /** Whether there is certainly no further item; false if only a read can tell. */
  boolean exhausted();

  /** How many items there are in all, or {@link #UNSIZED}. */
  default long size() {
    return UNSIZED;
  }

  /** Whether there is nothing to read before the first call of what {@link #onReady} was given. */
  default boolean startsDry() {
    return false;
  }

  /** Whether the last read took all there was, and what {@link #onReady} was given is called for more. */
  default boolean isDrained() {
    return false;
  }

  /** Called once, before the first read, by feeds that are pushed into. */
  default void onReady(Runnable ready) {}

  /** Called once if the run ends before the source is exhausted; must not block. */
  default void runEnded() {}

  /** Whether {@link #close} calls somebody's code, which may take its time. */
  default boolean hasToBeClosed() {
    return false;
  }

  /** Lets go of what the source holds; called once, when nobody reads but a reader that was abandoned. */
  default void close() throws Exception {}
}
