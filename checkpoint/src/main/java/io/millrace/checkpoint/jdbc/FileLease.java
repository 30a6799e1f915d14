package io.millrace.checkpoint.jdbc;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.millrace.base.Visible;
import io.millrace.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Holds a checkpoint's file for this process alone, by an operating system's lock on the file beside it, which says
 * who holds it. The lock ends with the process, however that ends.
 *
 * <p>Such a lock, like SQLite's own, is lost as soon as the process closes any other channel to the same file. So
 * whoever opens one of these files asks {@link #HELD} first, and is in the file's {@link FileGuard} meanwhile.
 */
final class FileLease implements AutoCloseable {
  /**
   * A property of this JVM for each lock file that it has: this and the real path, with the time since when. So other
   * class loaders, which have a class of this name of their own, see it as well. Each is set and cleared in its guard.
   */
  private static final String HELD = "io.millrace.checkpoint.held:";

  /* Who looks whether the lock is held has it for a moment. */
  private static final int TRIES = 10;
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(10);

  private final Path file;
  private final FileChannel channel;

  private FileLease(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Takes the lease.
   *
   * @param file the lock file; its directory is a real path
   * @throws CheckpointException if somebody else has it
   */
  static FileLease take(Path file, Object where) throws IOException {
    Optional<Holder> here = here(file);
    if (here.isPresent()) {
      throw refusal(where, here.get());
    }
    for (int left = TRIES; left > 0; left--) {
      FileChannel channel =
          FileChannel.open(file, Set.of(CREATE, READ, WRITE, NOFOLLOW_LINKS), Modes.ofNew(file));
      try {
        FileLock lock = tryLock(channel, false);
        if (lock != null) {
          Holder self = self(Instant.now());
          write(channel, self);
          System.setProperty(HELD + file, self.since().toString());
          return new FileLease(file, channel);
        }
        if (left == 1) {
          throw refusal(where, holder(channel));
        }
        channel.close();
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
      LockSupport.parkNanos(PAUSE);
    }
    throw new AssertionError();
  }

  private static Optional<Holder> here(Path file) {
    return Optional.ofNullable(System.getProperty(HELD + file))
        .map(since -> self(Instant.parse(since)));
  }

  private static Holder self(Instant since) {
    return new Holder(ProcessHandle.current().pid(), Host.name(), since);
  }

  /* Null if somebody has it, also something else in this process. */
  private static @Nullable FileLock tryLock(FileChannel channel, boolean isShared)
      throws IOException {
    try {
      return channel.tryLock(0, Long.MAX_VALUE, isShared);
    } catch (OverlappingFileLockException here) {
      return null;
    }
  }

  static CheckpointException refusal(Object where, Holder holder) {
    return new CheckpointException(
        where
            + " is in use by another run: "
            + Visible.of(holder.toString())
            + ". Nothing was changed. Wait for that run or end it, or use another checkpoint");
  }

  /** Who has the lease, if anybody has. */
  static Optional<Holder> holder(Path file) throws IOException {
    Optional<Holder> here = here(file);
    if (here.isPresent()) {
      return here;
    }
    if (!Files.exists(file, NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try (FileChannel channel = FileChannel.open(file, READ, NOFOLLOW_LINKS)) {
      FileLock lock = tryLock(channel, true);
      return lock == null ? Optional.of(holder(channel)) : Optional.empty();
    }
  }

  /** Whether this process has it. */
  static boolean isHeldHere(Path file) {
    return System.getProperty(HELD + file) != null;
  }

  private static void write(FileChannel channel, Holder holder) throws IOException {
    String text = holder.pid() + "\n" + holder.host() + "\n" + holder.since() + "\n";
    channel.truncate(0);
    channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
  }

  /* Waits a moment for a holder that has the lock and has not yet said who it is. */
  private static Holder holder(FileChannel channel) throws IOException {
    for (int left = TRIES; left > 0; left--) {
      ByteBuffer bytes = ByteBuffer.allocate(1_024);
      channel.read(bytes, 0);
      String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
      List<String> lines = text.lines().toList();
      if (lines.size() == 3 && text.endsWith("\n")) {
        try {
          return new Holder(
              Long.parseLong(lines.get(0)), lines.get(1), Instant.parse(lines.get(2)));
        } catch (NumberFormatException | DateTimeParseException notOurs) {
          break;
        }
      }
      LockSupport.parkNanos(PAUSE);
    }
    return new Holder(0, "an unknown host", Instant.EPOCH);
  }

  @Override
  public void close() throws IOException {
    try (FileGuard _ = FileGuard.enter(file)) {
      try {
        channel.close();
      } finally {
        System.clearProperty(HELD + file); // the lock is gone, or goes with the process
      }
    }
  }
}
