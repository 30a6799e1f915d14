package io.millrace.cli.watch;

import picocli.CommandLine.Option;

/** Whether the page of the report is shown while the command runs. */
public final class LiveOption {
  @Option(
      names = "--ui",
      description =
          "Show the page of the report live, in a browser on this machine: standard error says its URL, with "
              + "--quiet, too. Whoever has the URL can see it; it is gone when the run ends.")
  private boolean wanted;

  /** Whether it is asked for. */
  public boolean isWanted() {
    return wanted;
  }
}
