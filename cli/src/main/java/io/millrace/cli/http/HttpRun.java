package io.millrace.cli.http;

import io.millrace.Monitor;
import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.checkpoint.CheckpointException;
import io.millrace.cli.console.Breakdown;
import io.millrace.cli.console.EndReason;
import io.millrace.cli.console.Line;
import io.millrace.cli.console.ProgressDisplay;
import io.millrace.cli.console.Streams;
import io.millrace.cli.http.InputLine.Call;
import io.millrace.cli.http.InputSource.Reading;
import io.millrace.cli.http.LineResult.State;
import io.millrace.cli.http.Tally.Counts;
import io.millrace.cli.text.MalformedInputException;
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
import io.millrace.outcome.Success;
import io.millrace.plan.Source;
import io.millrace.plan.Truncation;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One run of the command: takes the outcomes as they come, writes their lines, counts. */
final class HttpRun {
  private static final String AGAIN = "another --checkpoint, with --force, asks for all again";

  private final Parallel parallel;
  private final InputSource input;
  private final Exchange exchange;
  private final Output output;
  private final OutputLine form;
  private final Streams streams;
  private final Manner manner;
  private final Monitor monitor;
  private final @Nullable Output failures;
  private final ExtraFiles.Open files;
  private final Breakdown breakdown;
  private final StatusLine status = new StatusLine();

  private final Tally tally = new Tally();
  private final long startNanos = System.nanoTime();
  private ProgressDisplay display = ProgressDisplay.none();

  /* In the order of the input: those that came before their turn, and whose turn it is. */
  private final SortedMap<Long, LineResult> early = new TreeMap<>();
  private long turn;

  /* Lines that failed and cannot be run again as they were. */
  private long missing;

  /**
   * How it is done.
   *
   * @param isOrdered whether lines are written in the order of the input
   * @param isQuiet whether to say neither progress nor a summary
   * @param view the page about it
   * @param again the command that runs only what failed, if there is one
   * @param end what is said of an early end
   */
  record Manner(
      boolean isOrdered, boolean isQuiet, RunView view, Optional<String> again, EndReason end) {}

  HttpRun(
      Parallel parallel,
      InputSource input,
      Exchange exchange,
      Output output,
      OutputLine form,
      Streams streams,
      Manner manner,
      ExtraFiles.Open files,
      Breakdown breakdown) {
    this.breakdown = breakdown;
    this.monitor = files.monitor();
    this.failures = files.failures();
    this.files = files;
    this.parallel =
        parallel.truncation(Truncation.SILENT).monitor(monitor); // the summary says how it ended
    this.input = input;
    this.exchange = exchange;
    this.output = output;
    this.form = form;
    this.streams = streams;
    this.manner = manner;
  }

  RunEnd go() throws IOException, LivePage.UnavailableException {
    return manner.view().show(files, streams, breakdown, this::standing, this::run, manner.end());
  }

  private RunEnd run() throws IOException {
    RunStatus status = RunStatus.RUNNING;
    Optional<String> broken = Optional.empty();
    List<Call> left;
    try (Run<InputLine, Step> run = parallel.start(Source.of(input), exchange);
        ProgressDisplay shown = display()) {
      display = shown;
      try {
        for (Optional<Outcome<InputLine, Step>> next = next(run);
            next.isPresent();
            next = next(run)) {
          accept(next.get(), run);
          if (run.status() != RunStatus.RUNNING) {
            end(input.stop(), run.status()); // now: answers in order may wait for these
          }
        }
      } catch (CheckpointException failed) {
        broken = Optional.of(input.inLines(String.valueOf(failed.getMessage())));
      } catch (IOException unwritten) {
        keepCutOff(run, unwritten);
        throw unwritten;
      }
      status = run.status();
    } finally {
      left = input.stop();
    }
    display = ProgressDisplay.none();
    cutOff(left, status);
    flush();
    if (status == RunStatus.COMPLETED) {
      output.complete();
    }
    Report report = report();
    breakdown.ending().summarized();
    if (!manner.isQuiet()) {
      report
          .summary(status, manner.end().ofRun(status, broken.isPresent()), input.reading())
          .forEach(streams.err()::println);
      exchange.spent().ifPresent(cost -> streams.err().println("  cost: " + cost));
      exchange.paces().map(HostPaces::lines).stream()
          .flatMap(List::stream)
          .forEach(streams.err()::println);
      Summary.lines(monitor.snapshot(), manner.again()).forEach(streams.err()::println);
      if (missing > 0) {
        streams.err().println("  not in --failed: " + missing + " that could not be read");
      }
    }
    return new RunEnd(status, report.counts().failed(), broken);
  }

  private void end(List<Call> left, RunStatus status) throws IOException {
    for (Call call : left) {
      ended(LineResult.ended(call, status, manner.end()));
    }
  }

  /** Ends the lines that were between two requests, and writes what waited for its turn. */
  private void cutOff(List<Call> left, RunStatus status) throws IOException {
    end(left, status);
    for (LineResult result : early.values()) {
      write(result);
    }
  }

  private void accept(Outcome<InputLine, Step> outcome, Run<InputLine, Step> run)
      throws IOException {
    if (outcome instanceof Success<InputLine, Step>(var line, var step, _) && outcome.restored()) {
      line.history().goesOnFrom(step.progress());
    }
    if (outcome instanceof Success<InputLine, Step>(var line, Step.Redirected to, _)) {
      redirect(line.call(), to);
      return;
    }
    Optional<LineResult> result = LineResult.of(outcome, run.status(), manner.end());
    if (result.isPresent()) {
      if (outcome.restored() && !isLost(result.get())) {
        tally.addRestored(result.get());
        inTurn(result.get());
      } else {
        ended(
            outcome.restored()
                ? result.get().failing("the file that an earlier run has saved is gone: " + AGAIN)
                : result.get());
      }
    }
  }

  /** Whether the file with an answer of an earlier run is not there any longer. */
  private boolean isLost(LineResult result) {
    Optional<SaveFolder> folder = exchange.contents().folder();
    return folder.isPresent()
        && result.reply().map(Reply::content).orElse(null)
            instanceof Content.Saved(var name, var bytes, _)
        && !folder.get().has(name, bytes);
  }

  private void redirect(Call call, Step.Redirected to) {
    try {
      Request next = Redirect.next(call.request(), to.status(), Optional.of(to.location()));
      call.history().redirected();
      Call leading = call.leadingTo(next);
      exchange.contents().memory().stepsAside(leading.history().sequence(), leading.host());
      input.redirect(leading);
    } catch (MalformedInputException impossible) {
      throw new IllegalStateException(impossible); // the exchange has made this request before
    }
  }

  private void ended(LineResult result) throws IOException {
    tally.add(result);
    keepFailed(result);
    inTurn(result);
  }

  private void inTurn(LineResult result) throws IOException {
    if (!manner.isOrdered()) {
      write(result);
      return;
    }
    long line = result.line().history().sequence();
    exchange.contents().memory().waitsForNoSlot(line);
    early.put(line, result);
    for (LineResult next = early.remove(turn); next != null; next = early.remove(turn)) {
      turn++;
      write(next);
    }
  }

  /* For another run; what was too long to be read cannot be kept. */
  private void keepFailed(LineResult result) {
    byte[] text = result.line().history().text();
    boolean isOpen = result.state() == State.FAILED || result.state() == State.CUT_OFF;
    if (failures == null || !isOpen) {
      return;
    }
    if (text.length == 0) {
      missing++;
    } else {
      failures.lines().writeBytes(text);
      failures.lines().write('\n');
    }
  }

  /* Nothing can be written any more, for example because nobody reads it: what is under way ends, for another run. */
  private void keepCutOff(Run<InputLine, Step> run, IOException unwritten) {
    if (failures == null) {
      return;
    }
    run.stop();
    try {
      for (Optional<Outcome<InputLine, Step>> next = run.take();
          next.isPresent();
          next = run.take()) {
        InputLine line = next.get().item();
        keepFailed(
            LineResult.of(next.get(), run.status(), manner.end())
                .orElseGet(() -> LineResult.ended(line, run.status(), manner.end())));
      }
      for (Call call : input.stop()) {
        keepFailed(LineResult.ended(call, run.status(), manner.end()));
      }
      failures.flush();
    } catch (IOException | CheckpointException lost) {
      unwritten.addSuppressed(lost);
    }
  }

  private void write(LineResult result) throws IOException {
    form.write(result, output.lines());
    exchange.contents().memory().free(result.line().history().sequence());
    input.done();
    if (output.isFull()) {
      flush();
    }
  }

  /** The next outcome; while none is there, no line is kept back. */
  private Optional<Outcome<InputLine, Step>> next(Run<InputLine, Step> run) throws IOException {
    Optional<Outcome<InputLine, Step>> ready = run.poll();
    if (ready.isPresent()) {
      return ready;
    }
    flush();
    return run.take();
  }

  private void flush() throws IOException {
    if (failures != null) {
      failures.flush();
    }
    if (!output.isEmpty()) {
      display.<IOException>aside(output::flush);
    }
  }

  private ProgressDisplay display() {
    return manner.isQuiet()
        ? ProgressDisplay.none()
        : ProgressDisplay.start(streams, this::line, breakdown);
  }

  private Line line() {
    Line line = status.next(standing());
    return exchange
        .paces()
        .flatMap(HostPaces::shown)
        .map(pace -> line.and(new Line.Part(2, pace, Line.Look.ATTENTION)))
        .orElse(line);
  }

  /** How far it is: a line may be several items of the run, one for each redirect. */
  Standing standing() {
    Counts counts = tally.counts();
    Reading reading = input.reading();
    return new Standing(
        counts.done(),
        counts.failed(),
        counts.restored(),
        reading.handedOut(),
        reading.exhausted() ? OptionalLong.of(reading.handedOut()) : OptionalLong.empty(),
        exchange.retries().sent(),
        monitor.snapshot(),
        Duration.ofNanos(System.nanoTime() - startNanos));
  }

  private Report report() {
    return new Report(tally.counts(), Duration.ofNanos(System.nanoTime() - startNanos));
  }
}
