package io.millrace.cli.http;

import io.millrace.cli.text.FileTarget;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;

/**
 * The right to write into a folder, which one run has at a time. A file in the folder notes when the runs with a checkpoint were
 * there for the first time. Times are those of the file system, which may have another clock than this machine.
 *
 * @param lock held until the end; no other channel to its file may be closed in this process, as that would release it
 * @param first when a run with this checkpoint was here for the first time; no other one has been here since
 * @param start when this run began
 */
record FolderLease(FileChannel lock, Instant first, Instant start) implements AutoCloseable {
  static final String NAME = ".millrace.lock";
  private static final int LONGEST_NOTE = 1 << 14;

  /**
   * Takes a folder.
   *
   * @throws IOException also if another run has it
   */
  static FolderLease take(Path folder, Optional<String> checkpoint) throws IOException {
    Path file = folder.resolve(NAME);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      FileTarget.create(file).close();
    }
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException("'" + NAME + "' in it is not a regular file: remove it");
    }
    FileChannel lock =
        FileChannel.open(
            file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    try {
      if (!FileTarget.tryLock(lock)) {
        throw new IOException("another run writes there");
      }
      Optional<Instant> noted = checkpoint.flatMap(place -> noted(text(lock), place));
      write(lock, "\n");
      Instant first = noted.isPresent() ? noted.get() : time(file);
      write(lock, first + "\n" + checkpoint.orElse("") + "\n");
      return new FolderLease(lock, first, time(file));
    } catch (IOException unusable) {
      lock.close();
      throw unusable;
    }
  }

  private static String text(FileChannel lock) {
    try {
      ByteBuffer note = ByteBuffer.allocate((int) Math.min(lock.size(), LONGEST_NOTE));
      var _ = lock.read(note, 0);
      return StandardCharsets.UTF_8.decode(note.flip()).toString();
    } catch (IOException unreadable) {
      return "";
    }
  }

  private static Optional<Instant> noted(String note, String checkpoint) {
    List<String> lines = note.lines().toList();
    try {
      return lines.size() == 2 && lines.get(1).equals(checkpoint)
          ? Optional.of(Instant.parse(lines.getFirst()))
          : Optional.empty();
    } catch (DateTimeParseException otherwise) {
      return Optional.empty();
    }
  }

  private static void write(FileChannel lock, String note) throws IOException {
    lock.truncate(0);
    lock.write(ByteBuffer.wrap(note.getBytes(StandardCharsets.UTF_8)), 0);
  }

  private static Instant time(Path file) throws IOException {
    return Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
