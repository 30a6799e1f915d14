package io.millrace.cli.resume;

import io.millrace.cli.text.FileReason;
import io.millrace.cli.text.FileTarget;
import io.millrace.cli.text.Output;
import io.millrace.cli.text.UsedFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A file that appears only when it is whole. Until then its content is in a file beside it, under a name that only
 * such runs use. A run may take what an earlier run has left there.
 *
 * @param path where it belongs
 * @param beside where it is written
 * @param mayReplace whether there may be a file already when it is whole
 */
public record UnfinishedFile(Path path, Path beside, boolean mayReplace, FileTarget target)
    implements Output.Target {
  private static final String SUFFIX = ".unfinished";
  private static final int PART = 1 << 13;

  /** What is done with what an earlier run has left. */
  public enum Left {
    REPLACED,
    /** More is written behind its last whole line. */
    KEPT
  }

  /**
   * Begins one.
   *
   * @param force whether it may replace a file of this user; a link is followed
   * @throws FileAlreadyExistsException if there is one, and it may not
   * @throws IOException also if another run writes there at this time
   */
  public static Output.Target begin(Path path, boolean force, Left left) throws IOException {
    if (!force && Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(path.toString());
    }
    if (Files.exists(path)) {
      if (!Files.isRegularFile(path)) {
        return FileTarget.replace(path);
      }
      FileTarget.requireOwn(path);
    }
    Path whole = whole(path);
    Path beside = beside(whole);
    return new UnfinishedFile(whole, beside, force, open(beside, left));
  }

  private static Path whole(Path path) throws IOException {
    return Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
  }

  private static Path beside(Path whole) {
    return whole.resolveSibling(Objects.requireNonNull(whole.getFileName()) + SUFFIX);
  }

  /** Where it is as long as it is not whole; empty if there is nothing. */
  public static Optional<Path> of(Path path) {
    return place(path).filter(Files::isRegularFile);
  }

  /** Which of these files are not whole yet, and where they are, in a line; empty if there are none. */
  public static Optional<String> told(Stream<Path> files) {
    String names =
        files
            .flatMap(file -> of(file).stream())
            .map(file -> "'" + file.getFileName() + "'")
            .collect(Collectors.joining(", "));
    return names.isEmpty() ? Optional.empty() : Optional.of("  written so far: " + names);
  }

  /** What a run writes that makes it. */
  public static void addTo(UsedFiles files, String option, Path path) {
    String what = option + " '" + path + "'";
    files.writes(what, path);
    if (!Files.exists(path) || Files.isRegularFile(path)) {
      place(path)
          .ifPresent(
              place ->
                  files.writes(what + " (written first as '" + place.getFileName() + "')", place));
    }
  }

  private static Optional<Path> place(Path path) {
    try {
      return Optional.of(beside(whole(path)));
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }

  private static FileTarget open(Path beside, Left left) throws IOException {
    if (!Files.exists(beside, LinkOption.NOFOLLOW_LINKS)) {
      return locked(FileTarget.create(beside), beside);
    }
    if (!Files.isRegularFile(beside, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(
          "'" + beside + "', where it would be written first, is not a regular file");
    }
    FileTarget.requireOwn(beside);
    FileTarget target =
        locked(
            new FileTarget(
                FileChannel.open(
                    beside,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS),
                true),
            beside);
    FileTarget.makePrivate(beside);
    long kept = left == Left.KEPT ? wholeLines(target.channel()) : 0;
    target.channel().truncate(kept).position(kept);
    return target;
  }

  /* Up to the end of the last whole line: a kill may have left a part of one behind it. */
  private static long wholeLines(FileChannel channel) throws IOException {
    byte[] part = new byte[PART];
    for (long end = channel.size(); end > 0; end -= Math.min(end, PART)) {
      long from = Math.max(0, end - PART);
      int count = channel.read(ByteBuffer.wrap(part, 0, (int) (end - from)), from);
      int whole = FileTarget.wholeLines(part, Math.max(0, count));
      if (whole > 0) {
        return from + whole;
      }
    }
    return 0;
  }

  /* Those who were killed hold no lock any longer. */
  private static FileTarget locked(FileTarget target, Path beside) throws IOException {
    if (!FileTarget.tryLock(target.channel())) {
      target.close();
      throw new IOException("another run writes to '" + beside + "'");
    }
    return target;
  }

  @Override
  public void write(byte[] lines, int count) throws IOException {
    target.write(lines, count);
  }

  /** All is written: it takes its place at once. */
  @Override
  public void complete() throws IOException {
    target.channel().force(true);
    if (!mayReplace && Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(
          "'"
              + path
              + "' has come into being meanwhile; what belongs there is in '"
              + beside
              + "'");
    }
    try {
      Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (FileSystemException error) {
      throw new IOException(
          "'" + beside + "' cannot be moved to '" + path + "': " + FileReason.of(error), error);
    }
  }

  @Override
  public void close() throws IOException {
    target.close();
  }
}
