package io.millrace.cli.watch;

import io.millrace.outcome.AttemptEvent;
import io.millrace.outcome.Details;
import io.millrace.outcome.MonitorEvent;
import io.millrace.outcome.Wording;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/**
 * Writes a line of JSON for each attempt, wait, retry and pause, at once. If it cannot, it stops writing; the run goes
 * on. A thread of its own writes, so that no interrupt of a worker closes the file; it ends with {@link #close}.
 * Thread-safe.
 */
public final class EventLog implements Consumer<MonitorEvent>, AutoCloseable {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
  private static final int FULL = 1 << 15;

  private final Target target;
  private final Wording wording;
  private final Thread writer;

  /* Guards what follows: workers add at the same time, and the writer takes. It is not held while lines are written. */
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final StringBuilder lines = new StringBuilder();
  private boolean isClosed;
  private @Nullable Throwable problem;

  /** Where the lines go. */
  @FunctionalInterface
  public interface Target {
    /** Writes whole lines, in ASCII. */
    void write(String lines) throws IOException;
  }

  /** A log with no line yet; causes and items are named by the wording. */
  public EventLog(Target target, Wording wording) {
    this.target = target;
    this.wording = wording;
    this.writer = Thread.ofPlatform().name("millrace-log").daemon().unstarted(this::writeAll);
    writer.start();
  }

  @Override
  public void accept(MonitorEvent event) {
    String line = line(Instant.now(), event);
    lock.lock();
    try {
      while (lines.length() >= FULL && isOpen()) {
        changed.awaitUninterruptibly();
      }
      if (isOpen()) {
        lines.append(line).append('\n');
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** What kept it from writing; empty if nothing did. */
  public Optional<Throwable> problem() {
    lock.lock();
    try {
      return Optional.ofNullable(problem);
    } finally {
      lock.unlock();
    }
  }

  /** Waits until all lines are written. */
  @Override
  public void close() {
    lock.lock();
    try {
      isClosed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    joinWriter();
  }

  private void joinWriter() {
    boolean isInterrupted = false;
    while (writer.isAlive()) {
      try {
        writer.join();
      } catch (InterruptedException later) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isOpen() {
    return problem == null && !isClosed;
  }

  private void writeAll() {
    try {
      for (String next = take(); !next.isEmpty(); next = take()) {
        target.write(next);
      }
    } catch (IOException | RuntimeException | Error failed) {
      // whatever it is: workers wait for this thread
      lock.lock();
      try {
        problem = failed;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /** The next lines; none at the end. */
  private String take() {
    lock.lock();
    try {
      while (lines.isEmpty() && !isClosed) {
        changed.awaitUninterruptibly();
      }
      String taken = lines.toString();
      lines.setLength(0);
      changed.signalAll();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  private String line(Instant now, MonitorEvent event) {
    StringWriter line = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), line)) {
      json.writeStartObject();
      json.writeStringProperty("time", now.toString());
      switch (event) {
        case MonitorEvent.Attempt(var attempt) -> write(json, attempt);
        case MonitorEvent.Ended(var item, var error, var took, var details) -> {
          start(json, "end", item, details);
          json.writeNumberProperty("millis", millis(took));
          if (error != null) {
            json.writeStringProperty("error", wording.cause(error));
          }
        }
        case MonitorEvent.Paused(var origin, var length) -> {
          json.writeStringProperty("event", "pause");
          json.writeStringProperty("origin", origin);
          json.writeNumberProperty("millis", millis(length));
        }
        case MonitorEvent.ConcurrencyChanged(var change) -> {
          json.writeStringProperty("event", "concurrency");
          json.writeNumberProperty("before", change.before());
          json.writeNumberProperty("after", change.after());
          json.writeStringProperty("reason", change.reason().name());
        }
      }
      json.writeEndObject();
    }
    return line.toString();
  }

  private void write(JsonGenerator json, AttemptEvent event) {
    switch (event) {
      case AttemptEvent.Starting(var item, var details) -> start(json, "start", item, details);
      case AttemptEvent.Hedging(var item, var details) -> start(json, "hedge", item, details);
      case AttemptEvent.Waiting(var item, var reason, var details) -> {
        start(json, "wait", item, details);
        json.writeStringProperty("for", forWhat(reason));
      }
      case AttemptEvent.Retrying(var item, var error, var delay, var details) -> {
        start(json, "retry", item, details);
        json.writeStringProperty("error", wording.cause(error));
        json.writeNumberProperty("delay", millis(delay));
      }
    }
  }

  private void start(JsonGenerator json, String event, @Nullable Object item, Details details) {
    json.writeStringProperty("event", event);
    json.writeStringProperty("item", wording.item(item, details));
    json.writeNumberProperty("attempt", details.attempts());
  }

  private static String forWhat(AttemptEvent.Reason reason) {
    return switch (reason) {
      case RATE -> "rate";
      case CONCURRENCY_PER_KEY -> "key";
      case SEMAPHORE -> "semaphore";
    };
  }

  private static double millis(Duration time) {
    return Math.round(time.toNanos() / 1e3) / 1e3;
  }
}
