package io.millrace.cli.run;

import io.millrace.cli.process.Ending;
import io.millrace.cli.process.Programs.Printing;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A folder with files for each item, {@code NAME.out} and, if anything was printed there, {@code NAME.err}. While a
 * command runs, they have other names. Files are never replaced, but for those of an earlier attempt.
 *
 * @param parts the files of commands that run
 * @param key the field that names the files; without one, they are named by number
 * @param taken what is done with files that are there already
 */
record OutputFolder(Path folder, PartFiles parts, Optional<String> key, Taken taken)
    implements AutoCloseable {
  private static final int LONGEST_NAME = 200;
  private static final int HASH = 16;

  /** Files that are there already. */
  enum Taken {
    /** The item fails. */
    KEPT,
    /** They are of an attempt that a checkpoint knows to have come to nothing. */
    REPLACED
  }

  /** Makes the folder if it is not there. */
  static OutputFolder open(Path folder, Optional<String> key, Taken taken) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    return new OutputFolder(folder, PartFiles.open(folder), key, taken);
  }

  /** The two files of an item. */
  record Pair(Path out, Path err) {}

  private Pair parts(Item item) {
    return new Pair(parts.of(item, ".out"), parts.of(item, ".err"));
  }

  Pair files(Item item) {
    String name = key.map(field -> safe(item.field(field))).orElse(Long.toString(item.number()));
    return new Pair(folder.resolve(name + ".out"), folder.resolve(name + ".err"));
  }

  /**
   * Where a command writes.
   *
   * @param number which attempt it is, from 1: another one replaces what the one before it has left
   */
  Printing.ToFiles begin(Item item, int number) throws IOException {
    Pair files = files(item);
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

  /**
   * The command has ended. If it was started, its files are there.
   *
   * @throws NoSuchFileException if somebody has removed one
   */
  void end(Item item, Ending ending) throws IOException {
    Pair parts = parts(item);
    Pair files = files(item);
    if (ending instanceof Ending.NotStarted && Files.notExists(parts.out())) {
      return;
    }
    boolean isQuiet =
        (ending instanceof Ending.NotStarted && Files.notExists(parts.err()))
            || Files.size(parts.err()) == 0;
    PartFiles.rename(parts.out(), files.out());
    if (!isQuiet) {
      PartFiles.rename(parts.err(), files.err());
    }
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

  /** A name for any bytes, another one for others: what is no letter or digit is encoded, as in URLs. */
  static String safe(byte[] key) {
    StringBuilder name = new StringBuilder();
    for (byte each : key) {
      boolean isDot = each == '.' && !name.isEmpty();
      boolean isSafe =
          isDot
              || each == '-'
              || each == '_'
              || (each >= '0' && each <= '9')
              || (each >= 'a' && each <= 'z')
              || (each >= 'A' && each <= 'Z');
      if (isSafe) {
        name.append((char) each);
      } else {
        name.append('%').append(HexFormat.of().withUpperCase().toHexDigits(each));
      }
    }
    if (name.isEmpty()) {
      return "%";
    }
    return name.length() <= LONGEST_NAME ? name.toString() : cut(name.toString(), key);
  }

  private static String cut(String name, byte[] key) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(key);
      return name.substring(0, LONGEST_NAME - 2 * HASH - 1)
          + "%"
          + HexFormat.of().formatHex(hash, 0, HASH);
    } catch (NoSuchAlgorithmException never) {
      throw new IllegalStateException(never);
    }
  }
}
