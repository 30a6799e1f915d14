package io.millrace.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.plan.ConcurrencyChange;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is measured of attempts while they go on, and the processor leaves whoever looks for a while. */
@Timeout(60)
class EpochsTest {
  private static final int MOST = 100;
  private static final int RUNS = 300;
  private static final long LATENCY = 50_000_000;
  private static final long LATER = 1L << 60;

  private volatile Epochs epochs = newEpochs();
  private volatile boolean isOver;

  private static Epochs newEpochs() {
    return new Epochs(new LearntConcurrency(1), 0);
  }

  private void endAttempts() {
    while (!isOver) {
      Epochs looked = epochs;
      looked.ended(LATER, LATER + LATENCY, true);
      looked.ended(LATER, LATER + 10 * LATENCY, false); // so that the concurrency is used
    }
  }

  private void reachTheMost() {
    Epochs looked = newEpochs();
    epochs = looked;
    List<ConcurrencyChange> changes = new ArrayList<>();
    long now = 0;
    while (looked.learnt().now() < MOST) {
      now += LATENCY / 4;
      ConcurrencyChange change = looked.look(now, MOST, (_, _) -> 0);
      if (change != null) {
        looked.moved(now);
        changes.add(change);
        assertTrue(change.after() > change.before(), () -> "moves: " + changes);
      }
    }
  }

  @Test
  @DisplayName(
      "AC3: attempts that end while somebody looks do not make others seem slower or faster")
  void endsBesideALook() throws Exception {
    Thread ending = Thread.ofPlatform().daemon().start(this::endAttempts);
    try {
      for (int run = 0; run < RUNS; run++) {
        reachTheMost();
      }
    } finally {
      isOver = true;
      ending.join();
    }
  }
}
