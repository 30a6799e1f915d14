package io.millrace.engine;

import static java.time.Duration.ofMillis;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.plan.Hedge;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What hedges make of a slow tail, in virtual time: the page is what this gets. How long a call takes depends on its item and on
 * which call of it that is, and on nothing else. In which order calls end that end at the same moment is left to the threads, so
 * figures may differ a little.
 */
@NoLeaks
class HedgeResultsTest {
  private static final Path PAGE = Path.of("../docs/hedge-results.md");
  private static final int ITEMS = 6_000;
  private static final Pattern FIGURE = Pattern.compile("\\d+(\\.\\d+)?");

  private record Row(String name, List<Long> millis, double extra) {
    long percentile(double percent) {
      return millis.get((int) Math.ceil(percent / 100 * millis.size()) - 1);
    }

    String text() {
      return String.format(
          Locale.ROOT,
          "| %s | %d | %d | %d | %d | %.1f |",
          name,
          percentile(50),
          percentile(95),
          percentile(99),
          percentile(99.5),
          100 * extra);
    }
  }

  /* Of 1 in 100 calls ten times as long; within a tenth of that. */
  private static Duration took(int item, int call) {
    SplittableRandom random = new SplittableRandom(31L * item + call);
    random.nextInt();
    long usual = random.nextInt(90, 111);
    return ofMillis(random.nextInt(100) == 0 ? 10 * usual : usual);
  }

  private static Iterator<Integer> arriving(ManualClock clock) {
    return IntStream.range(0, ITEMS)
        .mapToObj(
            item -> {
              try {
                clock.sleep(ofMillis(10));
              } catch (InterruptedException why) {
                throw new AssertionError(why);
              }
              return item;
            })
        .iterator();
  }

  private static Row row(String name, UnaryOperator<Parallel> options) {
    AtomicIntegerArray calls = new AtomicIntegerArray(ITEMS);
    try (ManualClock clock = ManualClock.jumping()) {
      Parallel parallel = Parallel.of(40).window(80).clock(clock);
      Results<Integer, Integer> results =
          options
              .apply(parallel)
              .map(
                  () -> arriving(clock),
                  item -> {
                    clock.sleep(took(item, calls.incrementAndGet(item)));
                    return item;
                  });
      List<Long> millis =
          results.successes().stream()
              .map(success -> success.details().elapsed().toMillis())
              .sorted()
              .toList();
      assertEquals(ITEMS, millis.size());
      int made = IntStream.range(0, ITEMS).map(calls::get).sum();
      return new Row(name, millis, (made - ITEMS) / (double) ITEMS);
    }
  }

  @Test
  @DisplayName("R10: of a tail that is slow by chance hedges cut most, for a few more calls")
  void aSlowTail() throws IOException {
    Row none = row("none", parallel -> parallel);
    Row p95 = row("`afterPercentile(95)`", hedged(Hedge.afterPercentile(95)));
    Row p99 = row("`afterPercentile(99)`", hedged(Hedge.afterPercentile(99)));
    Row fixed = row("`after(ofMillis(150))`", hedged(Hedge.after(ofMillis(150))));
    Row poor =
        row("`after(ofMillis(150)).budget(0)`", hedged(Hedge.after(ofMillis(150)).budget(0)));
    assertTrue(p95.percentile(99) * 3 < none.percentile(99), p95::text);
    assertTrue(fixed.percentile(99.5) * 3 < none.percentile(99.5), fixed::text);
    assertTrue(p95.extra() < 0.06 && fixed.extra() < 0.02, () -> p95.text() + fixed.text());
    List<String> lines = new ArrayList<>(List.of(HEAD.split("\n")));
    List.of(none, p95, p99, fixed, poor).forEach(row -> lines.add(row.text()));
    if (Boolean.getBoolean("millrace.renew")) {
      Files.writeString(PAGE, String.join("\n", lines) + "\n");
    }
    List<String> page = Files.readAllLines(PAGE);
    assertEquals(lines.size(), page.size());
    for (int line = 0; line < page.size(); line++) {
      assertNear(page.get(line), lines.get(line));
    }
  }

  private static UnaryOperator<Parallel> hedged(Hedge hedge) {
    return parallel -> parallel.hedgeIdempotent(hedge);
  }

  /* The same words, and figures that differ by a tenth at most, or by 1. */
  private static void assertNear(String expected, String got) {
    assertEquals(FIGURE.matcher(expected).replaceAll("N"), FIGURE.matcher(got).replaceAll("N"));
    Matcher one = FIGURE.matcher(expected);
    Matcher other = FIGURE.matcher(got);
    while (one.find() && other.find()) {
      double before = Double.parseDouble(one.group());
      double now = Double.parseDouble(other.group());
      assertTrue(Math.abs(before - now) <= Math.max(1, 0.1 * before), () -> expected + "\n" + got);
    }
  }

  private static final String HEAD =
      """
      # What hedges get

      Made by `HedgeResultsTest`, which fails if this page is not near to what it gets: `-Dmillrace.renew=true` writes it anew.
      The library itself in virtual time: 6,000 items, one every 10 ms, at most 40 at once. A call takes 90 to 110 ms, and 1 of 100 takes ten times as long, by chance. Times
      are those of items, from their first call to their answer, in ms; further calls in % of the items.

      | hedge | 50 of 100 | 95 of 100 | 99 of 100 | 995 of 1,000 | further calls |
      |---|---|---|---|---|---|\
      """;
}
