package io.millrace.cli.http;

import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.checkpoint.CheckpointException;
import io.millrace.cli.console.ProgressDisplay;
import io.millrace.cli.console.Streams;
import io.millrace.cli.http.InputLine.Call;
import io.millrace.cli.text.MalformedInputException;
import io.millrace.cli.text.Output;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.Success;
import io.millrace.plan.Source;
import io.millrace.plan.Truncation;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** One run of the command: takes the outcomes as they come, writes their lines, counts. */
final class HttpRun {
  private final Parallel parallel;
  private final InputSource input;
  private final Exchange exchange;
  private final Output output;
  private final OutputLine form;
  private final Streams streams;
  private final Manner manner;

  private final Tally tally = new Tally();
  private final long startNanos = System.nanoTime();
  private ProgressDisplay display = ProgressDisplay.none();

  /* In the order of the input: those that came before their turn, and whose turn it is. */
  private final SortedMap<Long, LineResult> early = new TreeMap<>();
  private long turn;

  /**
   * How it is done.
   *
   * @param isOrdered whether lines are written in the order of the input
   * @param isQuiet whether to say nothing on standard error
   */
  record Manner(boolean isOrdered, boolean isQuiet) {}

  HttpRun(
      Parallel parallel,
      InputSource input,
      Exchange exchange,
      Output output,
      OutputLine form,
      Streams streams,
      Manner manner) {
    this.parallel = parallel.truncation(Truncation.SILENT); // the summary says it
    this.input = input;
    this.exchange = exchange;
    this.output = output;
    this.form = form;
    this.streams = streams;
    this.manner = manner;
  }

  /**
   * How a run ended.
   *
   * @param broken why the checkpoint has ended it
   */
  record End(RunStatus status, long failures, Optional<String> broken) {}

  End go() throws IOException {
    RunStatus status = RunStatus.RUNNING;
    Optional<String> broken = Optional.empty();
    List<Call> left;
    try (Run<InputLine, Step> run = parallel.start(Source.of(input), exchange);
        ProgressDisplay shown = display(run)) {
      display = shown;
      try {
        for (Optional<Outcome<InputLine, Step>> next = next(run);
            next.isPresent();
            next = next(run)) {
          accept(next.get(), run);
        }
      } catch (CheckpointException failed) {
        broken = Optional.of(input.inLines(String.valueOf(failed.getMessage())));
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
    if (!manner.isQuiet()) {
      report.summary(status, input.reading(), broken).forEach(streams.err()::println);
    }
    return new End(status, report.counts().failed(), broken);
  }

  /** Ends the lines that were between two requests, and writes what waited for its turn. */
  private void cutOff(List<Call> left, RunStatus status) throws IOException {
    for (Call call : left) {
      ended(LineResult.ended(call, status));
    }
    for (LineResult result : early.values()) {
      write(result);
    }
  }

  private void accept(Outcome<InputLine, Step> outcome, Run<InputLine, Step> run)
      throws IOException {
    if (outcome instanceof Success<InputLine, Step>(var line, var step, _) && outcome.restored()) {
      line.course().goesOnFrom(step.progress());
    }
    if (outcome instanceof Success<InputLine, Step>(var line, Step.Redirected to, _)) {
      redirect(line.call(), to);
      return;
    }
    Optional<LineResult> result = LineResult.of(outcome, run.status());
    if (result.isPresent()) {
      if (outcome.restored()) {
        tally.addRestored(result.get());
      } else {
        tally.add(result.get());
      }
      inTurn(result.get());
    }
  }

  private void redirect(Call call, Step.Redirected to) {
    try {
      Request next = Redirect.next(call.request(), to.status(), Optional.of(to.location()));
      call.course().redirected();
      input.redirect(call.leadingTo(next));
    } catch (MalformedInputException impossible) {
      throw new IllegalStateException(impossible); // the exchange has made this request before
    }
  }

  private void ended(LineResult result) throws IOException {
    tally.add(result);
    inTurn(result);
  }

  private void inTurn(LineResult result) throws IOException {
    if (!manner.isOrdered()) {
      write(result);
      return;
    }
    early.put(result.line().course().sequence(), result);
    for (LineResult next = early.remove(turn); next != null; next = early.remove(turn)) {
      turn++;
      write(next);
    }
  }

  private void write(LineResult result) throws IOException {
    form.write(result, output.lines());
    exchange.contents().memory().free(result.line().course().sequence());
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
    if (!output.isEmpty()) {
      display.<IOException>aside(output::flush);
    }
  }

  private ProgressDisplay display(Run<InputLine, Step> run) {
    return manner.isQuiet()
        ? ProgressDisplay.none()
        : ProgressDisplay.start(streams, () -> report().progress(run.progress().running()));
  }

  private Report report() {
    return new Report(tally.counts(), Duration.ofNanos(System.nanoTime() - startNanos));
  }
}
