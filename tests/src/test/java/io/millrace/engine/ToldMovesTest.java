package io.millrace.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.plan.ConcurrencyChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is told of an adaptive concurrency has no gaps, whatever its bound does. */
class ToldMovesTest {
  private static final int LEAST = 4;
  private static final long LATENCY = 10_000_000;

  private final Epochs epochs = new Epochs(new LearntConcurrency(LEAST), 0);
  private final List<ConcurrencyChange> told = new ArrayList<>();
  private long now;

  /** An epoch of attempts that take so long, with this bound. */
  private void look(int most, long latency) {
    for (int attempt = 0; attempt < 400; attempt++) {
      now += LATENCY;
      epochs.ended(now - latency, now, true);
    }
    ConcurrencyChange change = epochs.look(now, most, (_, _) -> 0);
    if (change != null) {
      told.add(change);
      epochs.moved(now);
    }
  }

  @Test
  @DisplayName("AC6: a move is told if a bound below the least rises again")
  void theBoundRises() {
    look(1, LATENCY);
    look(LEAST, LATENCY);
    assertEquals(
        List.of(List.of(LEAST, 1), List.of(1, LEAST)),
        told.stream().map(change -> List.of(change.before(), change.after())).toList());
    assertEquals(ConcurrencyChange.Reason.BOUNDED, told.getLast().reason());
  }

  @Test
  @DisplayName("AC6: each move begins where the last one that was told has ended")
  void hasNoGaps() {
    Random random = new Random(7);
    int most = 1;
    for (int step = 0; step < 2_000; step++) {
      if (step % 3 == 0) {
        most = 1 + random.nextInt(2 * LEAST);
      }
      look(most, LATENCY * (1 + random.nextInt(3)));
    }
    assertTrue(told.size() > 100, () -> told.size() + " moves");
    for (int move = 1; move < told.size(); move++) {
      assertEquals(told.get(move - 1).after(), told.get(move).before(), "move " + move);
    }
  }
}
