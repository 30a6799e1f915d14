package io.millrace.process;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A process of the system, with those who read what it prints. Thread-safe. */
final class Started {
  private final Process process;
  private final Printed errors;
  private final @Nullable Printed lines;

  private Started(Process process, Settings settings) {
    this.process = process;
    String name = "process-pool-" + process.pid();
    errors = Printed.reading(name + "-err", process.getErrorStream(), settings.standardError);
    lines =
        settings.standardOutput instanceof WorkerOutput.Lines
            ? Printed.reading(name + "-out", process.getInputStream(), settings.standardOutput)
            : null;
  }

  static Started start(Settings settings, List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(settings.environment);
    if (settings.directory != null) {
      builder.directory(settings.directory.toFile());
    }
    builder.redirectOutput(
        switch (settings.standardOutput) {
          case WorkerOutput.Inherit _ -> Redirect.INHERIT;
          case WorkerOutput.Discard _ -> Redirect.DISCARD;
          case WorkerOutput.Lines _ -> Redirect.PIPE;
        });
    Process process = builder.start();
    try {
      return new Started(process, settings);
    } catch (RuntimeException | Error e) {
      process.destroyForcibly(); // There was no thread left to read what it prints.
      throw e;
    }
  }

  Process process() {
    return process;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Kills it, and the processes that its tasks have started. */
  void kill() {
    if (!process.isAlive()) {
      return;
    }
    // Before it is dead: afterwards nobody knows whose they are.
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
  }

  /** Waits a moment until a killed process is gone; less if it is interrupted. */
  void awaitDeath(long millis) {
    try {
      var _ = process.waitFor(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException again) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for its end, and for all that it has printed. */
  Ending awaitEnd() throws InterruptedException {
    int exitCode = process.waitFor();
    if (lines != null) {
      var _ = lines.lastLines();
    }
    return new Ending(process.pid(), exitCode, errors.lastLines());
  }
}
