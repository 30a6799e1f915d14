package io.millrace.cli.watch;

import io.millrace.cli.console.Breakdown;
import io.millrace.cli.console.EndReason;
import io.millrace.cli.console.Streams;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
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
  public interface Body {
    /** Runs to the end. */
    RunEnd run() throws IOException;
  }

  /**
   * Runs, and shows it.
   *
   * @param standing how far it is
   * @param reason what is said of its end
   * @return what the body returns
   */
  public RunEnd show(
      ExtraFiles.Open files,
      Streams streams,
      Breakdown breakdown,
      Supplier<Standing> standing,
      Body body,
      EndReason reason)
      throws IOException, LivePage.UnavailableException {
    if (!files.hasReport() && !isLive) {
      return body.run();
    }
    try (Recorder recorder = Recorder.start(standing, breakdown)) {
      ReportPage page = new ReportPage(title, settings, again, recorder, standing);
      try (LivePage live = isLive ? LivePage.start(page, streams, breakdown) : null) {
        RunEnd end = body.run();
        recorder.end();
        if (live != null) {
          live.end(reason.ofPage(end.status(), end.broken().isPresent()));
        }
        if (files.hasReport()) {
          files.report(page.ended(reason.ofPage(end.status(), end.broken().isPresent())));
        }
        return end;
      }
    }
  }
}
