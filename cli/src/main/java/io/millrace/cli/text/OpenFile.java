package io.millrace.cli.text;

import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/** Names of what a program has open, such as {@code /dev/stdout} and {@code /dev/fd/5}, by whatever links they are reached. */
public final class OpenFile {
  private static final Path PROCESSES = Path.of("/proc");
  private static final Path DESCRIPTORS = Path.of("/dev/fd");
  private static final Path OWN = Path.of("/proc/self/fd");
  private static final int MOST_LINKS = 40;

  private OpenFile() {}

  /** Whether it is this process's standard output or standard error. */
  static boolean isOwnStream(Path path) {
    return stream(path).isPresent();
  }

  /**
   * Writes to it as it is open, behind what others have written there; empty if it is nothing that is open, or a pipe or a device.
   *
   * @throws IOException if it is a file that is open for something else
   */
  public static Optional<Output.Target> target(Path path) throws IOException {
    Optional<FileDescriptor> stream = stream(path);
    if (stream.isPresent()) {
      return Optional.of(new StreamTarget(new WaitingOutput(stream.get())));
    }
    if (end(path).isPresent() && Files.isRegularFile(path)) {
      throw new IOException(
          "it leads to a file that is open already; give that file's own name, or /dev/stdout,"
              + " /dev/stderr, or a pipe");
    }
    return Optional.empty();
  }

  private static Optional<FileDescriptor> stream(Path path) {
    return end(path)
        .filter(end -> isOwn(Objects.requireNonNull(end.getParent())))
        .flatMap(
            end ->
                switch (String.valueOf(end.getFileName())) {
                  case "1" -> Optional.of(FileDescriptor.out);
                  case "2" -> Optional.of(FileDescriptor.err);
                  default -> Optional.empty();
                });
  }

  private static boolean isOwn(Path folder) {
    try {
      return folder.equals(DESCRIPTORS) || folder.equals(OWN.toRealPath());
    } catch (IOException noSuchFolder) {
      return false;
    }
  }

  /** The last name to which links lead before one of what is open, if they do. */
  private static Optional<Path> end(Path path) {
    Path at = path.toAbsolutePath();
    try {
      for (int links = 0; links < MOST_LINKS; links++) {
        Path name = at.getFileName();
        Path parent = at.getParent();
        if (name == null || parent == null) {
          return Optional.empty();
        }
        Path folder = parent.toRealPath();
        at = folder.resolve(name);
        if (folder.startsWith(PROCESSES) || folder.equals(DESCRIPTORS)) {
          return Optional.of(at);
        }
        if (!Files.isSymbolicLink(at)) {
          return Optional.empty();
        }
        at = at.resolveSibling(Files.readSymbolicLink(at));
      }
    } catch (IOException notThere) {
      // then it is nothing that is open
    }
    return Optional.empty();
  }
}
