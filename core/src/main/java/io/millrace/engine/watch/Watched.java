package io.millrace.engine.watch;

/** A run that can be asked how it stands. */
public interface Watched {
  /** The figures of now; by any thread. */
  Figures figures();
}
