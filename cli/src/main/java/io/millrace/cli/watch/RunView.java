package io.millrace.cli.watch;

import io.millrace.cli.console.Breakdown;
import io.millrace.cli.console.Streams;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The page of a run: live, written at its end, both, or neither.
 *
 * @param title what is run, without secrets
 * @param settings the options, without secrets
 * @param again the command that runs only what failed, if there is one
 * @param isLive whether a page on loopback shows the run while it goes on
 */
public record RunView(
    String title, Map<String, String> settings, Optional<String> again, boolean isLive) {

  /** A run. */
  @FunctionalInterface
  public interface Body<E> {
    /** Runs to the end. */
    E run() throws IOException;
  }

  /**
   * Runs, and shows it.
   *
   * @param standing how far it is
   * @param how what is said of its end
   * @return what the body returns
   */
  public <E> E show(
      ExtraFiles.Open files,
      Streams streams,
      Breakdown breakdown,
      Supplier<Standing> standing,
      Body<E> body,
      Function<E, String> how)
      throws IOException, LivePage.UnavailableException {
    if (!files.hasReport() && !isLive) {
      return body.run();
    }
    try (Recorder recorder = Recorder.start(standing, breakdown)) {
      ReportPage page = new ReportPage(title, settings, again, recorder, standing);
      try (LivePage live = isLive ? LivePage.start(page, streams, breakdown) : null) {
        E end = body.run();
        recorder.end();
        if (live != null) {
          live.end(how.apply(end));
        }
        if (files.hasReport()) {
          files.report(page.ended(how.apply(end)));
        }
        return end;
      }
    }
  }
}
