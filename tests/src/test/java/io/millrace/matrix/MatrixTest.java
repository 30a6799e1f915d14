package io.millrace.matrix;

import static org.junit.jupiter.api.Assertions.fail;

import io.millrace.testkit.LeakCheck;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.hostile.Misdeed;
import io.millrace.testkit.hostile.Misdeed.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of user code, with every misdeed, at every entry point. */
@NoLeaks
class MatrixTest {
  /** After this, code in the caller's own thread goes on: nobody is to interrupt it. */
  private static final Duration BRIEFLY = Duration.ofMillis(100);

  /** Until then, code in other threads must have been interrupted by the run. */
  private static final Duration SOON = Duration.ofSeconds(10);

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final int[] AT =
      Arrays.stream(System.getProperty("millrace.matrix.at", "1,3").split(","))
          .mapToInt(Integer::parseInt)
          .toArray();

  static Stream<Arguments> rows() {
    return Arrays.stream(Spot.values())
        .flatMap(
            spot -> Arrays.stream(Misdeed.values()).map(misdeed -> Arguments.of(spot, misdeed)))
        .filter(row -> !cells((Spot) row.get()[0], (Misdeed) row.get()[1]).isEmpty());
  }

  @ParameterizedTest(name = "{displayName}: {0} {1}")
  @MethodSource("rows")
  @DisplayName("I1 I3 I4 I5 I6 I7 I9 I10 E8 E10 E18 E22 user code")
  void keepsTheInvariants(Spot spot, Misdeed misdeed) {
    List<Cell> cells = cells(spot, misdeed);
    cells.forEach(Cell::start);
    List<String> red = new ArrayList<>(await(cells));
    for (Cell cell : cells) {
      Verdict.on(cell).forEach(problem -> red.add(cell + ": " + problem));
    }
    if (!red.isEmpty()) {
      fail(
          "%s %s: %d of %d cells%n  %s"
              .formatted(spot, misdeed, red.size(), cells.size(), String.join("\n  ", red)));
    }
  }

  private static List<Cell> cells(Spot spot, Misdeed misdeed) {
    return Arrays.stream(Door.values())
        .filter(door -> Documented.reason(spot, misdeed, door).isEmpty())
        .flatMap(door -> Arrays.stream(AT).mapToObj(at -> new Cell(spot, misdeed, door, at)))
        .toList();
  }

  /** Waits for all of them; those that hang are reported and left. */
  private static List<String> await(List<Cell> cells) {
    List<String> red = new ArrayList<>();
    long start = System.nanoTime();
    boolean late = false;
    while (!cells.stream().allMatch(Cell::isOver)) {
      LockSupport.parkNanos(500_000);
      Duration waited = Duration.ofNanos(System.nanoTime() - start);
      if (waited.compareTo(BRIEFLY) > 0) {
        cells.stream()
            .filter(cell -> cell.spot.isOfCaller(cell.door))
            .forEach(cell -> cell.culprit.release());
      }
      if (!late && waited.compareTo(SOON) > 0) {
        late = true;
        cells.stream().filter(cell -> !cell.isOver()).forEach(cell -> red.add(late(cell)));
        cells.forEach(cell -> cell.culprit.release());
      }
      if (waited.compareTo(PATIENCE) > 0) {
        List<Cell> hung = cells.stream().filter(cell -> !cell.isOver()).toList();
        hung.forEach(cell -> red.add(cell + ": hangs at\n      " + cell.stack()));
        LeakCheck.liveThreads().stream().limit(10).forEach(red::add);
        hung.forEach(Cell::abandon);
        return red;
      }
    }
    cells.forEach(cell -> cell.culprit.release()); // who was abandoned may go
    return red;
  }

  private static String late(Cell cell) {
    boolean blocks = cell.misdeed.is(Kind.BLOCKS);
    return cell + (blocks ? ": E10: still blocked after " : ": no end within ") + SOON;
  }
}
