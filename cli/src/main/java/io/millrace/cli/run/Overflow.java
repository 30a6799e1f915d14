package io.millrace.cli.run;

import io.millrace.cli.run.Captured.Taking;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What finds no room in memory, in a file that nobody else can open. It is no channel, which an interrupt of the thread
 * that writes would close: what it has survives the end of its command, whatever ends it. Used by one thread at a time.
 */
final class Overflow implements AutoCloseable {
  private static final int PART = 1 << 16;

  private final RandomAccessFile file;

  private Overflow(RandomAccessFile file) {
    this.file = file;
  }

  static Overflow create() throws IOException {
    Path path = Files.createTempFile(folder(), "millrace", null);
    try {
      return new Overflow(new RandomAccessFile(path.toFile(), "rw"));
    } finally {
      Files.delete(path); // it is there until it is closed, whatever happens to this process
    }
  }

  /** Where temporary files are, as other programs have it: Java does not look at the variable. */
  static Path folder() {
    String given = System.getenv("TMPDIR");
    return Path.of(
        given == null || given.isBlank() ? System.getProperty("java.io.tmpdir", "/tmp") : given);
  }

  /** Adds bytes, all of them. */
  void write(ByteBuffer bytes) throws IOException {
    byte[] part = new byte[Math.min(bytes.remaining(), PART)];
    while (bytes.hasRemaining()) {
      int count = Math.min(bytes.remaining(), part.length);
      bytes.get(part, 0, count);
      try {
        file.write(part, 0, count);
      } catch (IOException full) {
        throw new IOException(full.getMessage() + " in " + folder() + " (TMPDIR)", full);
      }
    }
  }

  /** Hands on all of it. */
  void copyTo(Taking taking) throws IOException {
    byte[] part = new byte[PART];
    file.seek(0);
    for (int count = file.read(part); count > 0; count = file.read(part)) {
      taking.take(part, count);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
