package io.millrace.cli.http;

import io.millrace.cli.text.FileReason;
import io.millrace.cli.text.MalformedInputException;
import io.millrace.cli.text.UsedFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A file whose content is sent.
 *
 * @param folder out of which no file may lead, links included; empty if any file may be sent
 * @param used by the command: what it writes itself is not sent
 */
record BodyFile(Path path, Optional<Path> folder, UsedFiles used) {
  private static final String START = "'bodyFile': ";
  private static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

  /** The file cannot be sent. */
  static final class UnusableException extends IOException {
    private static final long serialVersionUID = 1;

    UnusableException(String problem) {
      super(START + problem, null);
    }
  }

  /** The file of this name, in the folder or else in the working directory. */
  static BodyFile of(String name, Optional<Path> folder, UsedFiles used)
      throws MalformedInputException {
    if (name.isEmpty()) {
      throw new MalformedInputException("'bodyFile' must be the name of a file");
    }
    try {
      Path path = Path.of(name);
      return new BodyFile(folder.map(within -> within.resolve(path)).orElse(path), folder, used);
    } catch (InvalidPathException invalid) {
      throw new MalformedInputException(
          "'bodyFile' must be the name of a file" + FileReason.ofName(name));
    }
  }

  /**
   * Finds the file, as it is now.
   *
   * @throws UnusableException if it cannot be sent
   */
  Found find() throws UnusableException {
    try {
      Path real = path.toRealPath();
      Optional<Path> root = folder.isPresent() ? Optional.of(folder.get().toRealPath()) : folder;
      if (root.isPresent() && !real.startsWith(root.get())) {
        throw new UnusableException("it leads out of --body-dir");
      }
      BasicFileAttributes is = attributes(real);
      if (!is.isRegularFile()) {
        throw new UnusableException("not a regular file");
      }
      Optional<String> writer = used.writer(real);
      if (writer.isPresent()) {
        throw new UnusableException("it is also " + writer.get());
      }
      if (!Files.isReadable(real)) {
        throw new UnusableException("permission denied");
      }
      Found found = new Found(real, root, Optional.ofNullable(is.fileKey()), is.size());
      if (found.length() == 0 && found.hasContent()) {
        throw new UnusableException(
            "its size is said to be 0, but it has content, as files of /proc do: send a copy of it");
      }
      return found;
    } catch (UnusableException said) {
      throw said;
    } catch (IOException unreadable) {
      throw unusable(unreadable);
    }
  }

  private static BasicFileAttributes attributes(Path real) throws IOException {
    return Files.readAttributes(real, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * A file that may be sent. Only that one is opened, whatever has its name by then.
   *
   * @param real where it is
   * @param root out of which no link is followed, empty if any file may be sent
   * @param key of the file system; empty if that has none
   * @param length in bytes
   */
  record Found(Path real, Optional<Path> root, Optional<Object> key, long length) {
    /**
     * Its content.
     *
     * @throws UnusableException if it is another file by now, or cannot be read
     */
    InputStream open() throws IOException {
      try {
        return Channels.newInputStream(channel());
      } catch (UnusableException | ClosedByInterruptException said) {
        throw said;
      } catch (IOException unreadable) {
        throw unusable(unreadable);
      }
    }

    private boolean hasContent() throws IOException {
      try (InputStream in = open()) {
        return in.read() >= 0;
      }
    }

    private SeekableByteChannel channel() throws IOException {
      if (root.isPresent()) {
        try (DirectoryStream<Path> top = Files.newDirectoryStream(root.get())) {
          if (top instanceof SecureDirectoryStream<Path> directory) {
            return channel(directory, root.get().relativize(real));
          }
        }
      }
      requireSame(attributes(real));
      return Files.newByteChannel(real, READ);
    }

    /* From directory to directory: one that became a link on the way is not followed. */
    private SeekableByteChannel channel(SecureDirectoryStream<Path> directory, Path rest)
        throws IOException {
      int names = rest.getNameCount();
      if (names > 1) {
        try (SecureDirectoryStream<Path> next =
            directory.newDirectoryStream(rest.getName(0), LinkOption.NOFOLLOW_LINKS)) {
          return channel(next, rest.subpath(1, names));
        }
      }
      requireSame(
          directory
              .getFileAttributeView(rest, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
              .readAttributes());
      return directory.newByteChannel(rest, READ);
    }

    private void requireSame(BasicFileAttributes is) throws UnusableException {
      if (!is.isRegularFile()
          || !Optional.ofNullable(is.fileKey()).equals(key)
          || is.size() < length) {
        throw new UnusableException("it was replaced, or became shorter, before it was sent");
      }
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
        why instanceof NoSuchFileException ? "no such file" : FileReason.of(why));
  }
}
