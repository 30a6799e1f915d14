package io.millrace.checkpoint.jdbc;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.millrace.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The files of a checkpoint. Callers are in the {@link FileGuard} of the file, except of {@link #of} and
 * {@link #lock}.
 *
 * @param main the SQLite file; its directory is a real path
 */
record SqliteFiles(Path main) {
  private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADER = 100;
  private static final int PAGE_SIZE = 16;
  private static final int PAGES = 28;
  private static final int USER_VERSION = 60;
  private static final int APPLICATION_ID = 68;

  static SqliteFiles of(Path file) throws IOException {
    Path absolute = file.toAbsolutePath();
    Path directory = Objects.requireNonNull(absolute.getParent()).toRealPath();
    return new SqliteFiles(directory.resolve(Objects.requireNonNull(absolute.getFileName())));
  }

  private Path beside(String suffix) {
    return main.resolveSibling(main.getFileName() + suffix);
  }

  /** Says who has the checkpoint. */
  Path lock() {
    return beside(".lock");
  }

  /** What was written last, until it is moved to the main file. */
  Path log() {
    return beside("-wal");
  }

  /** An index of the log, for those who have the file open. */
  Path shared() {
    return beside("-shm");
  }

  /** A file that is being made. */
  Path unfinished() {
    return beside(".new");
  }

  boolean hasLog() throws IOException {
    return logged().map(BasicFileAttributes::size).orElse(0L) > 0;
  }

  /**
   * Whether there is a log with a whole transaction, as its frames say. SQLite deletes another one when it closes a
   * connection that takes no locks, though a run may be writing it.
   */
  boolean hasTransaction() throws IOException {
    return SqliteLog.hasTransaction(log());
  }

  long bytes() throws IOException {
    return Files.size(main) + logged().map(BasicFileAttributes::size).orElse(0L);
  }

  /* In one look: a run that ends at this moment takes its log away. */
  private Optional<BasicFileAttributes> logged() throws IOException {
    try {
      return Optional.of(Files.readAttributes(log(), BasicFileAttributes.class, NOFOLLOW_LINKS));
    } catch (NoSuchFileException gone) {
      return Optional.empty();
    }
  }

  /** Which files lie at the paths of the main file and the log; there have to be both. */
  String identity() throws IOException {
    return identity(main) + " " + identity(log());
  }

  private static String identity(Path file) throws IOException {
    return String.valueOf(
        Files.readAttributes(file, BasicFileAttributes.class, NOFOLLOW_LINKS).fileKey());
  }

  /** Changes whenever something is written. */
  String state(Optional<Holder> holder) throws IOException {
    return holder
        + " "
        + Files.size(main)
        + " "
        + Files.getLastModifiedTime(main)
        + " "
        + logged()
            .filter(log -> log.size() > 0)
            .map(log -> log.size() + " " + log.lastModifiedTime())
            .orElse("");
  }

  void requireThere() throws IOException {
    if (!Files.exists(main, NOFOLLOW_LINKS)) {
      throw new NoSuchFileException(main.toString(), null, "there is no checkpoint");
    }
  }

  /** Refuses what cannot be a checkpoint, or should not be touched. Reads the header only, if there is a file. */
  void requireUsable() throws IOException {
    for (Path file : List.of(main, lock(), log(), shared(), unfinished())) {
      requireRegular(file);
    }
    if (Files.exists(main, NOFOLLOW_LINKS)) {
      requireOneName(main);
      if (!FileLease.isHeldHere(lock())) {
        requireHeader();
      }
    } else if (hasLog()) {
      throw refused(
          log(),
          "is there, but " + main + ", which it belongs to, is not",
          "Put that back, or delete this one");
    }
  }

  /* In one look: a run that ends at this moment takes its log away. */
  private static void requireRegular(Path file) throws IOException {
    BasicFileAttributes seen;
    try {
      seen = Files.readAttributes(file, BasicFileAttributes.class, NOFOLLOW_LINKS);
    } catch (NoSuchFileException none) {
      return;
    }
    if (seen.isSymbolicLink()) {
      throw refused(file, "is a symbolic link", "Give the path that it leads to");
    }
    if (!seen.isRegularFile()) {
      throw refused(file, "is no regular file", "Use another path");
    }
  }

  /* By another name it has another log and another lock, so two runs could have it at once. */
  private static void requireOneName(Path file) throws IOException {
    if (file.getFileSystem().supportedFileAttributeViews().contains("unix")
        && (int) Files.getAttribute(file, "unix:nlink", NOFOLLOW_LINKS) > 1) {
      throw refused(
          file,
          "has another name as well, by a hard link",
          "Put a copy in its place, or delete the other name");
    }
  }

  private void requireHeader() throws IOException {
    if (Files.size(main) == 0) {
      throw refused(
          main, "is empty", "It was cut short, or something else made it: delete it to begin anew");
    }
    ByteBuffer header = header();
    if (!header.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))
        || header.getInt(APPLICATION_ID) != Schema.APPLICATION) {
      throw refused(main, "is no checkpoint", "Something else made it: use another path");
    }
    if (header.getInt(USER_VERSION) > Schema.FORMAT) {
      throw Meta.newer(main, header.getInt(USER_VERSION));
    }
  }

  /** Refuses a file that is shorter than its header says. No run has the file: its end makes it longer. */
  void requireWhole() throws IOException, DamageException {
    long size = Files.size(main);
    ByteBuffer header = header();
    long expected = (long) SqliteCreation.PAGE_SIZE * header.getInt(PAGES);
    if (header.getInt(USER_VERSION) != Schema.FORMAT
        || header.getShort(PAGE_SIZE) != SqliteCreation.PAGE_SIZE
        || (size < expected && !hasLog())) {
      throw new DamageException(
          "its header does not fit its " + size + " bytes; it may have been cut short");
    }
  }

  /* Not while this process has the file open in SQLite, whose locks would be lost when this channel is closed. */
  private ByteBuffer header() throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER);
    try (FileChannel channel = FileChannel.open(main, StandardOpenOption.READ, NOFOLLOW_LINKS)) {
      channel.read(header);
    }
    return header.rewind();
  }

  private static CheckpointException refused(Path file, String why, String advice) {
    return new CheckpointException(file + " " + why + ". Nothing was changed. " + advice);
  }
}
