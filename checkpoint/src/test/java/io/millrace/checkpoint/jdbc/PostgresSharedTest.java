package io.millrace.checkpoint.jdbc;

import static io.millrace.checkpoint.jdbc.Samples.NAME;
import static io.millrace.checkpoint.jdbc.Samples.failed;
import static io.millrace.checkpoint.jdbc.Samples.ids;
import static io.millrace.checkpoint.jdbc.Samples.value;
import static io.millrace.checkpoint.jdbc.Samples.values;
import static io.millrace.checkpoint.jdbc.StoreContract.assertFound;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.Codec;
import io.millrace.checkpoint.spi.CheckpointSession;
import io.millrace.checkpoint.spi.Spent;
import io.millrace.checkpoint.spi.StoredOutcome;
import io.millrace.outside.PostgresServer;
import io.millrace.outside.WithPostgres;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A checkpoint that many have at once. */
@WithPostgres
class PostgresSharedTest {
  private final JdbcStore alone;
  private final JdbcStore shared;

  PostgresSharedTest(PostgresServer server) throws SQLException {
    alone = JdbcStore.url(server.url(server.newSchema()));
    shared = alone.shared();
  }

  @Test
  @DisplayName("what one commits, the others find, and the counts are those of all")
  void findEachOther() {
    try (CheckpointSession one = shared.open(NAME);
        CheckpointSession other = shared.open(NAME)) {
      one.commit(values(0, 40, 10), new Spent(50, 5, 0.5));
      other.commit(values(40, 50, 10), new Spent(10, 1, 0.25));
      one.commit(values(50, 60, 10), new Spent(70, 7, 0.75));
      assertFound(other, values(0, 60, 10));
      assertFound(one, values(0, 60, 10));
    }
    assertEquals(60, shared.info().succeeded());
    try (CheckpointSession after = alone.open(NAME)) {
      assertEquals(new Spent(80, 8, 1), after.spent());
      assertEquals(60, after.firstNewRow());
      assertFound(after, values(0, 60, 10));
    }
  }

  @Test
  @DisplayName(
      "a failure does not replace a value that another one has stored; a value replaces both")
  void valuesStay() {
    try (CheckpointSession one = shared.open(NAME);
        CheckpointSession other = shared.open(NAME)) {
      one.commit(List.of(value(1, 9), failed(2, false)), Spent.NONE);
      other.commit(List.of(failed(1, true), value(2, 9), value(3, 9)), Spent.NONE);
      one.commit(List.of(failed(2, false), value(1, 9)), Spent.NONE);
      for (StoredOutcome outcome : List.of(value(1, 9), value(2, 9), value(3, 9))) {
        var row = one.find(ids(List.of(outcome))).getFirst();
        assertInstanceOf(StoredOutcome.Value.class, row.outcome().result());
      }
    }
    assertEquals(3, shared.info().succeeded());
    assertEquals(0, shared.info().failed());
  }

  @Test
  @DisplayName(
      "many that come at the same moment make one checkpoint, and lose nothing of each other")
  void atOnce() throws Exception {
    int many = 8;
    CyclicBarrier start = new CyclicBarrier(many);
    try (ExecutorService threads = Executors.newFixedThreadPool(many)) {
      List<Future<Void>> all = new ArrayList<>();
      for (int i = 0; i < many; i++) {
        int from = 20 * i;
        Callable<Void> task =
            () -> {
              start.await();
              try (CheckpointSession session = shared.open(NAME)) {
                long before = session.spent().calls(); // others may have begun
                for (int n = 0; n < 30; n++) { // the last third are those of the next one as well
                  session.commit(
                      List.of(value((from + n) % (20 * many), 100)),
                      new Spent(before + n + 1, 0, 0));
                }
              }
              return null;
            };
        all.add(threads.submit(task));
      }
      for (Future<Void> each : all) {
        each.get();
      }
    }
    assertEquals(20 * many, shared.info().succeeded());
    assertEquals(30 * many, shared.info().spent().calls());
    try (CheckpointSession session = alone.open(NAME)) {
      assertFound(session, values(0, 20 * many, 100));
    }
  }

  @Test
  @DisplayName("nobody has it alone meanwhile, and it is that of one name")
  void othersAreRefused() {
    try (CheckpointSession _ = alone.open(NAME)) {
      assertThrows(CheckpointException.class, () -> shared.open(NAME));
    }
    try (CheckpointSession _ = shared.open(NAME)) {
      CheckpointName other = CheckpointName.of("other", "1");
      assertThrows(CheckpointException.class, () -> shared.open(other));
      assertTrue(shared.info().holder().isEmpty());
      CheckpointException refused = assertThrows(CheckpointException.class, () -> alone.open(NAME));
      assertTrue(refused.getMessage().contains("others, who share it"), refused.getMessage());
    }
  }

  @Test
  @DisplayName("a run of one JVM, and a file, refuse to share")
  void refused() {
    assertTrue(shared.isShared());
    assertFalse(alone.isShared());
    Checkpoint checkpoint = Checkpoint.of(shared, NAME, Codec.text()).key((String item) -> item);
    CheckpointException refused =
        assertThrows(
            CheckpointException.class,
            () -> Parallel.of(2).checkpoint(checkpoint).map(List.of("a"), item -> item));
    assertTrue(refused.getMessage().contains("leave shared() out"), refused.getMessage());
    assertThrows(IllegalArgumentException.class, () -> JdbcStore.file(Path.of("x")).shared());
  }
}
