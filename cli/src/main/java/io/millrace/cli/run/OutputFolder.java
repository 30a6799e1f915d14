package io.millrace.cli.run;

import io.millrace.cli.process.ProgramEnd;
import io.millrace.cli.process.Programs.Printing;
import io.millrace.cli.resume.GivenKey;
import io.millrace.cli.text.FileTarget;
import io.millrace.cli.text.SafeName;
import io.millrace.cli.text.Uninterrupted;
import io.millrace.cli.text.UsedFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A folder with files for each item, {@code NAME.out} and, if anything was printed there, {@code NAME.err}. While a
 * command runs, they have other names. Files are never replaced, but for those of an earlier attempt.
 *
 * @param parts the files of commands that run
 * @param used by the command for something else: no output gets such a name
 * @param key the field that names the files; without one, they are named by number
 * @param taken what is done with files that are there already
 */
record OutputFolder(Path folder, PartFiles parts, UsedFiles used, Optional<String> key, Taken taken)
    implements AutoCloseable {
  /** Files that are there already. */
  enum Taken {
    /** The item fails. */
    KEPT,
    /** They are of an attempt that a checkpoint knows to have come to nothing. */
    REPLACED
  }

  /** Makes the folder if it is not there. */
  static OutputFolder open(Path folder, UsedFiles used, Optional<String> key, Taken taken)
      throws IOException {
    FileTarget.makeFolder(folder);
    return new OutputFolder(folder, PartFiles.open(folder), used, key, taken);
  }

  /** The two files of an item. */
  record Pair(Path out, Path err) {}

  private Pair parts(Item item) {
    return new Pair(parts.of(item, ".out"), parts.of(item, ".err"));
  }

  Pair files(Item item) {
    String name =
        key.map(field -> SafeName.of(GivenKey.withoutUser(item.field(field))))
            .orElse(Long.toString(item.number()));
    return new Pair(folder.resolve(name + ".out"), folder.resolve(name + ".err"));
  }

  /**
   * Where a command writes.
   *
   * @param number which attempt it is, from 1: another one replaces what the one before it has left
   * @throws MalformedItemException if it would write what the command uses for something else
   */
  Printing.ToFiles begin(Item item, int number) throws IOException {
    Pair files = files(item);
    requireUnused(files.out());
    requireUnused(files.err());
    if (taken == Taken.REPLACED || number > 1) {
      Files.deleteIfExists(files.out());
      Files.deleteIfExists(files.err());
    } else if (Files.exists(files.out()) || Files.exists(files.err())) {
      throw new FileAlreadyExistsException(files.out().toString());
    }
    discard(item);
    Pair parts = parts(item);
    return new Printing.ToFiles(bytes(parts.out()), bytes(parts.err()));
  }

  private void requireUnused(Path file) {
    Optional<String> user = used.user(file);
    if (user.isPresent()) {
      throw new MalformedItemException(
          "its output '" + file.getFileName() + "' is also " + user.get(),
          "its output is also " + user.get());
    }
  }

  /**
   * The command has ended. If it was started, its files are there.
   *
   * @throws NoSuchFileException if somebody has removed one
   */
  void end(Item item, ProgramEnd ending) throws IOException {
    Pair parts = parts(item);
    Pair files = files(item);
    if (ending instanceof ProgramEnd.NotStarted && Files.notExists(parts.out())) {
      return;
    }
    boolean isQuiet =
        (ending instanceof ProgramEnd.NotStarted && Files.notExists(parts.err()))
            || Files.size(parts.err()) == 0;
    // a success is not repeated: its files are on the disk before the checkpoint has it
    boolean isKept = taken == Taken.REPLACED && ending.isSuccess();
    if (isKept) {
      force(parts.out(), StandardOpenOption.WRITE);
      force(parts.err(), StandardOpenOption.WRITE);
    }
    PartFiles.rename(parts.out(), files.out());
    if (!isQuiet) {
      PartFiles.rename(parts.err(), files.err());
    }
    if (isKept) {
      force(folder, StandardOpenOption.READ);
    }
  }

  private static void force(Path file, StandardOpenOption how) throws IOException {
    var _ =
        Uninterrupted.call(
            () -> {
              try (FileChannel channel = FileChannel.open(file, how)) {
                channel.force(true);
                return true;
              }
            });
  }

  /** Whether what an earlier run has written for an item is still there. */
  boolean has(Item item) {
    return Files.isRegularFile(files(item).out(), LinkOption.NOFOLLOW_LINKS);
  }

  /** The command was cut off, or is tried again. */
  void discard(Item item) throws IOException {
    Pair parts = parts(item);
    Files.deleteIfExists(parts.out());
    Files.deleteIfExists(parts.err());
  }

  @Override
  public void close() throws IOException {
    parts.close();
  }

  private static byte[] bytes(Path path) {
    return path.toString().getBytes(Charset.forName(System.getProperty("sun.jnu.encoding")));
  }
}
