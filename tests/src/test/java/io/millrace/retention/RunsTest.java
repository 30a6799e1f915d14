package io.millrace.retention;

import io.millrace.Parallel;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs each entry point over many items under each kind of trouble, and counts what is alive at each tenth.
 *
 * <p>A normal build takes each entry point under three kinds of trouble, and each kind of trouble at three
 * entry points: a million items where they are quick, 100,000 where an item takes a millisecond or more.
 * The profile {@code soak} takes all combinations, with a million items each.
 */
@Timeout(600)
class RunsTest {
  private static final boolean SOAK = Boolean.getBoolean("millrace.soak");
  private static final Set<Way> TYPICAL = EnumSet.of(Way.TAKE, Way.ORDERED_STREAM, Way.FOR_EACH);
  private static final Set<Trouble> COMMON =
      EnumSet.of(Trouble.NONE, Trouble.STRAGGLERS, Trouble.TIMEOUTS_WITH_LONG_GRACE);

  static Stream<Arguments> cases() {
    return Stream.of(Way.values())
        .flatMap(
            way ->
                Stream.of(Trouble.values())
                    .filter(way::knows)
                    .filter(trouble -> SOAK || TYPICAL.contains(way) || COMMON.contains(trouble))
                    .map(trouble -> Arguments.of(way, trouble)));
  }

  @ParameterizedTest(name = "{0} with {1}")
  @MethodSource("cases")
  @DisplayName("E1, E2, E4: the memory of a run depends on window and concurrency only")
  void memoryIsBounded(Way way, Trouble trouble) throws Exception {
    int count = trouble.quick || SOAK ? 1_000_000 : 100_000;
    CountDownLatch end = new CountDownLatch(1);
    // Stragglers have to be let go before the last outcomes can come; in order, before the next.
    int stragglers = way.ordered || trouble != Trouble.STRAGGLERS ? 0 : Math.ceilDiv(count, 10_000);
    if (way.ordered && trouble == Trouble.STRAGGLERS) {
      end.countDown();
    }
    Watch watch = new Watch(count, trouble.bounds());
    int[] taken = {0};
    Runnable each =
        trouble.consumer(
            () -> {
              watch.taken();
              if (++taken[0] == count - stragglers) {
                end.countDown();
              }
            });
    way.run(
        new Way.Task(
            trouble,
            trouble.prepare(Parallel.of(trouble.concurrency).window(trouble.window)),
            trouble.concurrency,
            trouble.window,
            () -> trouble.items(count),
            trouble.action(end),
            each));
    watch.check();
  }
}
