package io.millrace.cli.console;

import io.millrace.cli.text.ErrorMessage;
import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Hears of errors that end the work of a thread beside a run, for which nobody waits: one line reports the error, and
 * the run ends in good order. Thread-safe.
 */
public final class Breakdown {
  private final String command;
  private final PrintStream err;
  private final EndNotice ending;

  /** Set by the first thread whose work dies; read at the end of the run. */
  private final AtomicBoolean hasHappened = new AtomicBoolean();

  /**
   * Nothing has happened yet.
   *
   * @param command as which it speaks, such as {@code millrace run}
   * @param end ends the run, and does not wait for that
   */
  public Breakdown(String command, PrintStream err, Runnable end) {
    this.command = command;
    this.err = err;
    this.ending = new EndNotice(err, end);
  }

  /**
   * Does some work.
   *
   * @param what does it, in words, such as "the progress line"
   */
  public void run(String what, Runnable work) {
    var _ =
        get(
            what,
            () -> {
              work.run();
              return true;
            });
  }

  /** As {@link #run}, with a result. */
  public <T> T get(String what, Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException | Error died) {
      if (hasHappened.compareAndSet(false, true)) {
        String line = command + ": " + what + " has failed: " + ErrorMessage.of(died) + "; ending";
        if (!ending.end(line)) {
          err.println(line); // behind the summary
        }
      }
      throw died;
    }
  }

  /** What ends the same run for other reasons, such as a signal. */
  public EndNotice ending() {
    return ending;
  }

  /** What to exit with if nothing else went wrong. */
  public int exitCode(int code) {
    return hasHappened.get() && code == ExitStatus.OK ? ExitStatus.FAILED : code;
  }
}
