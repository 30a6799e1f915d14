package io.millrace.cli.http;

import io.millrace.cli.console.Streams;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where requests come from and answers go to. What cannot be opened is said in the message of an
 * {@link UnusableFileException}.
 *
 * @param input null or - is standard input
 * @param output null or - is standard output
 * @param force whether the output may be there already
 */
record Endpoints(Streams streams, @Nullable Path input, @Nullable Path output, boolean force) {

  /** A file cannot be used as it was asked for. */
  static final class UnusableFileException extends Exception {
    private static final long serialVersionUID = 1;

    UnusableFileException(String message) {
      super(message);
    }
  }

  private static boolean isStandard(@Nullable Path path) {
    return path == null || path.toString().equals("-");
  }

  InputStream openInput() throws UnusableFileException {
    Path path = input;
    if (path == null || isStandard(path)) {
      return new FilterInputStream(streams.in()) {
        @Override
        public void close() {
          // its owner does
        }
      };
    }
    if (Files.isDirectory(path)) {
      throw new UnusableFileException("cannot read '" + path + "': it is a directory");
    }
    try {
      return Files.newInputStream(path);
    } catch (IOException error) {
      throw new UnusableFileException("cannot read '" + path + "': " + reason(error));
    }
  }

  Output.Target openTarget() throws UnusableFileException {
    Path path = output;
    if (path == null || isStandard(path)) {
      return new StreamTarget(streams.out());
    }
    try {
      refuseInput(path);
      return force ? FileTarget.replace(path) : FileTarget.create(path);
    } catch (FileAlreadyExistsException taken) {
      throw new UnusableFileException(
          "--output '" + path + "' is there already: give another name, or --force to replace it");
    } catch (IOException error) {
      throw new UnusableFileException("cannot write --output '" + path + "': " + reason(error));
    }
  }

  /** Replacing the input would lose it before it is read. */
  private void refuseInput(Path path) throws IOException, UnusableFileException {
    if (input != null
        && Files.exists(path)
        && !isStandard(input)
        && Files.isSameFile(input, path)) {
      throw new UnusableFileException("--output '" + path + "' is also the input");
    }
  }

  private static String reason(IOException error) {
    return switch (error) {
      case NoSuchFileException _ -> "no such file or directory";
      case AccessDeniedException _ -> "permission denied";
      default -> String.valueOf(error.getMessage());
    };
  }
}
