package io.millrace.bench.peer;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/** As one would write it by hand: a line of JSON for each result, and a flush to the disk each 5 ms, which hands out what came. */
final class JournalEveryFiveMillis implements Keeper {
  private static final long PAUSE = 5_000_000;

  @Override
  public String name() {
    return "journal5ms";
  }

  @Override
  public Kept measure(Path directory, int items, int concurrency, byte[] value) throws Exception {
    HeldBack held = new HeldBack(items);
    Path file = directory.resolve("run.jsonl");
    long start = System.nanoTime();
    try (Journal journal = new Journal(file, held)) {
      Thread flusher = Thread.ofPlatform().start(() -> flush(journal, items));
      Loops.run(
          items,
          concurrency,
          item -> {
            held.ended(item);
            journal.append(item, value);
          });
      flusher.join();
    }
    double nanos = (double) (System.nanoTime() - start) / items;
    start = System.nanoTime();
    byte[][] back = new byte[items][];
    try (Stream<String> lines = Files.lines(file)) {
      lines.forEach(
          line -> {
            int comma = line.indexOf(',');
            int item = Integer.parseInt(line.substring(8, comma));
            back[item] = Base64.getDecoder().decode(line.substring(comma + 10, line.length() - 2));
          });
    }
    double again = (double) (System.nanoTime() - start) / items;
    for (byte[] each : back) {
      if (each == null || each.length != value.length) {
        throw new IllegalStateException("an item is not there");
      }
    }
    return new Kept(nanos, held.millis(), again);
  }

  private static void flush(Journal journal, int items) {
    try {
      for (int left = items; left > 0; left -= journal.flush()) {
        LockSupport.parkNanos(PAUSE);
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static final class Journal implements AutoCloseable {
    private final FileChannel channel;
    private final OutputStream output;
    private final HeldBack held;
    private final ReentrantLock lock = new ReentrantLock();

    /* Guarded by the lock. */
    private List<Integer> waiting = new ArrayList<>();

    Journal(Path file, HeldBack held) throws IOException {
      channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      output = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
      this.held = held;
    }

    void append(int item, byte[] value) throws IOException {
      String line =
          "{\"item\":%s,\"value\":\"%s\"}\n"
              .formatted(item, Base64.getEncoder().encodeToString(value));
      byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
      lock.lock();
      try {
        output.write(bytes);
        waiting.add(item);
      } finally {
        lock.unlock();
      }
    }

    /** Returns how many results are durable now that were not before. */
    int flush() throws IOException {
      List<Integer> durable;
      lock.lock();
      try {
        output.flush();
        durable = waiting;
        waiting = new ArrayList<>();
      } finally {
        lock.unlock();
      }
      channel.force(false);
      durable.forEach(held::taken);
      return durable.size();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
