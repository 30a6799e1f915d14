package io.millrace.cli.http;

import io.millrace.cli.text.MalformedInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;

/**
 * A file whose content is sent.
 *
 * @param folder out of which no file may lead, links included; empty if any file may be sent
 */
record BodyFile(Path path, Optional<Path> folder) {
  private static final String START = "'bodyFile': ";

  /** The file cannot be sent. */
  static final class UnusableException extends IOException {
    private static final long serialVersionUID = 1;

    UnusableException(String problem) {
      super(START + problem, null);
    }
  }

  /** The file of this name, in the folder or else in the working directory. */
  static BodyFile of(String name, Optional<Path> folder) throws MalformedInputException {
    if (name.isEmpty()) {
      throw new MalformedInputException("'bodyFile' must be the name of a file");
    }
    try {
      Path path = Path.of(name);
      return new BodyFile(folder.map(within -> within.resolve(path)).orElse(path), folder);
    } catch (InvalidPathException invalid) {
      throw new MalformedInputException("'bodyFile' must be the name of a file");
    }
  }

  /**
   * How many bytes it has now.
   *
   * @throws UnusableException if it cannot be sent
   */
  long length() throws UnusableException {
    try {
      Path real = path.toRealPath();
      if (folder.isPresent() && !real.startsWith(folder.get().toRealPath())) {
        throw new UnusableException("it leads out of --body-dir");
      }
      BasicFileAttributes is = Files.readAttributes(real, BasicFileAttributes.class);
      if (!is.isRegularFile()) {
        throw new UnusableException("not a regular file");
      }
      if (!Files.isReadable(real)) {
        throw new UnusableException("permission denied");
      }
      return is.size();
    } catch (UnusableException said) {
      throw said;
    } catch (IOException unreadable) {
      throw unusable(unreadable);
    }
  }

  /** Its content. */
  InputStream open() throws IOException {
    try {
      return Files.newInputStream(path.toRealPath());
    } catch (ClosedByInterruptException interrupted) {
      throw interrupted;
    } catch (IOException unreadable) {
      throw unusable(unreadable);
    }
  }

  /** What is seen of its content without reading it. */
  List<Object> traits() {
    try {
      BasicFileAttributes is = Files.readAttributes(path, BasicFileAttributes.class);
      return List.of(path.toString(), is.size(), is.lastModifiedTime().toMillis());
    } catch (IOException unreadable) {
      return List.of(path.toString());
    }
  }

  private static UnusableException unusable(IOException why) {
    return new UnusableException(
        switch (why) {
          case NoSuchFileException _ -> "no such file";
          case AccessDeniedException _ -> "permission denied";
          default -> String.valueOf(why.getMessage());
        });
  }
}
