package io.millrace.cli.console;

import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Says on standard error, from time to time, how far something is: in one line that is rewritten if
 * standard error is a terminal, else in a plain line every few seconds. Closing removes the line.
 */
public final class ProgressDisplay implements AutoCloseable {
  private static final Duration LIVE_PERIOD = Duration.ofMillis(200);
  private static final Duration PLAIN_PERIOD = Duration.ofSeconds(10);

  private final ScheduledExecutorService ticker =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("millrace-progress").daemon().factory());
  private final Marker marker;
  private final Supplier<Line> line;

  private ProgressDisplay(Marker marker, Supplier<Line> line) {
    this.marker = marker;
    this.line = line;
  }

  /**
   * Starts to show.
   *
   * @param line asked by a thread of its own
   * @param breakdown hears of what that thread dies of
   */
  public static ProgressDisplay start(Streams streams, Supplier<Line> line, Breakdown breakdown) {
    PrintStream err = streams.err();
    return streams
        .terminal()
        .map(terminal -> start(rewritten(streams, terminal), LIVE_PERIOD, line, breakdown))
        .orElseGet(() -> start(new PlainLines(err), PLAIN_PERIOD, line, breakdown));
  }

  private static Marker rewritten(Streams streams, Terminal terminal) {
    Width width = Width.of(terminal, streams.environment());
    boolean colored = streams.environment().getOrDefault("NO_COLOR", "").isEmpty();
    return RewrittenLine.below(streams.err(), terminal, width, colored);
  }

  /** Shows nothing. */
  public static ProgressDisplay none() {
    return new ProgressDisplay(new Silence(), () -> Line.of(""));
  }

  static ProgressDisplay start(
      Marker marker, Duration period, Supplier<Line> line, Breakdown breakdown) {
    ProgressDisplay display = new ProgressDisplay(marker, line);
    long millis = period.toMillis();
    var _ =
        display.ticker.scheduleAtFixedRate(
            () -> breakdown.run("the progress line", display::tick),
            millis,
            millis,
            TimeUnit.MILLISECONDS);
    return display;
  }

  private void tick() {
    marker.show(line.get());
  }

  /** Writes something to standard output, out of the line's way. */
  public <X extends Exception> void aside(Writing<X> writing) throws X {
    marker.aside(writing);
  }

  @Override
  public void close() {
    ticker.shutdownNow();
    marker.remove();
  }

  /** Something that writes. */
  @FunctionalInterface
  public interface Writing<X extends Exception> {
    /** Writes. */
    void write() throws X;
  }

  /** A way to show a text. */
  sealed interface Marker permits RewrittenLine, PlainLines, Silence {
    void show(Line line);

    default <X extends Exception> void aside(Writing<X> writing) throws X {
      writing.write();
    }

    default void remove() {}
  }

  /** Each text is a line of its own. */
  record PlainLines(PrintStream err) implements Marker {
    @Override
    public void show(Line line) {
      err.println("millrace: " + line.full());
    }
  }

  /** No text at all. */
  record Silence() implements Marker {
    @Override
    public void show(Line line) {}
  }
}
