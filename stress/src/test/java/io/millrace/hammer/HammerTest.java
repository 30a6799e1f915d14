package io.millrace.hammer;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Hunts what nobody thought of: runs random configurations, from a seed that changes with each start,
 * and checks what is true of all of them. {@code -Dmillrace.hammer.seed=N} starts with a seed,
 * {@code -Dmillrace.hammer.seconds=N} says for how long.
 */
class HammerTest {
  private static final long SECONDS = Long.getLong("millrace.hammer.seconds", 20);
  private static final long FIRST_SEED = Long.getLong("millrace.hammer.seed", System.nanoTime());
  private static final Duration HANG = Duration.ofSeconds(20);
  private static final int REMEMBERED = 100;

  /* Closed runs are looked at again later: nothing of them may start any more. */
  private final Queue<Trial> closed = new ArrayDeque<>();

  @Test
  @Timeout(value = 1, unit = TimeUnit.HOURS)
  void everyConfigurationKeepsThePromises() throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    long seed = FIRST_SEED;
    while (System.nanoTime() - end < 0) {
      strike(Plan.draw(seed++));
    }
    System.out.printf("hammer: %d trials, seeds from %d%n", seed - FIRST_SEED, FIRST_SEED);
  }

  private void strike(Plan plan) throws Exception {
    Trial trial = new Trial(plan);
    FutureTask<Void> run =
        new FutureTask<>(
            () -> {
              trial.run();
              return null;
            });
    Thread caller = Thread.ofPlatform().name("caller").daemon().start(run);
    if (!caller.join(HANG)) {
      throw new AssertionError("hangs, see " + dump() + ": " + plan);
    }
    try {
      run.get();
      Judgement.pass(trial);
      closed.forEach(Judgement::probe);
    } catch (Throwable error) {
      throw new AssertionError(error.getMessage() + ": " + plan, error);
    }
    closed.add(trial);
    if (closed.size() > REMEMBERED) {
      closed.remove();
    }
  }

  private static Path dump() throws IOException {
    Path file = Path.of("target", "hammer-threads.txt").toAbsolutePath();
    Files.deleteIfExists(file);
    ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
        .dumpThreads(file.toString(), ThreadDumpFormat.TEXT_PLAIN);
    return file;
  }
}
