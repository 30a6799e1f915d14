package io.millrace.hammer;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.outcome.Details;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.Success;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The hammer's control: trials are spoilt on purpose, and each of them has to be noticed. */
class JudgementTest {
  private static final int ITEMS = 5;

  @Test
  void aGoodTrialPasses() {
    assertDoesNotThrow(() -> Judgement.pass(trial()));
  }

  @Test
  void aLostOutcomeIsNoticed() throws InterruptedException {
    isNoticed(outcomes -> outcomes.remove(ITEMS - 1));
  }

  @Test
  void aDoubledOutcomeIsNoticed() throws InterruptedException {
    isNoticed(outcomes -> outcomes.add(outcomes.getFirst()));
  }

  @Test
  void aWrongOrderIsNoticed() throws InterruptedException {
    isNoticed(Collections::reverse);
  }

  @Test
  void anOutcomeOfAnotherItemIsNoticed() throws InterruptedException {
    isNoticed(outcomes -> outcomes.set(1, new Success<>(2, 2, details(1, 1))));
  }

  @Test
  void anAttemptThatNobodyMadeIsNoticed() throws InterruptedException {
    isNoticed(outcomes -> outcomes.set(1, new Success<>(1, 1, details(1, 0))));
  }

  @Test
  void aFailureOutOfNowhereIsNoticed() throws InterruptedException {
    isNoticed(outcomes -> outcomes.set(1, new Failure<>(1, new IOException(), details(1, 1))));
  }

  @Test
  void anItemThatDidNotRunIsNoticed() throws InterruptedException {
    isNoticed(outcomes -> outcomes.set(1, new NotRun<>(1, RunStatus.CANCELLED, details(1, 1))));
  }

  @Test
  void aCallAfterTheEndIsNoticed() throws InterruptedException {
    Trial trial = trial();
    assertDoesNotThrow(() -> trial.probe().act(0));
    assertThrows(AssertionError.class, () -> Judgement.pass(trial));
  }

  private static void isNoticed(Consumer<List<Outcome<Integer, Integer>>> spoil)
      throws InterruptedException {
    Trial trial = trial();
    spoil.accept(trial.outcomes());
    assertThrows(AssertionError.class, () -> Judgement.pass(trial));
  }

  private static Trial trial() throws InterruptedException {
    Trial trial = new Trial(Plan.plain(Entry.MAP, ITEMS));
    trial.run();
    return trial;
  }

  private static Details details(long index, int attempts) {
    return new Details(index, null, attempts, 0, false);
  }
}
