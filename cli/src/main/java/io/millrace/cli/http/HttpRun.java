package io.millrace.cli.http;

import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.cli.console.ProgressDisplay;
import io.millrace.cli.console.Streams;
import io.millrace.cli.http.Report.Reading;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Source;
import io.millrace.plan.Truncation;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * One run of the command: takes the outcomes as they come, writes their lines, counts.
 *
 * @param quiet whether to say nothing on standard error
 */
record HttpRun(
    Parallel parallel,
    InputSource input,
    Exchange exchange,
    Output output,
    Streams streams,
    boolean quiet) {

  /** How a run ended. */
  record End(RunStatus status, boolean allOk) {}

  End go() throws IOException {
    Tally tally = new Tally();
    long start = System.nanoTime();
    RunStatus status = RunStatus.RUNNING;
    Parallel telling = parallel.truncation(Truncation.SILENT); // the summary says it
    try (Run<InputLine, Reply> run = telling.start(Source.of(input), exchange);
        ProgressDisplay display = display(run, tally, start)) {
      for (Optional<Outcome<InputLine, Reply>> next = next(run, display);
          next.isPresent();
          next = next(run, display)) {
        tally.add(next.get());
        OutputLine.of(next.get()).ifPresent(output::add);
      }
      flush(display);
      status = run.status();
    }
    Report report = report(tally, start);
    if (!quiet) {
      Reading reading = new Reading(input.lastNumber(), input.exhausted());
      report.summary(status, reading).forEach(streams.err()::println);
    }
    return new End(status, report.counts().failed() == 0);
  }

  /** The next outcome; while none is there, no line is kept back. */
  private Optional<Outcome<InputLine, Reply>> next(
      Run<InputLine, Reply> run, ProgressDisplay display) throws IOException {
    if (output.isFull()) {
      flush(display);
    }
    Optional<Outcome<InputLine, Reply>> ready = run.poll();
    if (ready.isPresent()) {
      return ready;
    }
    flush(display);
    return run.take();
  }

  private void flush(ProgressDisplay display) throws IOException {
    if (!output.isEmpty()) {
      display.<IOException>aside(output::flush);
    }
  }

  private ProgressDisplay display(Run<InputLine, Reply> run, Tally tally, long start) {
    return quiet
        ? ProgressDisplay.none()
        : ProgressDisplay.start(
            streams, () -> report(tally, start).progress(run.progress().running()));
  }

  private static Report report(Tally tally, long start) {
    return new Report(tally.counts(), Duration.ofNanos(System.nanoTime() - start));
  }
}
