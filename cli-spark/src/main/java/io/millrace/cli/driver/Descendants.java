package io.millrace.cli.driver;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The processes of workers that this one has started. */
final class Descendants {
  private static final int MOST_SECONDS = 5;

  private Descendants() {}

  /** Waits for their end, and ends those that take too long. */
  static void end() {
    List<ProcessHandle> all = ProcessHandle.current().descendants().toList();
    try {
      CompletableFuture.allOf(
              all.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new))
          .get(MOST_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException late) {
      all.forEach(ProcessHandle::destroyForcibly);
    } catch (InterruptedException interrupted) {
      all.forEach(ProcessHandle::destroyForcibly);
      Thread.currentThread().interrupt();
    }
  }
}
