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
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * A folder with files for each item, {@code NAME.out} and, if anything was printed there, {@code NAME.err}. While a
 * command runs, they have other names. Files are never replaced, but for those of an earlier attempt.
 *
 * @param parts the files of commands that run
 * @param used by the command for something else: no output gets such a name
 * @param key the field that names the files; without one, they are named by number
 * @param since from when on files are those of runs with this checkpoint, which are replaced; empty without one
 */
record OutputFolder(
    Path folder, PartFiles parts, UsedFiles used, Optional<String> key, Optional<Instant> since)
    implements AutoCloseable {
  /* Clocks of file systems tick every few ms. */
  private static final Duration TICK = Duration.ofMillis(20);

  /* What a time in seconds may lack: some file systems and archives have no others, and FAT only even ones. */
  private static final Duration CUT_OFF = Duration.ofSeconds(2);

  /**
   * Makes the folder if it is not there.
   *
   * @param checkpoint when it was made; empty without one
   */
  static OutputFolder open(
      Path folder, UsedFiles used, Optional<String> key, Optional<Instant> checkpoint)
      throws IOException {
    FileTarget.makeFolder(folder);
    PartFiles parts = PartFiles.open(folder);
    // its file system may have another clock
    Duration ahead = Duration.between(Instant.now(), parts.opened());
    return new OutputFolder(
        folder, parts, used, key, checkpoint.map(made -> made.plus(ahead).minus(TICK)));
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
    boolean isRepeated = number > 1;
    boolean replacesOut = isRepeated || isReplaceable(files.out());
    boolean replacesErr = isRepeated || isReplaceable(files.err());
    if (replacesOut) { // what has come into its place since this looked is another's
      Files.deleteIfExists(files.out());
    }
    if (replacesErr) {
      Files.deleteIfExists(files.err());
    }
    discard(item);
    Pair parts = parts(item);
    return new Printing.ToFiles(bytes(parts.out()), bytes(parts.err()));
  }

  /* Whether there is what an earlier run with the checkpoint has left. It came to nothing: else its item would not run again. */
  private boolean isReplaceable(Path file) throws IOException {
    boolean isThere = Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    if (isThere
        && (since.isEmpty()
            || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
            || latest(FileTarget.made(file)).isBefore(since.get()))) {
      throw new FileAlreadyExistsException(file.toString());
    }
    return isThere;
  }

  private static Instant latest(Instant made) {
    boolean isInSeconds = made.truncatedTo(ChronoUnit.SECONDS).equals(made);
    return isInSeconds ? made.plus(CUT_OFF) : made;
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
    boolean isKept = since.isPresent() && ending.isSuccess();
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
