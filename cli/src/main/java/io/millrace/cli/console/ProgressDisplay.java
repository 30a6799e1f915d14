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
  private static final Duration PLAIN_PERIOD = Duration.ofSeconds(5);

  private final ScheduledExecutorService ticker =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("millrace-progress").daemon().factory());
  private final Marker marker;
  private final Supplier<String> text;

  private ProgressDisplay(Marker marker, Supplier<String> text) {
    this.marker = marker;
    this.text = text;
  }

  /**
   * Starts to show.
   *
   * @param text asked by a thread of its own
   */
  public static ProgressDisplay start(Streams streams, Supplier<String> text) {
    PrintStream err = streams.err();
    return streams
        .terminal()
        .map(terminal -> start(new RewrittenLine(err, terminal), LIVE_PERIOD, text))
        .orElseGet(() -> start(new PlainLines(err), PLAIN_PERIOD, text));
  }

  /** Shows nothing. */
  public static ProgressDisplay none() {
    return new ProgressDisplay(new Silence(), () -> "");
  }

  private static ProgressDisplay start(Marker marker, Duration period, Supplier<String> text) {
    ProgressDisplay display = new ProgressDisplay(marker, text);
    long millis = period.toMillis();
    var _ =
        display.ticker.scheduleAtFixedRate(display::tick, millis, millis, TimeUnit.MILLISECONDS);
    return display;
  }

  private void tick() {
    marker.show(text.get());
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
    void show(String text);

    default <X extends Exception> void aside(Writing<X> writing) throws X {
      writing.write();
    }

    default void remove() {}
  }

  /** Each text is a line of its own. */
  record PlainLines(PrintStream err) implements Marker {
    @Override
    public void show(String text) {
      err.println("millrace: " + text);
    }
  }

  /** No text at all. */
  record Silence() implements Marker {
    @Override
    public void show(String text) {}
  }
}
