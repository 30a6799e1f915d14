package io.millrace.checkpoint.jdbc;

import static io.millrace.checkpoint.jdbc.Samples.NAME;
import static io.millrace.checkpoint.jdbc.Samples.failed;
import static io.millrace.checkpoint.jdbc.Samples.ids;
import static io.millrace.checkpoint.jdbc.Samples.text;
import static io.millrace.checkpoint.jdbc.Samples.value;
import static io.millrace.checkpoint.jdbc.Samples.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.spi.CheckpointSession;
import io.millrace.checkpoint.spi.ItemId;
import io.millrace.checkpoint.spi.Spent;
import io.millrace.checkpoint.spi.StoredOutcome;
import io.millrace.checkpoint.spi.StoredRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every store promises. */
abstract class StoreContract {

  /** An empty place, the same one during a test. */
  abstract JdbcStore store();

  /** What has to lie there, if somebody asks for it by its address. */
  abstract CheckpointInfo readByAddress();

  @Test
  @DisplayName("A28: what was committed is found by another session, as it was, whatever it is")
  void whatWasCommittedIsFound() {
    List<StoredOutcome> outcomes = new ArrayList<>();
    List<ItemId> ids =
        List.of(
            ItemId.of("7"),
            ItemId.of(7),
            ItemId.ofPosition(7),
            ItemId.of(new UUID(0, 7)),
            ItemId.of(new byte[] {55}),
            ItemId.of(new byte[] {0, 0, 0, 0, 0, 0, 0, 7}),
            ItemId.of(new byte[0]),
            ItemId.of(""),
            ItemId.of("é\0🎈"),
            ItemId.of("x".repeat(ItemId.LONGEST)));
    for (int index = 0; index < ids.size(); index++) {
      outcomes.add(Samples.of(ids.get(index), index, new StoredOutcome.Value(new byte[index])));
    }
    outcomes.add(Samples.of(ItemId.of("null"), 1L << 40, new StoredOutcome.Value(null)));
    outcomes.add(failed(11, false));
    outcomes.add(failed(12, true));
    outcomes.add(Samples.of(ItemId.of("silent"), 13, new StoredOutcome.Failed("E", "", false)));
    try (CheckpointSession session = store().open(NAME)) {
      assertEquals(0, session.firstNewRow());
      session.commit(outcomes, Spent.NONE);
      assertFound(session, outcomes);
    }
    try (CheckpointSession session = store().open(NAME)) {
      assertEquals(outcomes.size(), session.firstNewRow());
      assertFound(session, outcomes);
      assertEquals(
          Collections.nCopies(2, null), session.find(List.of(ItemId.of("8"), ItemId.of(8))));
    }
  }

  @Test
  @DisplayName("rows are numbered from 0 without gaps; one that is replaced keeps its number")
  void numbers() {
    try (CheckpointSession session = store().open(NAME)) {
      session.commit(values(0, 10, 5), Spent.NONE);
      session.commit(
          List.of(failed(3, false), value(10, 5), value(4, 600), value(11, 5)), Spent.NONE);
    }
    try (CheckpointSession session = store().open(NAME)) {
      assertEquals(12, session.firstNewRow());
      session.commit(List.of(value(12, 1), value(3, 7)), Spent.NONE);
      List<ItemId> all = ids(values(0, 13, 0));
      List<StoredRow> rows = session.find(all);
      for (int number = 0; number < 13; number++) {
        assertEquals(number, rows.get(number).row());
      }
      assertEquals(text(value(3, 7)), text(rows.get(3).outcome()));
      assertEquals(text(value(4, 600)), text(rows.get(4).outcome()));
    }
    assertEquals(13, store().info().succeeded());
  }

  @Test
  @DisplayName(
      "many outcomes are found in whatever order they are asked for, and what is missing is null")
  void anyOrder() {
    List<StoredOutcome> outcomes = values(0, 2_000, 50);
    Collections.shuffle(outcomes, new Random(1));
    try (CheckpointSession session = store().open(NAME)) {
      session.commit(outcomes.subList(0, 1_000), Spent.NONE);
      session.commit(outcomes.subList(1_000, 1_999), Spent.NONE);
      for (int size : new int[] {1, 2, 3, 513, 1_000}) {
        assertFound(session, outcomes.subList(500, 500 + size));
      }
      var rows = session.find(ids(outcomes.subList(1_990, 2_000)));
      assertEquals(null, rows.get(9));
      assertNotNull(rows.get(8));
    }
  }

  @Test
  @DisplayName("values of 16 MiB come back; a claim of them comes in parts")
  void largeValues() {
    List<StoredOutcome> outcomes = new ArrayList<>();
    for (int number = 0; number < 6; number++) {
      outcomes.add(value(number, JdbcStore.LONGEST_VALUE));
    }
    outcomes.add(value(6, Rows.LARGE));
    outcomes.add(value(7, Rows.LARGE + 1));
    try (CheckpointSession session = store().open(NAME)) {
      outcomes.forEach(outcome -> session.commit(List.of(outcome), Spent.NONE));
    }
    try (CheckpointSession session = store().open(NAME)) {
      assertEquals(2, session.find(ids(outcomes)).size(), "as much as fits in 32 MiB");
      assertFound(session, outcomes);
    }
  }

  @Test
  @DisplayName("a transaction may have many long values, new ones and others in place of old ones")
  void manyLongValues() {
    try (CheckpointSession session = store().open(NAME)) {
      session.commit(values(0, 100, 10), Spent.NONE);
      session.commit(values(50, 150, 300_000), Spent.NONE);
      session.commit(values(25, 75, 10), Spent.NONE);
    }
    try (CheckpointSession session = store().open(NAME)) {
      assertEquals(150, session.firstNewRow());
      assertFound(session, values(0, 75, 10));
      assertFound(session, values(75, 150, 300_000));
    }
  }

  @Test
  @DisplayName(
      "A91: a value over 16 MiB is refused, with its item and the limit; rows stored before stay")
  void tooLarge() {
    try (CheckpointSession session = store().open(NAME)) {
      session.commit(List.of(value(0, 5)), Spent.NONE);
      var refusal =
          assertThrows(
              CheckpointException.class,
              () ->
                  session.commit(
                      List.of(value(1, 5), value(2, JdbcStore.LONGEST_VALUE + 1)), Spent.NONE));
      assertSays(refusal, "position 2", "16777217", "16777216", "return where");
    }
    try (CheckpointSession session = store().open(NAME)) {
      assertFound(session, List.of(value(0, 5)));
      assertEquals(Collections.nCopies(2, null), session.find(ids(values(1, 3, 0))));
    }
  }

  @Test
  @DisplayName(
      "A29: another action or version is refused before any work, with both names and both ways out")
  void otherNames() {
    store().open(NAME).close();
    for (CheckpointName other :
        List.of(
            CheckpointName.of("translate", "model-7"), CheckpointName.of("summarise", "model-8"))) {
      var refusal = assertThrows(CheckpointException.class, () -> store().open(other));
      assertSays(
          refusal,
          "\"summarise\"",
          "\"model-7\"",
          "\"" + other.action() + "\"",
          "\"" + other.version() + "\"",
          "name of the checkpoint",
          "another checkpoint");
    }
    assertEquals(NAME, store().info().name());
    store().open(NAME).close();
  }

  @Test
  @DisplayName("names and messages of any characters are kept, as far as databases keep them")
  void strangeText() {
    CheckpointName strange = CheckpointName.of("a\0b \uD83C 'x' 🎈", "v");
    var failure = new StoredOutcome.Failed("E\0", "\uDF88 nö\0 🎈", false);
    try (CheckpointSession session = store().open(strange)) {
      session.commit(List.of(Samples.of(ItemId.of("k"), 0, failure)), Spent.NONE);
    }
    try (CheckpointSession session = store().open(strange)) {
      StoredRow row = session.find(List.of(ItemId.of("k"))).getFirst();
      assertEquals(new StoredOutcome.Failed("E\0", "? nö\0 🎈", false), row.outcome().result());
    }
  }

  @Test
  @DisplayName("a second run is refused at once and told who holds the checkpoint, and since when")
  void oneAtATime() {
    Instant before = Instant.now().minusSeconds(1);
    try (CheckpointSession session = store().open(NAME)) {
      long start = System.nanoTime();
      var refusal = assertThrows(CheckpointException.class, () -> store().open(NAME));
      assertTrue(System.nanoTime() - start < 5_000_000_000L);
      Holder holder = store().info().holder().orElseThrow();
      assertEquals(ProcessHandle.current().pid(), holder.pid());
      assertEquals(Host.name(), holder.host());
      assertTrue(holder.since().isAfter(before) && holder.since().isBefore(Instant.now()));
      assertSays(
          refusal, "process " + holder.pid(), holder.host(), holder.since().toString(), "Wait");
      session.commit(values(0, 3, 3), Spent.NONE);
    }
    assertTrue(store().info().holder().isEmpty());
    store().open(NAME).close();
  }

  @Test
  @DisplayName(
      "info tells name, counts, size and age, by store and by address, also while a run writes")
  void info() {
    Instant before = Instant.now().minusSeconds(1);
    try (CheckpointSession session = store().open(NAME)) {
      session.commit(values(0, 100, 1_000), Spent.NONE);
      session.commit(
          List.of(failed(100, false), failed(101, false), failed(102, true)), Spent.NONE);
      session.commit(
          List.of(value(100, 3), Samples.of(ItemId.of("n"), 1, new StoredOutcome.Value(null))),
          Spent.NONE);
      CheckpointInfo info = store().info();
      assertEquals(NAME, info.name());
      assertEquals(
          List.of(102L, 1L, 1L), List.of(info.succeeded(), info.failed(), info.failedFinally()));
      assertTrue(info.bytes() > 100_000, info.toString());
      assertTrue(info.created().isAfter(before));
      assertFalse(info.changed().isBefore(info.created()));
      assertEquals(info.succeeded(), readByAddress().succeeded());
      session.commit(List.of(value(101, 3)), Spent.NONE);
      assertEquals(103, store().info().succeeded());
      assertEquals(0, store().info().failed());
    }
    assertEquals(103, readByAddress().succeeded());
    assertTrue(readByAddress().holder().isEmpty());
  }

  @Test
  @DisplayName("info shows whole commits only, whatever moment of a writing run it meets")
  void infoBesideAWriter() {
    AtomicBoolean isOver = new AtomicBoolean();
    store().open(NAME).close();
    CompletableFuture<Integer> looks =
        CompletableFuture.supplyAsync(
            () -> {
              int count = 0;
              while (!isOver.get()) {
                CheckpointInfo info = store().info();
                assertEquals(0, info.succeeded() % 7, info.toString());
                assertEquals(info.succeeded(), info.failed() * 7);
                count++;
              }
              return count;
            });
    int next = 0;
    for (int round = 0; round < 20; round++) {
      try (CheckpointSession session = store().open(NAME)) {
        for (int commit = 0; commit < 5; commit++) {
          List<StoredOutcome> outcomes = values(next, next + 7, 300);
          outcomes.add(failed(next + 7, false));
          next += 8;
          session.commit(outcomes, Spent.NONE);
        }
      }
    }
    isOver.set(true);
    assertTrue(looks.join() > 0);
    assertEquals(700, store().info().succeeded());
  }

  @Test
  @DisplayName("failed items can be listed with their last error, thousands of them")
  void failures() {
    try (CheckpointSession session = store().open(NAME)) {
      assertEquals(0, store().failures().count());
      List<StoredOutcome> outcomes = new ArrayList<>();
      for (int number = 0; number < 2_400; number++) {
        outcomes.add(number % 2 == 0 ? value(number, 9) : failed(number, number % 3 == 0));
      }
      for (int from = 0; from < 2_400; from += 800) {
        session.commit(outcomes.subList(from, from + 800), Spent.NONE);
      }
      session.commit(List.of(value(5, 1)), Spent.NONE);
      List<FailedItem> failures = store().failures().toList();
      assertEquals(1_199, failures.size());
      FailedItem first = failures.getFirst();
      assertEquals(ItemId.ofPosition(1), first.id());
      assertEquals(1, first.position());
      assertEquals(2, first.attempts());
      assertEquals(
          new StoredOutcome.Failed("java.io.IOException", "busy 1", false), first.failure());
      assertTrue(failures.get(1).failure().isFinal());
    }
    assertEquals(1_199, store().failures().count());
  }

  @Test
  @DisplayName("to look where there is no checkpoint is an error, and makes none")
  void nothingThere() {
    assertSays(assertThrows(CheckpointException.class, () -> store().info()), "checkpoint");
    assertThrows(CheckpointException.class, () -> store().failures().count());
    assertThrows(CheckpointException.class, () -> store().info());
  }

  @Test
  @DisplayName("items are looked up while others are stored")
  void findBesideCommit() {
    try (CheckpointSession session = store().open(NAME)) {
      session.commit(values(0, 500, 40), Spent.NONE);
      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(
              () -> {
                for (int from = 500; from < 5_500; from += 100) {
                  session.commit(values(from, from + 100, 40), Spent.NONE);
                }
              });
      do {
        assertFound(session, values(0, 500, 40));
      } while (!writing.isDone());
      writing.join();
      assertFound(session, values(5_000, 5_500, 40));
    }
  }

  @Test
  @DisplayName("durability for process crashes only stores the same")
  void lessDurable() {
    JdbcStore store = store().durability(Durability.PROCESS_CRASH);
    try (CheckpointSession session = store.open(NAME)) {
      session.commit(values(0, 500, 40), Spent.NONE);
      assertFound(session, values(0, 500, 40));
    }
    assertEquals(500, store.info().succeeded());
    assertTrue(store.toString().contains("PROCESS_CRASH"), store.toString());
  }

  @Test
  @DisplayName(
      "rows are read ahead by their numbers, as they are when they are read; those with long values are left out")
  void rowsByNumber() {
    List<StoredOutcome> stored = new ArrayList<>(values(0, 2_000, 40));
    stored.set(7, value(7, 5_000));
    stored.set(1_001, failed(1_001, true));
    try (CheckpointSession session = store().open(NAME)) {
      assertEquals(List.of(), session.rows(0, 1));
      session.commit(stored.subList(0, 1_000), Spent.NONE);
      session.commit(stored.subList(1_000, 2_000), Spent.NONE);
    }
    try (CheckpointSession session = store().open(NAME)) {
      session.commit(List.of(value(3, 9)), Spent.NONE);
      stored.set(3, value(3, 9));
      List<StoredRow> rows =
          Stream.of(session.rows(0, 1_024), session.rows(1_024, 2_000))
              .flatMap(List::stream)
              .toList();
      List<String> expected =
          stored.stream().filter(each -> each.position() != 7).map(Samples::text).toList();
      assertEquals(
          expected.stream().sorted().toList(),
          rows.stream().map(row -> text(row.outcome())).sorted().toList());
      assertEquals(1_999, rows.stream().map(StoredRow::row).distinct().count());
      assertFound(session, stored);
    }
  }

  static void assertFound(CheckpointSession session, List<StoredOutcome> expected) {
    int from = 0;
    while (from < expected.size()) {
      List<StoredOutcome> rest = expected.subList(from, Math.min(from + 1_000, expected.size()));
      List<StoredRow> rows = session.find(ids(rest));
      assertFalse(rows.isEmpty());
      for (int index = 0; index < rows.size(); index++) {
        StoredRow row = rows.get(index);
        assertNotNull(row, "not found: " + rest.get(index).id());
        assertEquals(text(rest.get(index)), text(row.outcome()));
      }
      from += rows.size();
    }
  }

  static void assertSays(Throwable error, String... parts) {
    String message = String.valueOf(error.getMessage());
    for (String part : parts) {
      assertTrue(message.contains(part), () -> "\"" + part + "\" is not in: " + message);
    }
  }
}
