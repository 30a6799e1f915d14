package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("S8: The log of what was taken")
class TakenLogTest {
  private record Take(long time, long cost) {}

  private static double after(List<Take> takes, long time) {
    return takes.stream().filter(take -> take.time - time > 0).mapToLong(Take::cost).sum();
  }

  @Test
  @DisplayName(
      "knows what was taken after a time, as a list of all takes does, also where nanoseconds wrap")
  void model() {
    for (long seed = 0; seed < 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      TakenLog log = new TakenLog();
      List<Take> takes = new ArrayList<>();
      long now = Long.MAX_VALUE - 2_000;
      long dropped = now - 1;
      for (int i = 0; i < 300; i++) {
        now += random.nextInt(20);
        switch (random.nextInt(6)) {
          case 0 -> {
            dropped = Bucket.later(dropped, now - random.nextInt(300));
            log.dropUntil(dropped);
          }
          case 1 -> {
            if (!takes.isEmpty() && takes.getLast().time - dropped > 0) {
              Take last = takes.removeLast();
              log.change(last.time, 1 - last.cost);
              takes.add(new Take(last.time, 1));
            }
          }
          default -> {
            long cost = random.nextInt(1, 100);
            log.add(now, cost);
            takes.add(new Take(now, cost));
          }
        }
        long from = Bucket.later(dropped, now - random.nextInt(400));
        assertEquals(after(takes, from), log.after(from), 1e-6, "seed " + seed);
      }
    }
  }

  @Test
  @DisplayName(
      "of more than it remembers one by one, it never says less than there was, and the sum stays right")
  void bounded() {
    TakenLog log = new TakenLog();
    List<Take> takes = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      log.add(i, 1);
      takes.add(new Take(i, 1));
    }
    assertEquals(20_000, log.after(-1), 1e-6);
    for (long time = 0; time < 20_000; time += 77) {
      double said = log.after(time);
      double was = after(takes, time);
      double most = time < 18_000 ? 20_000 : was + 1;
      assertTrue(said >= was && said <= most, said + " for " + was + " at " + time);
    }
  }
}
