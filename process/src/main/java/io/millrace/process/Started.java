package io.millrace.process;

import io.millrace.process.wire.Offspring;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A process of the system, with the readers of what it prints. Thread-safe. */
final class Started {
  private final Process process;

  /* In the environment of the process, and so in that of the processes that it starts. */
  private final String mark;
  private final Printed errors;
  private final @Nullable Printed lines;

  private Started(Process process, String mark, Settings settings) {
    this.process = process;
    this.mark = mark;
    long most = settings.mostOutput;
    errors = Printed.reading(process, Printed.Stream.ERR, settings.standardError, most);
    lines =
        settings.standardOutput instanceof WorkerOutput.Discard
            ? null
            : Printed.reading(process, Printed.Stream.OUT, settings.standardOutput, most);
  }

  static Started start(Settings settings, List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    String mark = Offspring.newMark();
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.putAll(settings.environment.of(System.getenv()));
    environment.put(Offspring.VARIABLE, mark);
    if (settings.directory != null) {
      builder.directory(settings.directory.toFile());
    }
    if (settings.standardOutput instanceof WorkerOutput.Discard) {
      builder.redirectOutput(Redirect.DISCARD);
    }
    Process process = builder.start();
    try {
      return new Started(process, mark, settings);
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

  /** It gets another task: what it prints is counted anew. */
  void beginTask() {
    errors.beginTask();
    if (lines != null) {
      lines.beginTask();
    }
  }

  /** Kills it, and the processes that its tasks have started. */
  void kill() {
    if (!process.isAlive()) {
      return;
    }
    List<ProcessHandle> children = List.of();
    try {
      // Before it is dead: afterwards nobody knows whose they are, but by their mark.
      children = Offspring.below(process.toHandle());
    } finally {
      process.destroyForcibly();
      children.forEach(ProcessHandle::destroyForcibly);
    }
  }

  /** Waits a moment until a killed process is gone; less if it is interrupted. */
  void awaitDeath(long millis) {
    try {
      var _ = process.waitFor(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException again) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for its end, ends the processes that it has left behind, and waits for all that it has printed. */
  Ending awaitEnd() throws InterruptedException {
    int exitCode = process.waitFor();
    endMarked();
    closePipe();
    if (lines != null) {
      var _ = lines.lastLines();
    }
    return new Ending(exitCode, errors.lastLines());
  }

  private void endMarked() {
    try {
      Offspring.endMarked(mark);
    } catch (RuntimeException unseen) {
      warn(
          "the processes that tasks of worker process "
              + process.pid()
              + " have started could not be looked for, and may live on",
          unseen);
    }
  }

  private static void warn(String message, Throwable cause) {
    try {
      System.getLogger(Started.class.getName()).log(Level.WARNING, message, cause);
    } catch (RuntimeException | Error again) {
      // a logger that fails, perhaps for the same reason: there is nobody left to tell
    }
  }

  /* The one that told it of the end of this process. */
  private void closePipe() {
    try {
      process.getOutputStream().close();
    } catch (IOException gone) {
      // with the process
    }
  }
}
