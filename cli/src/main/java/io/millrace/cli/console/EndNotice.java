package io.millrace.cli.console;

import java.io.PrintStream;
import java.util.concurrent.Semaphore;

/**
 * Ends a run from beside it and says so, in a line that never stands within the summary of that run. Thread-safe.
 */
public final class EndNotice {
  private final PrintStream err;
  private final Runnable end;

  /* Whoever speaks has a permit; the summary takes all of them, for ever. */
  private final Semaphore speaking = new Semaphore(Integer.MAX_VALUE);

  /**
   * Nothing has been said.
   *
   * @param end ends the run, and does not wait for that
   */
  EndNotice(PrintStream err, Runnable end) {
    this.err = err;
    this.end = end;
  }

  /**
   * Ends the run, and then says so: ending it does not wait until somebody reads.
   *
   * @return false if the summary has begun, and nothing was said
   */
  public boolean end(String line) {
    boolean maySpeak = speaking.tryAcquire();
    try {
      end.run();
      if (maySpeak) {
        err.println(line);
      }
    } finally {
      if (maySpeak) {
        speaking.release();
      }
    }
    return maySpeak;
  }

  /** Ends the run, and says nothing. */
  public void endSilently() {
    end.run();
  }

  /** The summary is next: waits until all is said, after which nothing is. */
  public void summarized() {
    speaking.acquireUninterruptibly(Integer.MAX_VALUE);
  }
}
