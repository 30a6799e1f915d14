package io.millrace.process;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Options for tests: nothing is printed, because the test runner talks over standard output. */
final class Quiet {
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private Quiet() {}

  static ProcessOptions workers(int processes) {
    return ProcessOptions.of(processes)
        .jvmOptions("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")
        .standardOutput(WorkerOutput.discard())
        .standardError(WorkerOutput.discard());
  }

  /** Lines that workers print, to be waited for. */
  static final class Lines {
    private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();

    WorkerOutput output() {
      return WorkerOutput.lines(lines::add);
    }

    String next() throws InterruptedException {
      String line = lines.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      if (line == null) {
        throw new AssertionError("no worker printed anything within " + PATIENCE);
      }
      return line;
    }
  }
}
