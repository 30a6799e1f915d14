package io.millrace.matrix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.hostile.Misdeed;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No user code runs while its thread holds any lock at all. */
@NoLeaks
class LockFreeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  static Stream<Spot> spots() {
    return Arrays.stream(Spot.values());
  }

  @ParameterizedTest(name = "{displayName}: {0}")
  @MethodSource("spots")
  @DisplayName("E15: no lock is held in")
  void noLockIsHeld(Spot spot) throws InterruptedException {
    List<Cell> cells =
        Stream.of(Door.MAP, Door.STREAM, Door.EXECUTOR_MAP_ITER)
            .filter(door -> Documented.reason(spot, Misdeed.ASKS_FOR_PROGRESS, door).isEmpty())
            .map(door -> Cell.watchingLocks(spot, door, 2))
            .toList();
    for (Cell cell : cells) {
      cell.start();
      if (!cell.thread().join(PATIENCE)) {
        cell.abandon();
        cell.violate("hangs");
      }
    }
    List<String> red =
        cells.stream()
            .flatMap(cell -> cell.violations().stream().map(problem -> cell + ": " + problem))
            .filter(problem -> problem.contains("no lock") || problem.contains("hangs"))
            .distinct()
            .toList();
    assertEquals(List.of(), red);
  }
}
