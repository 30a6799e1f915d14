package io.millrace.cli.http;

import io.millrace.engine.terms.ItemDeadline;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * How far a line has come, over all its requests, those of earlier runs too. Used by one thread at a time: by the worker
 * that has the line, and then by whoever takes what came of it.
 */
final class LineHistory {
  private final long sequence;
  private byte[] text = {};
  private Progress before = new Progress(0, 0, 0);
  private int requests;
  private int redirects;
  private boolean isRedirected;
  private int budgeted;
  private Optional<SaveFolder.Saved> saved = Optional.empty();
  private long firstStartNanos;
  private long lastEndNanos;

  /**
   * Nothing has happened yet.
   *
   * @param sequence which line of those that are items, from 0
   */
  LineHistory(long sequence) {
    this.sequence = sequence;
  }

  /**
   * How far it has come.
   *
   * @param requests that were sent
   * @param redirects that were followed
   * @param millis from the first request to the end of the last one, in each run
   */
  record Progress(int requests, int redirects, long millis) {}

  long sequence() {
    return sequence;
  }

  /** Keeps the line as it was read. */
  void keep(ByteBuffer line) {
    text = new byte[line.remaining()];
    line.duplicate().get(text);
  }

  /** The line as it was read; empty if that was not kept. */
  byte[] text() {
    return text;
  }

  Progress progress() {
    return new Progress(before.requests() + requests, redirects(), tookMillis());
  }

  /** An earlier run had come so far. */
  void goesOnFrom(Progress earlier) {
    before = earlier;
    requests = 0;
    redirects = 0;
    isRedirected = false;
  }

  /** Its answer is in a file, whatever becomes of its attempt. */
  void saves(SaveFolder.Saved file) {
    saved = Optional.of(file);
  }

  /** Its file was taken away. The next file that is made may have the same key, time and size, and is not the line's. */
  void savesNothing() {
    saved = Optional.empty();
  }

  /** The file that it has saved in this run, perhaps in an attempt that failed all the same. */
  Optional<SaveFolder.Saved> saved() {
    return saved;
  }

  /** A request is sent now. Answers whether it repeats the one before. */
  boolean requestStarts(long nanos) {
    boolean isRepeat = requests > 0 && !isRedirected;
    isRedirected = false;
    if (requests++ == 0) {
      firstStartNanos = nanos;
    }
    lastEndNanos = nanos;
    return isRepeat;
  }

  void requestEnds(long nanos) {
    lastEndNanos = nanos;
  }

  /** An answer leads on to another request. */
  void redirected() {
    redirects++;
    isRedirected = true;
  }

  /** A retry is taken from the budget of its host. */
  void budgeted() {
    budgeted++;
  }

  /** How many retries were taken from the budget since this was last asked. */
  int takeBudgeted() {
    int taken = budgeted;
    budgeted = 0;
    return taken;
  }

  int redirects() {
    return before.redirects() + redirects;
  }

  boolean hasStarted() {
    return before.requests() + requests > 0;
  }

  /** Tries so far: requests, of which those that follow a redirect do not count. */
  int attempts() {
    int followed = isRedirected ? redirects() - 1 : redirects();
    return Math.max(0, before.requests() + requests - followed);
  }

  /** How long it has taken since its first request in this run. */
  long elapsedNanos(long nowNanos) {
    return requests == 0 ? 0 : nowNanos - firstStartNanos;
  }

  /** When such a time is over that began with its first request in this run; never if there was none. */
  long endNanos(long timeNanos) {
    return requests == 0 ? ItemDeadline.NEVER : firstStartNanos + timeNanos;
  }

  /** From its first request to the end of its last one. */
  long tookMillis() {
    return before.millis() + (requests == 0 ? 0 : (lastEndNanos - firstStartNanos) / 1_000_000);
  }
}
