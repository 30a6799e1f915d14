package io.millrace.testkit;

import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The calls of an action, in the order they began. Thread-safe. */
final class CallLog<T extends @Nullable Object> {
  private final TimeSource clock;
  private final long startNanos;
  private final Monitor monitor;

  /* Guarded by the monitor. */
  private final List<RecordedCall<T>> calls = new ArrayList<>();
  private final Map<T, Integer> attempts = new HashMap<>();
  private int running;
  private int maxRunning;

  CallLog(TimeSource clock, Duration patience) {
    this.clock = clock;
    startNanos = clock.nanoTime();
    monitor = new Monitor(patience);
  }

  /** Notes that a call begins and returns its position in the log. */
  int begin(T item) {
    return monitor.read(
        () -> {
          int attempt = attempts.merge(item, 1, Integer::sum);
          calls.add(
              new RecordedCall<>(
                  item, attempt, Thread.currentThread(), elapsed(), Optional.empty()));
          running++;
          maxRunning = Math.max(maxRunning, running);
          monitor.changed.signalAll();
          return calls.size() - 1;
        });
  }

  void end(int position) {
    monitor.change(
        () -> {
          calls.set(position, calls.get(position).endedAt(elapsed()));
          running--;
        });
  }

  private Duration elapsed() {
    return Duration.ofNanos(clock.nanoTime() - startNanos);
  }

  int attempt(int position) {
    return monitor.read(() -> calls.get(position).attempt());
  }

  List<RecordedCall<T>> calls() {
    return monitor.read(() -> List.copyOf(calls));
  }

  int running() {
    return monitor.read(() -> running);
  }

  int maxRunning() {
    return monitor.read(() -> maxRunning);
  }

  void awaitRunning(int count) throws InterruptedException {
    monitor.await(count, "running calls", () -> running, calls::toString);
  }

  void awaitCalls(int count) throws InterruptedException {
    monitor.await(count, "calls", calls::size, calls::toString);
  }
}
