package io.millrace.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.CheckpointStore;
import io.millrace.checkpoint.Codec;
import io.millrace.checkpoint.spi.CheckpointSession;
import io.millrace.checkpoint.spi.ItemId;
import io.millrace.checkpoint.spi.Spent;
import io.millrace.checkpoint.spi.StoredOutcome;
import io.millrace.checkpoint.spi.StoredRow;
import io.millrace.outcome.Outcome;
import io.millrace.testkit.MemoryStore;
import io.millrace.testkit.NoLeaks;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that are read ahead change nothing but how long it takes. */
@NoLeaks
class ReadAheadTest {
  private static final int MANY = 5_000;

  private final MemoryStore memory = new MemoryStore();
  private final Set<Integer> called = ConcurrentHashMap.newKeySet();
  private final List<Long> blocks = Collections.synchronizedList(new ArrayList<>());

  private record Item(int number, String text) {}

  /** As a store in memory that also reads ahead; some rows are left out. */
  private record Ahead(MemoryStore memory, List<Long> blocks, int leaveOut)
      implements CheckpointStore {
    @Override
    public CheckpointSession open(CheckpointName name) {
      return new Session(memory.open(name), memory, blocks, leaveOut);
    }
  }

  private record Session(
      CheckpointSession session, MemoryStore memory, List<Long> blocks, int leaveOut)
      implements CheckpointSession {
    @Override
    public long firstNewRow() {
      return session.firstNewRow();
    }

    @Override
    public List<@Nullable StoredRow> find(List<ItemId> ids) {
      return session.find(ids);
    }

    @Override
    public List<StoredRow> rows(long from, long to) {
      assertTrue(0 <= from && from < to && to <= from + 1_024 && to <= firstNewRow());
      blocks.add(from);
      List<StoredOutcome> all = memory.outcomes();
      return LongStream.range(from, to)
          .filter(row -> leaveOut == 0 || row % leaveOut != 0)
          .mapToObj(row -> new StoredRow(row, all.get((int) row)))
          .toList();
    }

    @Override
    public Spent spent() {
      return session.spent();
    }

    @Override
    public void commit(List<StoredOutcome> outcomes, Spent spent) {
      session.commit(outcomes, spent);
    }

    @Override
    public void close() {
      session.close();
    }
  }

  private Parallel parallel(int concurrency, boolean hasKeys, CheckpointStore store) {
    Checkpoint checkpoint =
        Checkpoint.of(store, CheckpointName.of("ahead", "1"), Codec.text())
            .fingerprint((Item item) -> item.text());
    return Parallel.of(concurrency)
        .checkpoint(hasKeys ? checkpoint.key((Item item) -> "item " + item.number()) : checkpoint);
  }

  private String call(Item item) {
    assertTrue(called.add(item.number()), "called twice: " + item);
    return item.text();
  }

  private static List<Item> items(int from, int to, String text) {
    return IntStream.range(from, to).mapToObj(i -> new Item(i, text)).toList();
  }

  /** Runs, checks each outcome, and returns which were called. */
  private Set<Integer> run(Parallel parallel, List<Item> items) {
    called.clear();
    Set<Integer> restored = new HashSet<>();
    try (var outcomes = parallel.unordered().stream(items, this::call)) {
      outcomes.forEach(
          outcome -> {
            assertEquals(outcome.item().text(), outcome.value());
            if (outcome.restored()) {
              assertTrue(restored.add(outcome.item().number()));
            }
          });
    }
    Set<Integer> both = new HashSet<>(restored);
    both.retainAll(called);
    assertEquals(Set.of(), both, "restored, and called");
    assertEquals(items.size(), restored.size() + called.size());
    return Set.copyOf(called);
  }

  private static Set<Integer> numbers(List<Item> items) {
    return Set.copyOf(items.stream().map(Item::number).toList());
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "7, 0", "100, 0", "1000, 0", "7, 3", "100, 1"})
  @DisplayName(
      "A28, A92: with keys, in any order, with new and changed items: exactly those are called that have to be")
  void anyOrder(int concurrency, int leaveOut) {
    Random random = new Random(concurrency);
    Parallel parallel = parallel(concurrency, true, new Ahead(memory, blocks, leaveOut));
    assertEquals(MANY, run(parallel, items(0, MANY, "a")).size());
    assertEquals(Set.of(), run(parallel, items(0, MANY, "a")));
    List<Item> turned = new ArrayList<>(items(0, MANY, "a"));
    Collections.reverse(turned);
    assertEquals(Set.of(), run(parallel, turned));
    Collections.shuffle(turned, random);
    assertEquals(Set.of(), run(parallel, turned));
    List<Item> more = new ArrayList<>(items(MANY, MANY + 1_500, "a"));
    more.addAll(items(0, MANY, "a"));
    assertEquals(numbers(items(MANY, MANY + 1_500, "a")), run(parallel, more), "prepended");
    List<Item> some = new ArrayList<>();
    List<Item> changed = new ArrayList<>();
    for (Item item : more) {
      boolean changes = random.nextInt(3) == 0;
      some.add(changes ? new Item(item.number(), "b") : item);
      if (changes) {
        changed.add(item);
      }
    }
    assertEquals(numbers(changed), run(parallel, some));
    assertEquals(Set.of(), run(parallel, some));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 100})
  @DisplayName("A28: without keys, what stands where it stood and is the same is not called")
  void positions(int concurrency) {
    Parallel parallel = parallel(concurrency, false, new Ahead(memory, blocks, 0));
    run(parallel, items(0, MANY, "a"));
    List<Item> longer = new ArrayList<>(items(0, MANY, "a"));
    longer.set(4_000, new Item(4_000, "b"));
    longer.addAll(items(MANY, MANY + 100, "a"));
    Set<Integer> expected = new HashSet<>(numbers(items(MANY, MANY + 100, "a")));
    expected.add(4_000);
    assertEquals(expected, run(parallel, longer));
    assertEquals(Set.of(), run(parallel, longer));
  }

  @Test
  @DisplayName("a run that is restored in order looks nothing up, and reads each row once")
  void inOrder() {
    Parallel parallel = parallel(1, true, new Ahead(memory, blocks, 0));
    run(parallel, items(0, MANY, "a"));
    int finds = memory.finds().size();
    run(parallel, items(0, MANY, "a"));
    assertEquals(finds, memory.finds().size(), () -> "queries: " + memory.finds());
    assertEquals(List.of(0L, 1_024L, 2_048L, 3_072L, 4_096L), blocks);
  }

  @Test
  @DisplayName(
      "items beyond what was read are read, not looked up, also while many before them have not come yet")
  void overtaken() {
    int held = 550;
    int many = 2_048;
    run(parallel(1, true, new Ahead(memory, blocks, 0)), items(0, many, "a"));
    int finds = memory.finds().size();
    CountDownLatch others = new CountDownLatch(many - held);
    Checkpoint checkpoint =
        Checkpoint.of(new Ahead(memory, blocks, 0), CheckpointName.of("ahead", "1"), Codec.text())
            .fingerprint((Item item) -> item.text())
            .key(
                (Item item) -> {
                  if (item.number() < held) {
                    await(others);
                  }
                  return "item " + item.number();
                });
    Parallel parallel = Parallel.of(held + 50).window(many).checkpoint(checkpoint).unordered();
    try (var outcomes = parallel.stream(items(0, many, "a"), this::call)) {
      outcomes.forEach(_ -> others.countDown());
    }
    assertEquals(finds, memory.finds().size(), () -> "queries: " + memory.finds());
    assertEquals(List.of(0L, 1_024L), blocks);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @DisplayName("where the order is another one, blocks become rare")
  void noOrder() {
    int items = 20_000;
    Parallel parallel = parallel(1, true, new Ahead(memory, blocks, 0));
    run(parallel, items(0, items, "a"));
    List<Item> shuffled = new ArrayList<>(items(0, items, "a"));
    Collections.shuffle(shuffled, new Random(1));
    int finds = memory.finds().size();
    run(parallel, shuffled);
    int more = memory.finds().size() - finds;
    assertTrue(blocks.size() <= 10 + more / 32, blocks.size() + " blocks, queries: " + more);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100})
  @DisplayName("where no row can be read ahead, because all are long, blocks become rare")
  void allAreLong(int concurrency) {
    int items = 20_000;
    Parallel parallel = parallel(concurrency, true, new Ahead(memory, blocks, 1));
    run(parallel, items(0, items, "a"));
    int finds = memory.finds().size();
    assertEquals(Set.of(), run(parallel, items(0, items, "a")));
    int more = memory.finds().size() - finds;
    assertTrue(blocks.size() <= 10 + more / 32, blocks.size() + " blocks, queries: " + more);
  }

  @ParameterizedTest
  @CsvSource({"10, 11", "10, 3000", "4000, 100", "0, 4999"})
  @DisplayName(
      "A92: of two items with the same key, both are named, also when both were read ahead")
  void twins(int one, int other) {
    Parallel parallel = parallel(7, true, new Ahead(memory, blocks, 0));
    run(parallel, items(0, MANY, "a"));
    List<Item> twice = new ArrayList<>(items(0, MANY, "a"));
    twice.set(other, twice.get(one));
    CheckpointException refused =
        assertThrows(CheckpointException.class, () -> parallel.map(twice, this::call).values());
    String both = "items " + Math.min(one, other) + " and " + Math.max(one, other);
    assertTrue(refused.getMessage().contains(both), refused.getMessage());
  }

  @Test
  @DisplayName("rows that a store reads beyond those of earlier runs are not believed")
  void tooManyRows() {
    CheckpointStore store =
        name -> {
          CheckpointSession session = memory.open(name);
          return new Wrapped(
              session,
              () ->
                  List.of(
                      new StoredRow(
                          session.firstNewRow(),
                          new StoredOutcome(
                              ItemId.of("item 7"),
                              7,
                              new byte[StoredOutcome.FINGERPRINT_BYTES],
                              1,
                              new StoredOutcome.Value(new byte[0])))));
        };
    run(parallel(2, true, memory), items(0, 5, "a"));
    assertEquals(Set.of(5, 6, 7), run(parallel(2, true, store), items(0, 8, "a")));
  }

  @Test
  @DisplayName(
      "a store that reads null, or fails to read, ends the run with what it says; nothing is called")
  void brokenRows() {
    run(parallel(2, true, memory), items(0, 5, "a"));
    called.clear();
    IllegalStateException broken = new IllegalStateException("the disk is gone");
    CheckpointStore failing =
        name ->
            new Wrapped(
                memory.open(name),
                () -> {
                  throw broken;
                });
    Throwable thrown =
        assertThrows(
            Throwable.class,
            () -> parallel(2, true, failing).map(items(0, 8, "a"), this::call).values());
    assertEquals(broken.getMessage(), thrown.getMessage());
    CheckpointStore empty = name -> new Wrapped(memory.open(name), ReadAheadTest::nothing);
    CheckpointException refused =
        assertThrows(
            CheckpointException.class,
            () -> parallel(2, true, empty).map(items(0, 8, "a"), this::call).values());
    assertTrue(refused.getMessage().contains("has read null, not a list"), refused.getMessage());
    assertEquals(Set.of(), called);
  }

  @SuppressWarnings("NullAway") // what a store must not do
  private static List<StoredRow> nothing() {
    return null;
  }

  private record Wrapped(CheckpointSession session, Supplier<List<StoredRow>> reading)
      implements CheckpointSession {
    @Override
    public long firstNewRow() {
      return session.firstNewRow();
    }

    @Override
    public List<@Nullable StoredRow> find(List<ItemId> ids) {
      return session.find(ids);
    }

    @Override
    public List<StoredRow> rows(long from, long to) {
      return reading.get();
    }

    @Override
    public Spent spent() {
      return session.spent();
    }

    @Override
    public void commit(List<StoredOutcome> outcomes, Spent spent) {
      session.commit(outcomes, spent);
    }

    @Override
    public void close() {
      session.close();
    }
  }

  @Test
  @DisplayName("what failed is called again, and what is final is not, also when it was read ahead")
  void failures() {
    CheckpointStore store = new Ahead(memory, blocks, 0);
    Checkpoint checkpoint =
        Checkpoint.of(store, CheckpointName.of("ahead", "1"), Codec.text())
            .finalFailures(error -> error.getMessage().equals("gone"));
    Parallel parallel = Parallel.of(7).checkpoint(checkpoint);
    List<Integer> numbers = IntStream.range(0, 3_000).boxed().toList();
    parallel.map(
        numbers,
        i -> {
          if (i % 2 == 0) {
            throw new IllegalStateException(i % 4 == 0 ? "gone" : "busy");
          }
          return "first";
        });
    var again = parallel.map(numbers, i -> "again");
    for (Outcome<Integer, String> outcome : again.outcomes()) {
      int number = outcome.item();
      assertEquals(number % 4 != 2, outcome.restored(), "item " + number);
      assertEquals(number % 4 != 0, outcome.isSuccess(), "item " + number);
    }
  }
}
