package io.millrace.cli.run;

import io.millrace.cli.process.Sink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a command has printed. The first bytes are kept in memory, further ones in a file that nobody else can open;
 * bytes beyond a limit are only counted. Used by one thread at a time.
 */
final class Captured implements Sink, AutoCloseable {
  /** So many files the two streams of a command may need. */
  static final int MOST_FILES = 2;

  private static final byte[] NOTHING = {};
  private static final int FIRST_ROOM = 1 << 8;

  private final int mostInMemory;
  private final long most;
  private byte[] memory = NOTHING;
  private int inMemory;
  private long kept;
  private long total;
  private @Nullable Overflow overflow;

  /**
   * Keeps nothing yet.
   *
   * @param most what is kept at all, in bytes
   */
  Captured(int mostInMemory, long most) {
    this.mostInMemory = (int) Math.min(mostInMemory, most);
    this.most = most;
  }

  /** What was kept before. */
  static Captured of(byte[] kept, long total) {
    Captured captured = new Captured(kept.length, kept.length);
    captured.memory = kept;
    captured.inMemory = kept.length;
    captured.kept = kept.length;
    captured.total = total;
    return captured;
  }

  /** How many bytes were printed. */
  long total() {
    return total;
  }

  /** How many of them are kept. */
  long kept() {
    return kept;
  }

  @Override
  public void write(ByteBuffer bytes) throws IOException {
    total += bytes.remaining();
    ByteBuffer wanted = bytes.slice(0, (int) Math.min(bytes.remaining(), most - kept));
    kept += wanted.remaining();
    int direct = Math.min(wanted.remaining(), mostInMemory - inMemory);
    if (direct > 0) {
      if (inMemory + direct > memory.length) {
        int room = Math.max(FIRST_ROOM, Math.min(mostInMemory, 2 * (inMemory + direct)));
        memory = Arrays.copyOf(memory, Math.max(room, inMemory + direct));
      }
      wanted.get(memory, inMemory, direct);
      inMemory += direct;
    }
    if (wanted.hasRemaining()) {
      overflow().write(wanted);
    }
  }

  private Overflow overflow() throws IOException {
    if (overflow == null) {
      overflow = Overflow.create();
    }
    return overflow;
  }

  /** Something that takes bytes, and does not keep their array. */
  @FunctionalInterface
  interface Taking {
    /** Takes the first ones of an array. */
    void take(byte[] bytes, int count) throws IOException;
  }

  /** Hands on what is kept. */
  void copyTo(Taking taking) throws IOException {
    if (inMemory > 0) {
      taking.take(memory, inMemory);
    }
    if (overflow != null) {
      overflow.copyTo(taking);
    }
  }

  @Override
  public void close() {
    if (overflow != null) {
      try {
        overflow.close();
      } catch (IOException notRemoved) {
        throw new UncheckedIOException(notRemoved);
      }
    }
  }
}
