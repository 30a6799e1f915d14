package io.millrace.cli.driver;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;

/**
 * The directory that all workers write to. A worker on another machine would write to a directory of the same name there, and nobody
 * would miss it before the end: so each task looks for a file that the driver has made.
 *
 * @param marker that file; empty where Spark writes to a URL, which means the same everywhere
 */
record SharedFolder(String marker) implements Serializable {
  static final String NOT_SHARED = "the workers do not see the directory of --output";

  /** Makes a directory, only for its owner; nobody else writes to it, since it was not there before. */
  static SharedFolder create(Path folder) throws IOException {
    FileAttribute<?> owner =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    Files.createDirectories(folder.resolveSibling(""), owner);
    Files.createDirectory(folder, owner);
    Path marker = folder.resolve("._millrace-" + UUID.randomUUID());
    Files.createFile(marker);
    return new SharedFolder(marker.toString());
  }

  /** What needs no directory of this machine. */
  static SharedFolder none() {
    return new SharedFolder("");
  }

  /** On a worker. */
  void require() throws IOException {
    if (!marker.isEmpty() && !Files.exists(Path.of(marker))) {
      throw new IOException(NOT_SHARED);
    }
  }

  /** On the driver, at the end. A directory in which nobody has written anything is not left behind, if that can be helped. */
  void complete() {
    if (!marker.isEmpty()) {
      Path file = Path.of(marker);
      try {
        Files.deleteIfExists(file);
        Files.deleteIfExists(file.resolveSibling(""));
      } catch (IOException left) {
        // it has answers; or it cannot be reached, and what the job has met says more
      }
    }
  }
}
