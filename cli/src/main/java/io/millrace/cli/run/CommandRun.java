package io.millrace.cli.run;

import io.millrace.Monitor;
import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.checkpoint.CheckpointException;
import io.millrace.cli.console.Breakdown;
import io.millrace.cli.console.EndReason;
import io.millrace.cli.console.ProgressDisplay;
import io.millrace.cli.console.Streams;
import io.millrace.cli.resume.GivenKey;
import io.millrace.cli.text.Output;
import io.millrace.cli.watch.ExtraFiles;
import io.millrace.cli.watch.LivePage;
import io.millrace.cli.watch.RunEnd;
import io.millrace.cli.watch.RunView;
import io.millrace.cli.watch.Standing;
import io.millrace.cli.watch.StatusLine;
import io.millrace.cli.watch.Summary;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Source;
import io.millrace.plan.Truncation;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One run of the command: takes the outcomes as they come, writes what was printed, counts. */
final class CommandRun {
  /* After so many, failures are only counted. */
  private static final int MOST_COMPLAINTS = 20;

  private static final String LOST =
      "the file that an earlier run has written is gone: another --checkpoint, with another --output-dir, runs all again";

  private static final Pattern ITEM =
      Pattern.compile("(?<=\\bitem |\\bitems )\\d{1,18}|(?<=\\bitems \\d{1,18} and )\\d{1,18}");

  private final Parallel parallel;
  private final ItemSource items;
  private final CommandAction action;
  private final Output output;
  private final ResultWriter writer;
  private final Streams streams;
  private final Manner manner;
  private final ExtraFiles.Open files;
  private final @Nullable FailedItems failed;
  private final Breakdown breakdown;
  private final Monitor monitor;

  private final StatusLine status = new StatusLine();
  private final RunTally tally = new RunTally();
  private ProgressDisplay display = ProgressDisplay.none();
  private int complaints;

  /** How much it says of itself: nothing, or only what went wrong, or progress and a summary as well. */
  enum Talk {
    SILENT,
    ERRORS,
    PROGRESS
  }

  /**
   * How it is done.
   *
   * @param view the page about it
   * @param again the command that runs only what failed, if there is one
   * @param end what is said of an early end
   */
  record Manner(Talk talk, RunView view, Optional<String> again, EndReason end) {}

  /**
   * A run that has not begun.
   *
   * @param failed where items go that failed; null if nobody wants them
   * @param breakdown hears of what the threads die of that show it
   */
  CommandRun(
      Parallel parallel,
      ItemSource items,
      CommandAction action,
      Output output,
      ResultWriter writer,
      Streams streams,
      Manner manner,
      ExtraFiles.Open files,
      @Nullable FailedItems failed,
      Breakdown breakdown) {
    this.breakdown = breakdown;
    this.monitor = files.monitor();
    this.files = files;
    this.failed = failed;
    this.parallel =
        parallel.truncation(Truncation.SILENT).monitor(monitor); // the summary says how it ended
    this.items = items;
    this.action = action;
    this.output = output;
    this.writer = writer;
    this.streams = streams;
    this.manner = manner;
  }

  RunEnd go() throws IOException, LivePage.UnavailableException {
    return manner.view().show(files, streams, breakdown, this::standing, this::run, manner.end());
  }

  private Standing standing() {
    return tally.standing(items.reading(), monitor.snapshot());
  }

  private RunEnd run() throws IOException {
    RunStatus status;
    Optional<String> broken = Optional.empty();
    try (Run<Item, Attempt> run = parallel.start(Source.of(items), action);
        ProgressDisplay shown = display()) {
      display = shown;
      try {
        takeAll(run);
      } catch (CheckpointException failed) {
        broken = Optional.of(counted(String.valueOf(failed.getMessage())));
      } catch (IOException unwritten) {
        keepCutOff(run, unwritten);
        throw unwritten;
      }
      status = run.status();
    } finally {
      items.close();
    }
    display = ProgressDisplay.none();
    flush();
    breakdown.ending().summarized();
    if (manner.talk() == Talk.PROGRESS) {
      tally
          .summary(status, manner.end(), items.reading(), broken.isPresent())
          .forEach(streams.err()::println);
      Summary.lines(monitor.snapshot(), manner.again()).forEach(streams.err()::println);
      if (tally.failures() > 0 && manner.again().isPresent() && action.form().hasNumbers()) {
        streams.err().println("  there, {#} is the number in that file");
      }
      if (failed != null && failed.missing() > 0) {
        streams
            .err()
            .println("  not in --failed: " + failed.missing() + " too long or no whole records");
      }
    }
    return new RunEnd(status, tally.failures(), broken);
  }

  /* The store counts items from 0, and people from 1. */
  private static String counted(String message) {
    return ITEM.matcher(GivenKey.shownIn(message))
        .replaceAll(number -> Long.toString(Long.parseLong(number.group()) + 1));
  }

  private void takeAll(Run<Item, Attempt> run) throws IOException {
    for (Optional<Outcome<Item, Attempt>> next = next(run); next.isPresent(); next = next(run)) {
      try (ItemResult result = ItemResult.of(next.get(), run.status(), manner.end())) {
        accept(isLost(result) ? result.failing(LOST) : result);
      }
    }
  }

  /** Whether the file with the output of an earlier run is not there any longer. */
  private boolean isLost(ItemResult result) {
    return result.state() == ItemResult.State.RESTORED
        && action.folder().isPresent()
        && !action.folder().get().has(result.item());
  }

  private void accept(ItemResult result) throws IOException {
    tally.add(result);
    if (result.state() == ItemResult.State.NOT_STARTED) {
      return;
    }
    keepFailed(result);
    display.<IOException>aside(() -> writer.write(result));
    boolean isClear = result.attempt().filter(Attempt::hasExited).isPresent();
    if (manner.talk() != Talk.SILENT && !isClear && complaints < MOST_COMPLAINTS) {
      complaints++;
      flush();
      String error = result.error().orElse("");
      display.aside(
          () ->
              streams.err().println("millrace run: item " + result.item().number() + ": " + error));
    }
  }

  private void keepFailed(ItemResult result) {
    if (failed != null && result.isToRunAgain()) {
      failed.add(result.item());
    }
  }

  /* Nothing can be written any more, for example because nobody reads it: what is under way ends, for another run. */
  private void keepCutOff(Run<Item, Attempt> run, IOException unwritten) {
    if (failed == null) {
      return;
    }
    run.stop();
    try {
      for (Optional<Outcome<Item, Attempt>> next = run.take();
          next.isPresent();
          next = run.take()) {
        try (ItemResult result = ItemResult.of(next.get(), run.status(), manner.end())) {
          keepFailed(result);
        }
      }
      failed.flush();
    } catch (IOException | CheckpointException lost) {
      unwritten.addSuppressed(lost);
    }
  }

  /** The next outcome; while none is there, nothing is kept back. */
  private Optional<Outcome<Item, Attempt>> next(Run<Item, Attempt> run) throws IOException {
    Optional<Outcome<Item, Attempt>> ready = run.poll();
    if (ready.isPresent()) {
      return ready;
    }
    flush();
    return run.take();
  }

  private void flush() throws IOException {
    if (failed != null) {
      failed.flush();
    }
    if (!output.isEmpty()) {
      display.<IOException>aside(output::flush);
    }
  }

  private ProgressDisplay display() {
    return manner.talk() == Talk.PROGRESS
        ? ProgressDisplay.start(streams, () -> status.next(standing()), breakdown)
        : ProgressDisplay.none();
  }
}
