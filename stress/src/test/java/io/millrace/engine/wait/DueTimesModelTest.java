package io.millrace.engine.wait;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.engine.claim.Ticket;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Holds random rows of operations on the items that wait for their time against an ordered set. */
class DueTimesModelTest {
  private static final int ROWS = 300;
  private static final int OPERATIONS = 1_000;

  /** Few, so that many items are due at the same time; around the point where times wrap. */
  private static final int TIMES = 20;

  private static final long ORIGIN = Long.MAX_VALUE - TIMES / 2;

  /* Differences, because times wrap. */
  private static final Comparator<Ticket> BY_TIME =
      Comparator.comparingLong(ticket -> ticket.dueNanos - ORIGIN);

  private static final Comparator<Ticket> BY_ARRIVAL =
      Comparator.comparingLong(ticket -> ticket.index);

  @Test
  @DisplayName(
      "E4: items leave in the order of their times, then as they came, and any item can leave")
  void theHeapDoesWhatAnOrderedSetDoes() {
    for (int seed = 0; seed < ROWS; seed++) {
      int row = seed;
      assertDoesNotThrow(
          () -> run(new Random(row), BY_TIME.thenComparing(BY_ARRIVAL)), () -> "seed " + row);
    }
  }

  @Test
  void anotherOrderIsFoundOut() {
    assertThrows(
        AssertionError.class,
        () -> run(new Random(0), BY_TIME.thenComparing(BY_ARRIVAL.reversed())));
  }

  private static void run(Random random, Comparator<Ticket> order) {
    DueTimes times = new DueTimes();
    TreeSet<Ticket> model = new TreeSet<>(order);
    List<Ticket> all = new ArrayList<>();
    int most = 1 + random.nextInt(100);
    for (int operation = 0; operation < OPERATIONS; operation++) {
      switch (random.nextInt(model.size() < most ? 6 : 4)) {
        case 0 -> removeFirst(times, model);
        case 1 -> removeAny(times, model);
        case 2, 3 -> remove(all, random, times, model);
        default -> add(all, random, times, model);
      }
      Ticket expected = model.isEmpty() ? null : model.first();
      check(times.first() == expected, "another one is first");
      check(times.isEmpty() == model.isEmpty(), "empty or not");
    }
  }

  private static void add(List<Ticket> all, Random random, DueTimes times, TreeSet<Ticket> model) {
    Ticket ticket = new Ticket(all.size(), "item");
    ticket.dueNanos = ORIGIN + random.nextInt(TIMES);
    all.add(ticket);
    model.add(ticket);
    check(times.add(ticket) == (model.first() == ticket), "first or not");
  }

  private static void removeFirst(DueTimes times, TreeSet<Ticket> model) {
    Ticket first = model.pollFirst();
    check(first == null || times.remove(first), "the first one is not here");
  }

  private static void removeAny(DueTimes times, TreeSet<Ticket> model) {
    check(model.isEmpty() || model.remove(times.takeAny()), "one that was not here");
  }

  /* Perhaps of one that has left. */
  private static void remove(
      List<Ticket> all, Random random, DueTimes times, TreeSet<Ticket> model) {
    if (!all.isEmpty()) {
      Ticket ticket = all.get(random.nextInt(all.size()));
      check(times.remove(ticket) == model.remove(ticket), "here or not");
    }
  }

  private static void check(boolean good, String problem) {
    if (!good) {
      throw new AssertionError(problem);
    }
  }
}
