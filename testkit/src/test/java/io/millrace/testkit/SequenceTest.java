package io.millrace.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@NoLeaks
class SequenceTest {
  private final Sequence sequence = new Sequence();

  @Test
  void stepsArePassedInOrderWhateverTheOrderOfTheThreads() throws Exception {
    for (int round = 0; round < 50; round++) {
      Sequence fresh = new Sequence();
      List<Integer> passed = Collections.synchronizedList(new ArrayList<>());
      try (Crew crew = new Crew()) {
        for (int thread = 3; thread >= 0; thread--) {
          int first = thread;
          crew.start(
              () -> {
                for (int step = first; step < 12; step += 4) {
                  fresh.step(2 * step);
                  passed.add(step);
                  fresh.step(2 * step + 1);
                }
              });
        }
      }
      assertEquals(IntStream.range(0, 12).boxed().toList(), passed);
    }
  }

  @Test
  void aStepThatIsUsedTwiceIsRefusedAndEndsTheSequence() throws Exception {
    sequence.step(0);
    String message = failure(() -> sequence.step(0));
    assertEquals("step 0 was used twice; steps passed: 0, waiting: {}", message);
    assertEquals(message, failure(() -> sequence.step(1)));
  }

  @Test
  void aStepThatIsWaitedForTwiceIsRefusedAndFreesWhoWaits() throws Exception {
    List<String> messages = Collections.synchronizedList(new ArrayList<>());
    try (Crew crew = new Crew()) {
      crew.start(() -> messages.add(failure(() -> sequence.step(3))));
      crew.start(() -> messages.add(failure(() -> sequence.step(3))));
    }
    assertEquals(2, messages.size());
    assertEquals(messages.getFirst(), messages.getLast());
    assertTrue(messages.getFirst().startsWith("step 3 was used twice; steps passed: none"));
  }

  @Test
  void aStepThatNeverComesEndsInAnErrorThatNamesItAndWhoWaits() throws Exception {
    Sequence impatient = new Sequence(Duration.ofMillis(1));
    impatient.step(0);
    impatient.step(1);
    String message = failure(() -> impatient.step(3));
    assertTrue(message.startsWith("step 3 waited in vain for step 2"), message);
    assertTrue(message.contains("steps passed: 0 to 1, waiting: {3=" + Thread.currentThread()));
  }

  @Test
  void aWaitCanBeInterruptedAndTheStepIsStillThere() throws Exception {
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> sequence.step(0));
    assertFalse(Thread.currentThread().isInterrupted());
    sequence.step(0);
    try (Crew crew = new Crew()) {
      Thread waiting =
          crew.start(
              () -> {
                assertThrows(InterruptedException.class, () -> sequence.step(2));
                sequence.step(1);
                sequence.step(2);
              });
      crew.start(waiting::interrupt);
    }
    sequence.step(3);
  }

  @Test
  void stepsAreNumberedFromZero() {
    assertThrows(IllegalArgumentException.class, () -> sequence.step(-1));
  }

  private static String failure(Crew.Body body) {
    return String.valueOf(assertThrows(AssertionError.class, body::run).getMessage());
  }
}
