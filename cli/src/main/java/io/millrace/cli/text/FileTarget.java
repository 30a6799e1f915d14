package io.millrace.cli.text;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A file that only its owner can read: answers may hold secrets. If a write fails, what it wrote of
 * a line is cut off again.
 *
 * @param isRegular whether it is a file, and not a device or a pipe
 */
public record FileTarget(FileChannel channel, boolean isRegular) implements Output.Target {
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> PRIVATE_FOLDER =
      PosixFilePermissions.fromString("rwx------");

  /** What else than a regular file can be replaced: the command's own streams, and devices that keep nothing. */
  private static final Pattern STREAM =
      Pattern.compile("/dev/(null|full|tty|stdout|stderr|fd/\\d+)|/proc/self/fd/\\d+");

  /**
   * What is to be said of a directory into which others can look: that of somebody is not changed. Empty if it is for its owner
   * only, as one that was made here, or lies in one that is, or if that cannot be told.
   *
   * @param option that names it
   */
  public static Optional<String> openToOthers(String option, Path directory) {
    try {
      String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(directory));
      for (Path each = directory.toRealPath(); each != null; each = each.getParent()) {
        if (PosixFilePermissions.toString(Files.getPosixFilePermissions(each)).endsWith("------")) {
          return Optional.empty();
        }
      }
      return Optional.of(
          "others can look into "
              + option
              + " '"
              + directory
              + "' ("
              + mode
              + "): only you can read its files, but all see their names; 'chmod 700' ends that");
    } catch (IOException | UnsupportedOperationException untold) {
      return Optional.empty();
    }
  }

  /**
   * Makes the file; one that is there is an error.
   *
   * @throws java.nio.file.FileAlreadyExistsException if there is such a file
   */
  public static FileTarget create(Path path) throws IOException {
    Set<OpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    return new FileTarget(FileChannel.open(path, options, attributes(PRIVATE)), true);
  }

  /**
   * Makes the file, or replaces the content of one that is there. A link is followed, as curl and others do.
   *
   * @throws IOException also if somebody else could read what is written: if the file has another owner, or is a pipe
   *     or a device that is not well known
   */
  public static FileTarget replace(Path path) throws IOException {
    if (!Files.exists(path)) {
      return create(path);
    }
    boolean isRegular = Files.isRegularFile(path);
    if (isRegular) {
      requireOwn(path);
    }
    if (!isRegular && !STREAM.matcher(path.toString()).matches()) {
      throw new IOException("it is no regular file, but a pipe, a device or a directory");
    }
    FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE);
    try {
      if (isRegular) {
        makePrivate(path);
        channel.truncate(0);
      }
      return new FileTarget(channel, isRegular);
    } catch (IOException error) {
      channel.close();
      throw error;
    }
  }

  /** Refuses a file of another user. */
  public static void requireOwn(Path path) throws IOException {
    if (isPosix() && !Files.getAttribute(path, "unix:uid").equals(ownId())) {
      throw new IOException("it belongs to another user, who could read what is written");
    }
  }

  /** From now on only its owner can read it. */
  public static void makePrivate(Path path) throws IOException {
    if (isPosix()) {
      Files.setPosixFilePermissions(path, PRIVATE);
    }
  }

  /** Makes a folder that only its owner can read, unless there is a folder of this name. */
  public static void makeFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectory(folder, attributes(PRIVATE_FOLDER));
    }
  }

  /** Why a folder can neither be used nor made. */
  public static String folderReason(IOException error) {
    return switch (error) {
      case NoSuchFileException gone ->
          isAboveThere(gone) ? "no file can be made there" : "the directory above it is not there";
      case FileAlreadyExistsException _ -> "it is no directory; give the name of one, or a new one";
      default -> FileReason.of(error);
    };
  }

  private static boolean isAboveThere(NoSuchFileException gone) {
    Path above = Path.of(gone.getFile()).toAbsolutePath().getParent();
    return above != null && Files.isDirectory(above);
  }

  /**
   * No later than this was the file made, or what stands in it. Its date is what somebody says who may have set it, even to a time
   * to come. When it was last changed in any way is what the system says, where that does. A link is not followed.
   */
  public static Instant made(Path file) throws IOException {
    Instant dated = Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
    if (!file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return dated;
    }
    Object changed = Files.getAttribute(file, "unix:ctime", LinkOption.NOFOLLOW_LINKS);
    return changed instanceof FileTime time && time.toInstant().isBefore(dated)
        ? time.toInstant()
        : dated;
  }

  /** Locks the file until the channel is closed; false if another channel, here or elsewhere, has the lock. */
  public static boolean tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException ofThisProcess) {
      return false;
    }
  }

  private static int ownId() {
    return (int) new UnixSystem().getUid();
  }

  private static FileAttribute<?>[] attributes(Set<PosixFilePermission> permissions) {
    return isPosix()
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
        : new FileAttribute<?>[0];
  }

  private static boolean isPosix() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
  }

  @Override
  public void write(byte[] lines, int count) throws IOException {
    long before = isRegular ? channel.position() : 0;
    ByteBuffer left = ByteBuffer.wrap(lines, 0, count);
    try {
      while (left.hasRemaining()) {
        channel.write(left);
      }
    } catch (IOException error) {
      if (isRegular && channel.isOpen()) {
        channel.truncate(before + wholeLines(lines, left.position()));
      }
      throw error;
    }
  }

  /** How many of the bytes that were written make whole lines. */
  public static int wholeLines(byte[] lines, int written) {
    int end = written;
    while (end > 0 && lines[end - 1] != '\n') {
      end--;
    }
    return end;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
