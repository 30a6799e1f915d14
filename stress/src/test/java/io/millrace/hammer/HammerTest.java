package io.millrace.hammer;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
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
      strike(List.of(Plan.draw(seed), Plan.draw(seed + 1)));
      seed += 2;
    }
    System.out.printf("hammer: %d trials, seeds from %d%n", seed - FIRST_SEED, FIRST_SEED);
  }

  /** Two at a time: they share a limiter and a pool, and the processors. */
  private void strike(List<Plan> plans) throws Exception {
    List<Running> all = plans.stream().map(Running::start).toList();
    for (Running running : all) {
      if (!running.caller.join(HANG)) {
        throw new AssertionError("hangs, see " + dump() + ": " + plans);
      }
    }
    for (Running running : all) {
      judge(running, plans);
    }
  }

  private void judge(Running running, List<Plan> plans) {
    try {
      running.run.get();
      Judgement.pass(running.trial);
      closed.forEach(Judgement::probe);
    } catch (Throwable error) {
      Plan plan = running.trial.plan();
      throw new AssertionError(error.getMessage() + ": " + plan + " of " + plans, error);
    }
    closed.add(running.trial);
    if (closed.size() > REMEMBERED) {
      closed.remove();
    }
  }

  private record Running(Trial trial, FutureTask<Void> run, Thread caller) {
    static Running start(Plan plan) {
      Trial trial = new Trial(plan);
      FutureTask<Void> run =
          new FutureTask<>(
              () -> {
                trial.run();
                return null;
              });
      return new Running(
          trial, run, Thread.ofPlatform().name("caller " + plan.seed()).daemon().start(run));
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
