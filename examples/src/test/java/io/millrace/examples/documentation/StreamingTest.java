package io.millrace.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.Parallel;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import io.millrace.plan.Source;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code docs/streaming.md} shows. */
class StreamingTest {
  private final List<Object> saved = new ArrayList<>();

  private int length(String line) {
    return line.length();
  }

  private void save(Outcome<String, Integer> outcome) {
    saved.add(outcome.item());
  }

  private void saveAll(List<Outcome<String, Integer>> outcomes) {
    saved.add(outcomes.size());
  }

  @Test
  void aFile(@TempDir Path directory) throws IOException {
    Path file = Files.write(directory.resolve("lines"), List.of("a", "bb", "ccc"));
    // @start region="stream"
    var parallel = Parallel.of(16).window(200); // at most 200 lines read and not yet saved

    try (var outcomes = parallel.stream(Files.lines(file), this::length)) {
      outcomes.forEach(this::save); // in this thread, as they come
    }
    // @end
    assertEquals(3, saved.size());
  }

  @Test
  void inOrderAndInBatches() {
    var lines = List.of("a", "bb", "ccc");
    var parallel = Parallel.of(2);
    // @start region="order"
    try (var outcomes = parallel.ordered().stream(lines, this::length)) {
      outcomes.forEach(this::save); // in the order of the lines
    }
    try (var batches = parallel.batches(lines, 2, this::length)) {
      batches.forEach(this::saveAll); // lists of two, for example to insert them
    }
    // @end
    assertEquals(List.of("a", "bb", "ccc", 2, 1), saved);
  }

  @Test
  void aStep() {
    var lines = List.of("a", "bb", "ccc");
    // @start region="gather"
    List<Integer> lengths =
        lines.stream()
            .filter(line -> !line.isEmpty())
            .gather(Parallel.of(8).gatherer(this::length))
            .map(outcome -> outcome instanceof Success(_, var length, _) ? length : -1)
            .toList();
    // @end
    assertEquals(List.of(1, 2, 3), lengths);
  }

  @Test
  void sources(@TempDir Path directory) throws IOException {
    Path file = Files.write(directory.resolve("lines"), List.of("a", "bb"));
    BlockingQueue<String> queue = new ArrayBlockingQueue<>(2, false, List.of("x", "END"));
    BufferedReader reader = Files.newBufferedReader(file);
    // @start region="sources"
    var fromQueue = Source.of(queue, "END"); // until this item
    var polled = Source.supplying(() -> Optional.ofNullable(reader.readLine())); // until empty
    var chunks = Source.chunks(List.of("a", "bb", "ccc"), 2); // lists, for coarse actions
    var numbers = Source.range(0, 10);
    // @end
    assertEquals(List.of(1), Parallel.of(2).map(fromQueue, this::length).values());
    assertEquals(List.of(1, 2), Parallel.of(2).map(polled, this::length).values());
    assertEquals(List.of(2, 1), Parallel.of(2).map(chunks, List::size).values());
    assertEquals(10, Parallel.of(2).map(numbers, n -> n + 1).values().getLast());
    reader.close();
  }

  @Test
  void byHand() {
    var lines = List.of("a", "bb", "ccc");
    // @start region="loop"
    try (var run = Parallel.of(8).start(lines, this::length)) {
      for (var outcome : run) {
        save(outcome);
        IO.println(run.progress());
      }
    }
    // @end
    assertEquals(3, saved.size());
  }

  @Test
  void plainValues() {
    var lines = List.of("a", "bb", "ccc");
    // @start region="values"
    try (var lengths = Parallel.of(8).values(lines, this::length)) {
      saved.add(lengths.mapToInt(length -> length).sum()); // the first error is thrown here, itself
    }
    // @end
    assertEquals(List.of(6), saved);
  }

  private void insertAll(List<Outcome<String, Integer>> outcomes) throws SQLException {
    if (outcomes.isEmpty()) {
      throw new SQLException("nothing to insert");
    }
    saved.add(outcomes.size());
  }

  private void log(String line) {
    saved.add(line);
  }

  @Test
  void checkedExceptions(@TempDir Path directory) throws IOException, SQLException {
    var lines = List.of("a", "bb", "ccc");
    var parallel = Parallel.of(2);
    // @start region="insert"
    try (var batches = parallel.batches(lines, 2, this::length)) {
      for (var rest = batches.iterator(); rest.hasNext(); ) {
        insertAll(rest.next()); // may throw a SQLException: what still runs is stopped
      }
    }
    // @end
    assertEquals(List.of(2, 1), saved);
    Path file = directory.resolve("lengths");
    // @start region="file"
    try (var out = Files.newBufferedWriter(file);
        var run = Parallel.of(8).ordered().start(lines, this::length)) {
      for (var outcome : run) {
        out.write(outcome.item() + " " + outcome.value() + "\n");
      }
    }
    // @end
    assertEquals(List.of("a 1", "bb 2", "ccc 3"), Files.readAllLines(file));
  }

  @Test
  void progress() {
    var lines = List.of("a", "bb");
    // @start region="progress"
    var parallel = Parallel.of(8).onProgress((done, total) -> log(done + " of " + total));
    // @end
    assertEquals(2, parallel.map(lines, this::length).size());
    assertEquals(List.of("1 of 2", "2 of 2"), saved);
  }

  @Test
  void progressWithAnExpectedTotal() {
    int expected = 2;
    // @start region="expected"
    var parallel = Parallel.of(8).onProgress((done, _) -> log(done + " of " + expected));
    // @end
    var lines = Source.of(List.of("a", "bb").iterator());
    assertEquals(2, parallel.map(lines, this::length).size());
    assertEquals(List.of("1 of 2", "2 of 2"), saved);
  }
}
