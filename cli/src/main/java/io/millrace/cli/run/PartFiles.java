package io.millrace.cli.run;

import io.millrace.cli.text.FileTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The files of commands that run. Their names begin with that of their run, so that several runs can have one folder. A run
 * has a lock as long as it lives: files of one without are left over from a run that was killed, and the next one removes
 * them. Thread-safe.
 *
 * @param prefix of the names, {@code .millrace-} and what no other run has
 * @param lock held until this is closed
 */
record PartFiles(Path folder, String prefix, FileChannel lock) implements AutoCloseable {
  private static final String START = ".millrace-";
  private static final String LOCK = ".lock";
  private static final String PART = ".part";

  /** Whether a file of this name may be removed. */
  static boolean isOurs(String name) {
    return name.startsWith(START) && (name.endsWith(LOCK) || name.endsWith(PART));
  }

  /** Takes a name that no other run has, and removes what killed ones have left. */
  static PartFiles open(Path folder) throws IOException {
    removeLeftOvers(folder);
    while (true) {
      String prefix = START + UUID.randomUUID();
      Path file = folder.resolve(prefix + LOCK);
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      // another run may have taken the file for a left-over, before it was locked
      if (FileTarget.tryLock(channel) && Files.exists(file)) {
        return new PartFiles(folder, prefix, channel);
      }
      channel.close();
    }
  }

  /* The folder may have files of others: only regular ones are opened, and what cannot be opened or removed stays. */
  private static void removeLeftOvers(Path folder) throws IOException {
    for (Path lock : files(folder, START, LOCK)) {
      try (FileChannel channel =
          FileChannel.open(
              lock,
              StandardOpenOption.READ, // with both, a pipe that took its place does not block
              StandardOpenOption.WRITE,
              LinkOption.NOFOLLOW_LINKS)) {
        if (FileTarget.tryLock(channel)) {
          remove(folder, lock);
        }
      } catch (FileSystemException notOurs) {
        // or ended while this looked
      }
    }
  }

  private static void remove(Path folder, Path lock) throws IOException {
    String name = lock.getFileName().toString();
    String prefix = name.substring(0, name.length() - LOCK.length());
    for (Path part : files(folder, prefix + "-", PART)) {
      Files.deleteIfExists(part);
    }
    Files.deleteIfExists(lock);
  }

  private static List<Path> files(Path folder, String start, String end) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(
              file -> {
                String name = file.getFileName().toString();
                return name.startsWith(start)
                    && name.endsWith(end)
                    && name.length() > start.length() + end.length()
                    && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
              })
          .toList();
    } catch (UncheckedIOException unreadable) {
      throw new IOException(unreadable.getMessage(), unreadable);
    }
  }

  /** When it was opened, by the clock of the file system. */
  Instant opened() throws IOException {
    return FileTarget.made(folder.resolve(prefix + LOCK));
  }

  /** The file of an item, where it has this end. */
  Path of(Item item, String end) {
    return folder.resolve(prefix + "-" + item.number() + end + PART);
  }

  /**
   * Gives a file its name, and never replaces another one.
   *
   * @throws FileAlreadyExistsException if there is one of that name
   * @throws NoSuchFileException if the file is gone
   */
  static void rename(Path part, Path name) throws IOException {
    try {
      Files.createLink(name, part);
      Files.delete(part);
    } catch (FileAlreadyExistsException taken) {
      throw new FileAlreadyExistsException(name.toString()); // without the name of the part
    } catch (NoSuchFileException removed) {
      throw removed;
    } catch (IOException | UnsupportedOperationException noLinks) {
      Files.createFile(name); // nobody else can do that now
      Files.move(part, name, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(folder.resolve(prefix + LOCK));
    lock.close();
  }
}
