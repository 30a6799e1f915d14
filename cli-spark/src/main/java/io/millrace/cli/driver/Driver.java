package io.millrace.cli.driver;

import io.millrace.Monitor;
import io.millrace.cli.console.Breakdown;
import io.millrace.cli.console.ExitStatus;
import io.millrace.cli.console.ProgressDisplay;
import io.millrace.cli.console.Signals;
import io.millrace.cli.console.Streams;
import io.millrace.cli.driver.Counts.Count;
import io.millrace.cli.driver.Stopping.Reason;
import io.millrace.cli.http.HttpWorker;
import io.millrace.cli.http.WorkerLine;
import io.millrace.cli.http.WorkerOrder;
import io.millrace.cli.spark.SparkCommand;
import io.millrace.cli.spark.SparkEngine;
import io.millrace.cli.spark.SparkJob;
import io.millrace.cli.spark.Trees;
import io.millrace.cli.text.FileReason;
import io.millrace.cli.watch.Summary;
import io.millrace.cli.watch.Times;
import io.millrace.outcome.Snapshot;
import io.millrace.spark.SparkParallel;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SaveMode;
import org.jspecify.annotations.Nullable;

/** Does the job, in the process that has Spark: that of the command's own driver, or one that {@code spark-submit} has started. */
public final class Driver implements SparkEngine {
  private static final int USAGE = 2;
  private static final int INTERRUPTED = 130;
  private static final int MOST_LINES = 1_000;
  private static final int TASKS_OF_SLOT = 4;
  private static final int SECONDS_OF_PART = 60;

  private final Stopping stopping = new Stopping();

  /** For the loader of services. */
  public Driver() {}

  @Override
  public int run(SparkJob job, Streams streams) {
    // Spark shows it on its page and in its logs: the arguments may have headers
    System.setProperty("sun.java.command", SparkCommand.NAME);
    String scratch = System.getProperty("millrace.spark.watch");
    if (scratch != null) {
      // a terminal sends its interrupt to all processes: the command says what it means
      Signals.each(() -> {});
      stopping.watch(streams.in());
    } else {
      Signals.each(() -> stopping.stop(Reason.INTERRUPTED));
    }
    try (Session session = Session.open(job)) {
      stopping.begins(session.context());
      return run(job, streams, session);
    } catch (Exception error) {
      Reason reason = stopping.reason();
      return reason == null ? failed(streams, Failures.text(error, job.output())) : ended(reason);
    } finally {
      Descendants.end();
      if (scratch != null && stopping.isAlone()) {
        Trees.remove(Path.of(scratch));
      }
    }
  }

  private static int failed(Streams streams, String why) {
    streams.err().println(SparkCommand.NAME + ": " + why);
    return ExitStatus.FAILED;
  }

  private static int ended(Reason reason) {
    return reason == Reason.TIMED_OUT ? ExitStatus.LIMIT : INTERRUPTED;
  }

  private int run(SparkJob job, Streams streams, Session session) throws Exception {
    int workers;
    try {
      workers = session.workers(job.workers(), stopping);
    } catch (Session.NoWorkersException none) {
      return failed(streams, String.valueOf(none.getMessage()));
    }
    Reason early = stopping.reason();
    if (early != null) {
      return ended(early);
    }
    Optional<String> conflict = job.http().conflictOnWorkers(workers);
    if (conflict.isPresent()) {
      streams.err().println(SparkCommand.NAME + ": " + conflict.get());
      return USAGE;
    }
    Probe.check(JavaSparkContext.fromSparkContext(session.context()));
    limiter(job).ifPresent(each -> each.check(job.http().rate().orElseThrow()));
    Parts parts = Parts.of(job.input(), linesOfPart(job, session));
    Optional<Path> folder = job.folder();
    SharedFolder output = SharedFolder.none();
    Optional<RemoteFolder> remote = Optional.empty();
    if (folder.isEmpty()) {
      remote = Optional.of(RemoteFolder.of(session.context(), job.output()));
      if (remote.get().isThere()) {
        return failed(streams, Failures.IS_THERE);
      }
    } else {
      try {
        output = SharedFolder.create(folder.get());
      } catch (FileAlreadyExistsException there) {
        return failed(streams, Failures.IS_THERE);
      } catch (IOException error) {
        return failed(streams, "--output cannot be made: " + FileReason.withName(error));
      }
    }
    Counts counts = new Counts(session.context());
    Monitor monitor = Monitor.of(HttpWorker.wording());
    Progress progress = new Progress(parts.requests(), monitor);
    session.context().addSparkListener(progress);
    Exception broken = null;
    try (ScheduledExecutorService timer = timer(job);
        ProgressDisplay _ = display(job, streams, progress)) {
      SparkParallel calling = calling(job.order().dividedAmong(workers)).monitor(monitor);
      write(job, session, parts, output, counts, calling, workers);
      timer.shutdownNow();
    } catch (Exception error) {
      broken = error;
    } finally {
      output.complete();
    }
    if (broken != null && remote.isPresent()) {
      remote.get().removeIfEmpty();
    }
    Count count = counts.ended();
    if (!job.isQuiet()) {
      summary(streams, count, parts.requests(), progress.elapsed(), monitor.snapshot());
    }
    Reason reason = stopping.reason();
    if (broken != null && reason == null) {
      throw broken;
    }
    if (broken != null) {
      return ended(reason == null ? Reason.INTERRUPTED : reason);
    }
    return count.failed() == 0 ? ExitStatus.OK : ExitStatus.FAILED;
  }

  private static Optional<PostgresSharing> limiter(SparkJob job) {
    String password = System.getenv().getOrDefault("PGPASSWORD", "");
    return job.limiter()
        .map(url -> new PostgresSharing(url, password, "millrace-spark-" + job.order().id()));
  }

  private static int linesOfPart(SparkJob job, Session session) throws IOException {
    OptionalInt given = job.linesOfPart();
    if (given.isPresent()) {
      return given.getAsInt();
    }
    int slots = Math.max(1, session.context().defaultParallelism());
    double most = Parts.lines(job.input()) / (double) (slots * TASKS_OF_SLOT);
    double inTime =
        job.http()
            .perSecond()
            .map(rate -> rate * SECONDS_OF_PART / slots)
            .orElse((double) MOST_LINES);
    return (int) Math.max(1, Math.min(MOST_LINES, Math.ceil(Math.min(most, inTime))));
  }

  private ScheduledExecutorService timer(SparkJob job) {
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("millrace-run-timeout").factory());
    Optional<Duration> most = job.http().runTimeout();
    if (most.isPresent()) {
      var _ =
          timer.schedule(
              () -> stopping.stop(Reason.TIMED_OUT), most.get().toMillis(), TimeUnit.MILLISECONDS);
    }
    return timer;
  }

  private ProgressDisplay display(SparkJob job, Streams streams, Progress progress) {
    Breakdown breakdown =
        new Breakdown(SparkCommand.NAME, streams.err(), () -> stopping.stop(Reason.INTERRUPTED));
    return job.isQuiet()
        ? ProgressDisplay.none()
        : ProgressDisplay.start(streams, progress::line, breakdown);
  }

  private static SparkParallel calling(WorkerOrder order) {
    return SparkParallel.of(() -> HttpWorker.parallel(order));
  }

  private static void write(
      SparkJob job,
      Session session,
      Parts parts,
      SharedFolder output,
      Counts counts,
      SparkParallel calling,
      int workers) {
    WorkerOrder order = job.order().dividedAmong(workers);
    HttpWorker.Sharing sharing =
        limiter(job).<HttpWorker.Sharing>map(each -> each).orElseGet(HttpWorker.OwnShares::new);
    JavaSparkContext context = JavaSparkContext.fromSparkContext(session.context());
    ReadLines reading = new ReadLines(order, output);
    JavaRDD<WorkerLine> lines =
        context.parallelize(parts.all(), Math.max(1, parts.all().size())).mapPartitions(reading);
    JavaRDD<String> answers =
        calling
            .map(lines, () -> HttpWorker.open(order, sharing), HttpWorker::call)
            .map(new WriteLines(counts));
    // Hadoop takes text as it is: in that of a URI it would not decode anything
    String place =
        job.folder()
            .map(folder -> new org.apache.hadoop.fs.Path(folder.toUri()).toString())
            .orElse(job.output());
    SaveMode mode = job.folder().isPresent() ? SaveMode.Append : SaveMode.ErrorIfExists;
    if (job.isParquet()) {
      writer(
              session.spark().createDataFrame(answers.map(new Columns()), Columns.schema()).write(),
              mode)
          .parquet(place);
    } else {
      writer(session.spark().createDataset(answers.rdd(), Encoders.STRING()).write(), mode)
          .text(place);
    }
  }

  private static <T> DataFrameWriter<T> writer(DataFrameWriter<T> writer, SaveMode mode) {
    return writer.mode(mode);
  }

  private void summary(
      Streams streams, Count count, long requests, Duration elapsed, Snapshot end) {
    double seconds = Math.max(elapsed.toNanos() / 1e9, 1e-3);
    streams
        .err()
        .println(
            String.format(
                Locale.ROOT,
                "millrace: %,d done in %s (%,.1f/s): %,d ok, %,d failed, %,d retries",
                count.done(),
                Times.inAll(elapsed),
                count.done() / seconds,
                count.ok(),
                count.failed(),
                count.retries()));
    Summary.lines(end, Optional.empty()).forEach(streams.err()::println);
    @Nullable Reason reason = stopping.reason();
    if (reason != null && count.done() < requests) {
      streams
          .err()
          .println(
              String.format(
                  Locale.ROOT,
                  "  %s: %,d lines of parts that were not whole have no answer",
                  reason == Reason.TIMED_OUT ? "stopped by --run-timeout" : "interrupted",
                  requests - count.done()));
    }
  }
}
