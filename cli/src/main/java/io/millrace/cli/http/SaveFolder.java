package io.millrace.cli.http;

import io.millrace.cli.http.InputLine.Label;
import io.millrace.cli.text.FileReason;
import io.millrace.cli.text.FileTarget;
import io.millrace.cli.text.JsonObject;
import io.millrace.cli.text.MalformedInputException;
import io.millrace.cli.text.SafeName;
import io.millrace.cli.text.Uninterrupted;
import io.millrace.cli.text.UsedFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

/**
 * A folder with a file for each answer. While an answer comes, its file has another name; it gets its own when it is whole. No link is
 * followed, and no name leads out of the folder. One run at a time writes there. No interrupt keeps a file from its name, or a
 * line from knowing what it has saved. Thread-safe.
 *
 * @param shown the folder as it was given
 * @param folder where it really is
 * @param used by the command for something else: no answer gets such a name
 * @param lease held until the end
 * @param since from when on files of earlier runs are replaced; empty if none are
 * @param isDurable whether a file is on the disk before its answer counts
 * @param naming held while a name is looked at and then given or taken away: two lines may have the same
 */
record SaveFolder(
    Path shown,
    Path folder,
    UsedFiles used,
    FolderLease lease,
    Optional<Instant> since,
    boolean isDurable,
    ReentrantLock naming)
    implements AutoCloseable {
  /* Not the names of millrace run, which begin with .millrace- */
  private static final String PART = ".millrace.";
  private static final String PART_END = ".part";
  private static final Pattern PART_NAME = Pattern.compile("\\.millrace\\.\\d+\\.part");
  private static final int PIECE = 1 << 16;

  /** An answer cannot be saved. */
  static final class UnsavedException extends IOException {
    private static final long serialVersionUID = 1;
    private static final String START = "--save-dir: ";

    private final String kind;

    UnsavedException(String problem) {
      this(problem, problem);
    }

    private UnsavedException(String problem, String kind) {
      super(START + problem, null);
      this.kind = START + kind;
    }

    /** What is wrong with a file of this name. */
    static UnsavedException of(String name, String problem) {
      return new UnsavedException("'" + name + "' " + problem, "its file " + problem);
    }

    /** The same for all lines that have failed alike. */
    String kind() {
      return kind;
    }
  }

  /**
   * The file that a line has saved, by which it is known again.
   *
   * @param key of the file system; empty if that has none
   */
  record Saved(Optional<Object> key, FileTime modified, long bytes) {
    private static Saved at(Path file) throws IOException {
      BasicFileAttributes is =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return new Saved(Optional.ofNullable(is.fileKey()), is.lastModifiedTime(), is.size());
    }

    private boolean isAt(Path file) {
      try {
        return equals(at(file));
      } catch (IOException goneOrUnreadable) {
        return false;
      }
    }
  }

  /**
   * Takes the folder, and makes it if it is not there. What a run that was killed left half-written is removed.
   *
   * @param force whether files that are older than the run are replaced
   * @param checkpoint with what the run goes on: it replaces what its earlier runs have saved, and not stored
   */
  static SaveFolder open(Path shown, boolean force, Optional<String> checkpoint, UsedFiles used)
      throws IOException {
    FileTarget.makeFolder(shown);
    Path folder = shown.toRealPath();
    FolderLease lease = FolderLease.take(folder, checkpoint);
    try {
      removeParts(folder);
      return new SaveFolder(
          shown,
          folder,
          used,
          lease,
          force ? Optional.of(Instant.MIN) : checkpoint.map(_ -> lease.first()),
          checkpoint.isPresent(),
          new ReentrantLock());
    } catch (IOException unusable) {
      lease.close();
      throw unusable;
    }
  }

  /** Names the files in a folder that are no answers. */
  static void addTo(UsedFiles files, Path shown) {
    files.writes("the lock of --save-dir '" + shown + "'", shown.resolve(FolderLease.NAME));
    files.writesIn(
        "a half-written file of --save-dir '" + shown + "'", shown, PART_NAME.asMatchPredicate());
  }

  private static void removeParts(Path folder) throws IOException {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, SaveFolder::isPart)) {
      for (Path part : left) {
        Files.deleteIfExists(part);
      }
    }
  }

  private static boolean isPart(Path file) {
    return PART_NAME.matcher(file.getFileName().toString()).matches()
        && !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS);
  }

  /** The name of a line's file: what the line is known by, made safe. */
  String nameOf(Label label) {
    return SafeName.of(text(label.key()));
  }

  /* Of a string of JSON, its text. */
  private static String text(String key) {
    if (!key.startsWith("\"")) {
      return key;
    }
    try {
      return JsonObject.elements("[" + key + "]").getFirst().text().orElse(key);
    } catch (MalformedInputException cut) {
      return key;
    }
  }

  /** The path of a file, as people gave the folder. */
  String path(String name) {
    return shown.resolve(name).toString();
  }

  /** Whether a file that an earlier run has saved is still there. */
  boolean has(String name, long bytes) {
    Path file = folder.resolve(name);
    try {
      return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) == bytes;
    } catch (IOException unreadable) {
      return false;
    }
  }

  /**
   * Checks that a line may save a file of this name.
   *
   * @throws UnsavedException if there is one that is not to be replaced, or the command uses it for something else
   */
  void requireFree(String name, LineHistory line) throws UnsavedException {
    Path file = folder.resolve(name);
    Optional<String> user = used.user(file);
    if (user.isPresent()) {
      throw UnsavedException.of(name, "is also " + user.get() + ": give the line another id");
    }
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS) || isOf(line, file)) {
      return;
    }
    Instant made = made(file);
    if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS) || made.isAfter(lease.start())) {
      throw UnsavedException.of(
          name,
          "is the file of another line of this run, or a directory: give the lines different ids; user and password of a URL are no part of them");
    }
    if (since.isEmpty() || made.isBefore(since.get())) {
      throw isThere(name);
    }
  }

  private static boolean isOf(LineHistory line, Path file) {
    return line.saved().isPresent() && line.saved().get().isAt(file);
  }

  private static UnsavedException isThere(String name) {
    return UnsavedException.of(name, "is there already: --force replaces it");
  }

  private static Instant made(Path file) throws UnsavedException {
    try {
      return FileTarget.made(file);
    } catch (IOException unreadable) {
      throw new UnsavedException(FileReason.withName(unreadable));
    }
  }

  /** Where an attempt goes on with what does not wait for the server. */
  @FunctionalInterface
  interface Whole {
    /** The body is whole, and gets its name; not if the attempt has ended. */
    void then(Naming naming) throws IOException, InterruptedException;
  }

  /** Gives a file its name. */
  @FunctionalInterface
  interface Naming {
    void run() throws IOException;
  }

  /**
   * Saves what comes.
   *
   * @param most bytes
   * @param whole called before the file gets its name
   * @return how many bytes came; empty if there are more than these, and nothing was saved
   * @throws UnsavedException if it cannot be written
   */
  OptionalLong save(String name, LineHistory line, InputStream body, long most, Whole whole)
      throws IOException, InterruptedException {
    Path part = folder.resolve(PART + line.sequence() + PART_END);
    try {
      OptionalLong size = write(part, body, most);
      if (size.isPresent()) {
        whole.then(() -> publish(part, name, line));
      }
      return size;
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /** Takes away what a line has saved, as it has failed all the same. What cannot be removed stays its own. */
  void withdraw(String name, LineHistory line) {
    Path file = folder.resolve(name);
    naming.lock();
    try {
      if (isOf(line, file)) {
        Files.delete(file);
        line.savesNothing();
      }
    } catch (IOException stays) {
      // its next attempt replaces it
    } finally {
      naming.unlock();
    }
  }

  private OptionalLong write(Path part, InputStream body, long most) throws IOException {
    try (FileChannel out = local(() -> create(part))) {
      byte[] piece = new byte[PIECE];
      long size = 0;
      for (int count = body.read(piece); count >= 0; count = body.read(piece)) {
        size += count;
        if (size > most) {
          return OptionalLong.empty();
        }
        ByteBuffer left = ByteBuffer.wrap(piece, 0, count);
        local(() -> writeAll(out, left));
      }
      if (isDurable) {
        local(() -> force(out));
      }
      return OptionalLong.of(size);
    }
  }

  private static FileChannel create(Path part) throws IOException {
    Files.deleteIfExists(part);
    return FileTarget.create(part).channel();
  }

  private static boolean writeAll(FileChannel file, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
    return true;
  }

  private static boolean force(FileChannel file) throws IOException {
    file.force(true);
    return true;
  }

  private void publish(Path part, String name, LineHistory line) throws IOException {
    local(() -> named(later(part), name, line));
    if (isDurable) {
      try (FileChannel directory = local(() -> FileChannel.open(folder, StandardOpenOption.READ))) {
        local(() -> force(directory));
      }
    }
  }

  private Saved named(Path part, String name, LineHistory line) throws IOException {
    Path file = folder.resolve(name);
    Saved saved = Saved.at(part);
    naming.lock();
    try {
      requireFree(name, line);
      var _ = since.isPresent() || isOf(line, file) ? moved(part, file) : linked(part, file, line);
    } finally {
      naming.unlock();
    }
    line.saves(saved);
    return saved;
  }

  /* Clocks of file systems tick every few ms: what belongs to this run is younger than its start. */
  private Path later(Path part) throws IOException {
    FileTime least = FileTime.from(lease.start().plusMillis(1));
    return Files.getLastModifiedTime(part).compareTo(least) < 0
        ? Files.setLastModifiedTime(part, least)
        : part;
  }

  private static Path moved(Path part, Path file) throws IOException {
    return Files.move(
        part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /* A link is made only where there is nothing. */
  private Path linked(Path part, Path file, LineHistory line) throws IOException {
    try {
      return Files.createLink(file, part);
    } catch (FileAlreadyExistsException taken) {
      String name = String.valueOf(Objects.requireNonNull(file.getFileName()));
      requireFree(name, line);
      throw isThere(name);
    } catch (FileSystemException | UnsupportedOperationException without) {
      return Files.move(part, file);
    }
  }

  private static <T> T local(Uninterrupted.Step<T> step) throws IOException {
    try {
      return Uninterrupted.call(step);
    } catch (UnsavedException said) {
      throw said;
    } catch (FileSystemException error) {
      throw new UnsavedException("cannot be written: " + FileReason.of(error));
    } catch (IOException error) {
      throw new UnsavedException("cannot be written: " + FileReason.of(error));
    }
  }

  @Override
  public void close() throws IOException {
    lease.close();
  }
}
