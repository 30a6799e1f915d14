package io.millrace.checkpoint.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.outside.Child;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A run that pays for its calls is killed again and again. At a kill, what is paid for and not stored is what runs, and what
 * waits for its commit: together at most the window.
 */
abstract class KillContract {
  private static final int KILLS = Integer.getInteger("millrace.kills", 10);
  private static final int MORE = 60;

  /** What {@link PayingMain} takes for a store. */
  abstract String place();

  @Test
  @Timeout(value = 2, unit = TimeUnit.HOURS)
  @DisplayName(
      "A28: killed at random points, again and again: every item has one result, none that was delivered is paid again, and a kill repeats at most a window")
  void killed() throws Exception {
    long seed = Long.getLong("millrace.seed", System.nanoTime());
    Random random = new Random(seed);
    int most = 0;
    int midway = 0;
    try (Counter counter = new Counter()) {
      int items = MORE;
      for (int kill = 0; kill < KILLS; kill++) {
        items += MORE;
        int before = counter.repeated();
        killOnce(counter, items, random);
        assertEquals(List.of(), counter.wrongs(), "seed " + seed);
        midway += counter.delivered() < items ? 1 : 0;
        most = Math.max(most, counter.repeated() - before);
        assertTrue(most <= PayingMain.WINDOW, most + " calls were repeated; seed " + seed);
        if ((kill + 1) % 100 == 0) {
          report(kill + 1, items, counter, most);
        }
      }
      assertTrue(midway > 0, "each run was over before it was killed");
      try (Child last = Child.start(PayingMain.class, place(), counter.address(), "" + items)) {
        assertEquals("done", last.line());
        assertEquals(0, last.end());
      }
      assertEquals(List.of(), counter.wrongs(), "seed " + seed);
      assertEquals(items, counter.delivered());
      assertEquals(items, counter.calls() - counter.repeated());
      assertEquals(items, info().succeeded());
      int calls = counter.calls();
      PayingMain.run(place(), counter.address(), items);
      assertEquals(calls, counter.calls(), "all is restored");
      assertEquals(List.of(), counter.wrongs(), "seed " + seed);
      report(KILLS, items, counter, most);
    }
  }

  private void report(int kills, int items, Counter counter, int most) {
    System.out.printf(
        "MEASURED %s: %d kills, %d items, %d calls, so %d repeated: %.2f a kill, %d at most; allowed are %d%n",
        getClass().getSimpleName(),
        kills,
        items,
        counter.calls(),
        counter.repeated(),
        counter.repeated() / (double) kills,
        most,
        PayingMain.WINDOW);
  }

  private CheckpointInfo info() {
    return place().startsWith("jdbc:")
        ? CheckpointInfo.read(place())
        : CheckpointInfo.read(java.nio.file.Path.of(place()));
  }

  /* After some calls, or, one time in four, after some time, which may be before the run has begun. */
  private void killOnce(Counter counter, int items, Random random) throws Exception {
    CompletableFuture<Void> alarm = new CompletableFuture<>();
    boolean isTimed = random.nextInt(4) == 0;
    if (!isTimed) {
      counter.after(1 + random.nextInt(MORE), () -> alarm.complete(null));
    }
    try (Child child =
        Child.start(PayingMain.class, place(), counter.address(), Integer.toString(items))) {
      if (isTimed) {
        alarm.completeOnTimeout(null, random.nextInt(900), TimeUnit.MILLISECONDS);
      } else {
        alarm.completeOnTimeout(null, 60, TimeUnit.SECONDS);
      }
      alarm.get();
      child.kill();
    }
  }
}
