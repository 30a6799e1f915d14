package io.millrace.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.CheckpointStore;
import io.millrace.checkpoint.spi.CheckpointSession;
import io.millrace.checkpoint.spi.ItemId;
import io.millrace.checkpoint.spi.Spent;
import io.millrace.checkpoint.spi.StoredOutcome;
import io.millrace.checkpoint.spi.StoredOutcome.Failed;
import io.millrace.checkpoint.spi.StoredOutcome.Result;
import io.millrace.checkpoint.spi.StoredOutcome.Value;
import io.millrace.checkpoint.spi.StoredRow;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Tests of a store of checkpoints: implement this in a test class, and say how to make an empty one. What a store does when it is
 * killed, cut off or tampered with is its own matter.
 */
public interface CheckpointStoreContract {

  /** The name that tests open a store by. */
  CheckpointName NAME = CheckpointName.of("action", "1");

  /** Makes a store that holds nothing, and nothing in common with any other. */
  CheckpointStore newStore() throws Exception;

  @Test
  @DisplayName("a new checkpoint is empty")
  default void newIsEmpty() throws Exception {
    try (CheckpointSession session = newStore().open(NAME)) {
      assertEquals(0, session.firstNewRow(), "first new row");
      assertNull(one(session, ItemId.of("a")), "found");
    }
  }

  @Test
  @DisplayName("what was spent is that of the last commit, also of one without outcomes")
  default void keepsWhatWasSpent() throws Exception {
    CheckpointStore store = newStore();
    Spent more = new Spent(Long.MAX_VALUE, 5, 0.1);
    try (CheckpointSession session = store.open(NAME)) {
      assertEquals(Spent.NONE, session.spent(), "spent of a new checkpoint");
      session.commit(List.of(outcome(ItemId.of("a"), 0, value("v"))), new Spent(3, 4, 1e300));
    }
    try (CheckpointSession session = store.open(NAME)) {
      assertEquals(new Spent(3, 4, 1e300), session.spent(), "spent of one run");
      session.commit(List.of(), more);
      assertEquals("v", text(one(session, ItemId.of("a"))), "the outcome stored before");
    }
    try (CheckpointSession session = store.open(NAME)) {
      assertEquals(more, session.spent(), "spent of two runs");
    }
  }

  private static String text(@Nullable StoredOutcome found) {
    return found != null && found.result() instanceof Value(byte[] bytes) && bytes != null
        ? new String(bytes, StandardCharsets.UTF_8)
        : "no value: " + found;
  }

  @Test
  @DisplayName("what was committed is found as it was, in this session and in later ones")
  default void keepsEverything() throws Exception {
    CheckpointStore store = newStore();
    List<StoredOutcome> all =
        List.of(
            outcome(ItemId.of("kéy\u0000 𝄞"), 0, value("a value")),
            outcome(ItemId.of(Long.MIN_VALUE), 1, new Value(new byte[0])),
            outcome(ItemId.of(new UUID(1, -2)), 2, new Value(null)),
            outcome(ItemId.of(new byte[] {0, -1, 127}), 3, new Value(new byte[1 << 20])),
            outcome(ItemId.ofPosition(Long.MAX_VALUE), Long.MAX_VALUE, value("b")),
            outcome(ItemId.of("x".repeat(ItemId.LONGEST)), 5, new Failed("E", "why\u0000", false)),
            outcome(ItemId.of(""), 6, new Failed("java.io.IOException", "", true)));
    try (CheckpointSession session = store.open(NAME)) {
      session.commit(all, Spent.NONE);
      all.forEach(stored -> assertSame(stored, one(session, stored.id())));
    }
    try (CheckpointSession session = store.open(NAME)) {
      all.forEach(stored -> assertSame(stored, one(session, stored.id())));
      assertTrue(session.firstNewRow() >= all.size(), "first new row");
    }
  }

  @Test
  @DisplayName("A92 ids of different kinds never collide, whatever their bytes")
  default void kindsNeverCollide() throws Exception {
    byte[] eight = "12345678".getBytes(StandardCharsets.UTF_8);
    byte[] sixteen = "1234567812345678".getBytes(StandardCharsets.UTF_8);
    List<ItemId> ids = new ArrayList<>();
    for (ItemId.Kind kind : ItemId.Kind.values()) {
      ids.add(ItemId.of(kind, kind == ItemId.Kind.UUID ? sixteen : eight));
    }
    ids.add(ItemId.of(ItemId.Kind.STRING, sixteen));
    ids.add(ItemId.of(ItemId.Kind.BYTES, sixteen));
    try (CheckpointSession session = newStore().open(NAME)) {
      for (int i = 0; i < ids.size(); i++) {
        session.commit(List.of(outcome(ids.get(i), i, value("v" + i))), Spent.NONE);
      }
      for (int i = 0; i < ids.size(); i++) {
        assertSame(outcome(ids.get(i), i, value("v" + i)), one(session, ids.get(i)));
      }
    }
  }

  @Test
  @DisplayName(
      "an outcome replaces that of the same item, whose row keeps its number; new rows get new ones")
  default void replaces() throws Exception {
    CheckpointStore store = newStore();
    ItemId first = ItemId.of("first");
    long row;
    try (CheckpointSession session = store.open(NAME)) {
      session.commit(List.of(outcome(first, 0, new Failed("E", "m", false))), Spent.NONE);
      session.commit(
          List.of(outcome(first, 7, value("better")), outcome(ItemId.of("other"), 1, value("o"))),
          Spent.NONE);
      row = row(session, first).row();
    }
    try (CheckpointSession session = store.open(NAME)) {
      assertEquals(row, row(session, first).row(), "row");
      assertTrue(row < session.firstNewRow(), "an old row");
      session.commit(
          List.of(outcome(first, 8, value("best")), outcome(ItemId.of("new"), 2, value("n"))),
          Spent.NONE);
      assertEquals(row, row(session, first).row(), "row");
      assertSame(outcome(first, 8, value("best")), one(session, first));
      assertTrue(
          row(session, ItemId.of("new")).row() >= session.firstNewRow(), "a row of this session");
    }
  }

  @Test
  @DisplayName("many items are found with few queries, in the order in which they were asked for")
  default void findsMany() throws Exception {
    CheckpointStore store = newStore();
    try (CheckpointSession session = store.open(NAME)) {
      session.commit(
          IntStream.range(0, 1_000)
              .mapToObj(i -> outcome(ItemId.of(i), i, value("v" + i)))
              .toList(),
          Spent.NONE);
      List<ItemId> ids =
          IntStream.range(0, 1_000).mapToObj(i -> ItemId.of(i * 7_919L % 2_000)).toList();
      List<@Nullable StoredRow> found = new ArrayList<>();
      int queries = 0;
      while (found.size() < ids.size()) {
        List<@Nullable StoredRow> rows = session.find(ids.subList(found.size(), ids.size()));
        assertFalse(rows.isEmpty(), "a query has to answer for one item at least");
        found.addAll(rows);
        queries++;
      }
      assertTrue(queries <= 10, queries + " queries");
      for (int i = 0; i < ids.size(); i++) {
        long key = i * 7_919L % 2_000;
        StoredRow row = found.get(i);
        assertEquals(key < 1_000, row != null, "found " + key);
        if (row != null) {
          assertSame(outcome(ids.get(i), key, value("v" + key)), row.outcome());
        }
      }
    }
  }

  @Test
  @DisplayName("A29 another name is refused with both, and changes nothing")
  default void refusesAnotherName() throws Exception {
    CheckpointStore store = newStore();
    ItemId id = ItemId.of("a");
    try (CheckpointSession session = store.open(NAME)) {
      session.commit(List.of(outcome(id, 0, value("v"))), Spent.NONE);
    }
    for (CheckpointName other :
        List.of(CheckpointName.of("action", "2"), CheckpointName.of("deed", "1"))) {
      var refused = assertThrows(CheckpointException.class, () -> store.open(other));
      String message = String.valueOf(refused.getMessage());
      boolean isVersion = other.action().equals(NAME.action());
      assertTrue(message.contains(isVersion ? NAME.version() : NAME.action()), message);
      assertTrue(message.contains(isVersion ? other.version() : other.action()), message);
    }
    try (CheckpointSession session = store.open(NAME)) {
      assertSame(outcome(id, 0, value("v")), one(session, id));
    }
  }

  @Test
  @DisplayName("while a run holds it, another one is refused; then it may have it")
  default void oneAtATime() throws Exception {
    CheckpointStore store = newStore();
    CheckpointSession session = store.open(NAME);
    assertThrows(CheckpointException.class, () -> store.open(NAME));
    session.commit(List.of(outcome(ItemId.of("a"), 0, value("v"))), Spent.NONE);
    session.close();
    store.open(NAME).close();
  }

  @Test
  @DisplayName("finding and committing may overlap")
  default void findsWhileCommitting() throws Exception {
    try (CheckpointSession session = newStore().open(NAME)) {
      AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();
      Thread finder =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i < 200; i++) {
                        one(session, ItemId.of(i));
                      }
                    } catch (Throwable thrown) {
                      broken.set(thrown);
                    }
                  });
      for (int i = 0; i < 200; i++) {
        session.commit(List.of(outcome(ItemId.of(i), i, value("v"))), Spent.NONE);
      }
      finder.join();
      assertNull(broken.get(), "what the finder threw");
    }
  }

  private static StoredOutcome outcome(ItemId id, long position, Result result) {
    byte[] fingerprint = new byte[StoredOutcome.FINGERPRINT_BYTES];
    fingerprint[0] = (byte) position;
    return new StoredOutcome(id, position, fingerprint, 3, result);
  }

  private static Value value(String text) {
    return new Value(text.getBytes(StandardCharsets.UTF_8));
  }

  private static @Nullable StoredOutcome one(CheckpointSession session, ItemId id) {
    StoredRow row = session.find(List.of(id)).getFirst();
    return row == null ? null : row.outcome();
  }

  private static StoredRow row(CheckpointSession session, ItemId id) {
    return Objects.requireNonNull(session.find(List.of(id)).getFirst(), "row");
  }

  private static void assertSame(StoredOutcome wanted, @Nullable StoredOutcome found) {
    if (found == null) {
      throw new AssertionError("not found: " + wanted.id());
    }
    assertEquals(wanted.id(), found.id(), "id");
    assertEquals(wanted.position(), found.position(), "position");
    assertArrayEquals(wanted.fingerprint(), found.fingerprint(), "fingerprint");
    assertEquals(wanted.attempts(), found.attempts(), "attempts");
    switch (wanted.result()) {
      case Value value -> assertArrayEquals(value.bytes(), ((Value) found.result()).bytes());
      case Failed failed -> assertEquals(failed, found.result(), "failure");
    }
  }
}
