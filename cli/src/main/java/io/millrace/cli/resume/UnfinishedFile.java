package io.millrace.cli.resume;

import io.millrace.cli.text.FileTarget;
import io.millrace.cli.text.Output;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/**
 * An output that comes into being when it is whole: until then it is written beside it. What an earlier run left there is
 * replaced.
 *
 * @param path where it belongs
 * @param beside where it is written
 * @param mayReplace whether there may be a file already when it is whole
 */
public record UnfinishedFile(Path path, Path beside, boolean mayReplace, FileTarget target)
    implements Output.Target {
  private static final String SUFFIX = ".unfinished";

  /**
   * Begins one.
   *
   * @param force whether it may replace a file of this user; a link is followed
   * @throws FileAlreadyExistsException if there is one, and it may not
   * @throws IOException also if another run writes there at this time
   */
  public static Output.Target begin(Path path, boolean force) throws IOException {
    if (!force && Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(path.toString());
    }
    if (Files.exists(path)) {
      if (!Files.isRegularFile(path)) {
        return FileTarget.replace(path);
      }
      FileTarget.requireOwn(path);
    }
    Path whole = Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
    Path beside = whole.resolveSibling(Objects.requireNonNull(whole.getFileName()) + SUFFIX);
    return new UnfinishedFile(whole, beside, force, open(beside));
  }

  private static FileTarget open(Path beside) throws IOException {
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
                FileChannel.open(beside, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                true),
            beside);
    FileTarget.makePrivate(beside);
    target.channel().truncate(0);
    return target;
  }

  /* Those who were killed hold no lock any longer. */
  private static FileTarget locked(FileTarget target, Path beside) throws IOException {
    FileLock lock = target.channel().tryLock();
    if (lock == null) {
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
    Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void close() throws IOException {
    target.close();
  }
}
