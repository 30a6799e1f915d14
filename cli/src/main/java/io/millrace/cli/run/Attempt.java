package io.millrace.cli.run;

import io.millrace.cli.process.ProgramEnd;
import java.time.Instant;
import java.util.Optional;

/** One call of the command for an item. Used by one thread at a time. */
final class Attempt implements AutoCloseable {
  private final int number;
  private final Instant start;
  private final Captured out;
  private final Captured err;
  private final long startNanos = System.nanoTime();
  private long tookNanos;
  private Optional<ProgramEnd> ending = Optional.empty();

  /**
   * It starts.
   *
   * @param number from 1
   */
  Attempt(int number, Instant start, Captured out, Captured err) {
    this.number = number;
    this.start = start;
    this.out = out;
    this.err = err;
  }

  void ended(ProgramEnd how) {
    ending = Optional.of(how);
    ended();
  }

  void ended(ProgramEnd how, long millis) {
    ending = Optional.of(how);
    tookNanos = millis * 1_000_000;
  }

  int number() {
    return number;
  }

  /** It was cut off. */
  void ended() {
    tookNanos = System.nanoTime() - startNanos;
  }

  Captured out() {
    return out;
  }

  Captured err() {
    return err;
  }

  Instant start() {
    return start;
  }

  long tookMillis() {
    return tookNanos / 1_000_000;
  }

  /** How it ended; empty if the end of the run cut it off. */
  Optional<ProgramEnd> ending() {
    return ending;
  }

  /** Whether the command itself has said how it went. */
  boolean hasExited() {
    return ending.filter(how -> how instanceof ProgramEnd.Exited).isPresent();
  }

  @Override
  public void close() {
    out.close();
    err.close();
  }
}
