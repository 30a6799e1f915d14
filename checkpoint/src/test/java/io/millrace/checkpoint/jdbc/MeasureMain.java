package io.millrace.checkpoint.jdbc;

import static io.millrace.checkpoint.jdbc.Samples.NAME;

import io.millrace.checkpoint.spi.CheckpointSession;
import io.millrace.checkpoint.spi.ItemId;
import io.millrace.checkpoint.spi.Spent;
import io.millrace.checkpoint.spi.StoredOutcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** How long it takes to store outcomes and to find them again. Arguments: a directory, or an address; how many outcomes. */
final class MeasureMain {
  private static final int VALUE = 256;

  private MeasureMain() {}

  public static void main(String[] args) throws Exception {
    int items = Integer.parseInt(args[1]);
    for (Durability durability : Durability.values()) {
      for (int batch : new int[] {1_000, 200, 50}) {
        for (boolean hasKeys : new boolean[] {false, true}) {
          if (args[0].startsWith("jdbc:")) {
            measure(
                JdbcStore.url(args[0].formatted(durability, batch, hasKeys)),
                durability,
                batch,
                hasKeys,
                items);
          } else {
            Path directory = Files.createTempDirectory(Path.of(args[0]), "measure");
            for (int round = 0; round < 2; round++) { // the first one warms up
              measure(
                  JdbcStore.file(directory.resolve("run" + round)),
                  durability,
                  batch,
                  hasKeys,
                  items);
            }
            delete(directory);
          }
        }
      }
    }
  }

  private static void delete(Path directory) throws Exception {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private static void measure(
      JdbcStore any, Durability durability, int batch, boolean hasKeys, int items) {
    JdbcStore store = any.durability(durability);
    List<StoredOutcome> outcomes = new ArrayList<>();
    byte[] value = Samples.bytes(1, VALUE);
    byte[] fingerprint = Samples.bytes(2, StoredOutcome.FINGERPRINT_BYTES);
    for (int number = 0; number < items; number++) {
      // As a hash of something: keys in no order.
      ItemId id =
          hasKeys
              ? ItemId.of("%016x".formatted(number * 0x9E3779B97F4A7C15L))
              : ItemId.ofPosition(number);
      outcomes.add(new StoredOutcome(id, number, fingerprint, 1, new StoredOutcome.Value(value)));
    }
    long[] commits = new long[items / batch];
    long start = System.nanoTime();
    try (CheckpointSession session = store.open(NAME)) {
      for (int commit = 0; commit < commits.length; commit++) {
        long before = System.nanoTime();
        session.commit(outcomes.subList(commit * batch, (commit + 1) * batch), Spent.NONE);
        commits[commit] = System.nanoTime() - before;
      }
    }
    double storing = (System.nanoTime() - start) / 1e3 / items;
    Arrays.sort(commits);
    start = System.nanoTime();
    CheckpointSession again = store.open(NAME);
    double opening = (System.nanoTime() - start) / 1e6;
    start = System.nanoTime();
    List<ItemId> ids = Samples.ids(outcomes);
    for (int from = 0; from < items; from += batch) {
      again.find(ids.subList(from, from + batch));
    }
    double finding = (System.nanoTime() - start) / 1e3 / items;
    again.close();
    start = System.nanoTime();
    store.info();
    System.out.printf(
        "%s, %s, %d a commit: %.2f us to store an item (a commit: median %.2f ms, p99 %.2f ms, most %.2f ms);"
            + " %.0f ms to open; %.2f us to find an item; info %.2f ms; %d MB%n",
        durability,
        hasKeys ? "keys in no order" : "positions",
        batch,
        storing,
        commits[commits.length / 2] / 1e6,
        commits[commits.length * 99 / 100] / 1e6,
        commits[commits.length - 1] / 1e6,
        opening,
        finding,
        (System.nanoTime() - start) / 1e6,
        store.info().bytes() >> 20);
  }
}
