package io.millrace.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Monitor;
import io.millrace.cli.run.ItemResult.State;
import io.millrace.cli.run.ItemSource.Reading;
import io.millrace.cli.watch.Standing;
import io.millrace.cli.watch.StatusLine;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RunTallyTest {
  private static ItemResult result(State state) {
    return new ItemResult(
        Item.of(1, new byte[0]), state, 1, Optional.empty(), Optional.of("exit code 7"));
  }

  @DisplayName("C14: the display knows how much is done, restored items too, and of how much")
  @Test
  void standing() {
    RunTally tally = new RunTally();
    tally.add(result(State.OK));
    tally.add(result(State.RESTORED));
    tally.add(result(State.FAILED));
    tally.add(result(State.CUT_OFF));
    Standing midway = tally.standing(new Reading(5, false), Monitor.of().snapshot());
    assertEquals(3, midway.done());
    assertEquals(1, midway.failed());
    assertEquals(OptionalLong.empty(), midway.total());
    String line = new StatusLine().next(midway).full();
    assertTrue(line.startsWith("3 of 5 so far, "), line);
    assertTrue(line.contains("1 failed"), line);
    Standing end = tally.standing(new Reading(5, true), Monitor.of().snapshot());
    assertEquals(OptionalLong.of(5), end.total());
  }
}
