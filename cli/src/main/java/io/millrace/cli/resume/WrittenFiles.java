package io.millrace.cli.resume;

import io.millrace.cli.resume.UnfinishedFile.Left;
import io.millrace.cli.text.FileReason;
import io.millrace.cli.text.FileTarget;
import io.millrace.cli.text.OpenFile;
import io.millrace.cli.text.Output;
import io.millrace.cli.text.UsedFiles;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How the files of options are written.
 *
 * @param force whether they may be there already
 * @param isResumable whether they appear only when they are whole
 */
public record WrittenFiles(boolean force, boolean isResumable) {

  /** A file cannot be used as it was asked for; the message says which and why. */
  public static final class UnusableFileException extends Exception {
    private static final long serialVersionUID = 1;

    /** Says why. */
    public UnusableFileException(String message) {
      super(message);
    }
  }

  /**
   * Opens the file of an option.
   *
   * @param left what becomes of what an earlier run of the checkpoint has written
   */
  public Output.Target open(String option, Path path, Left left) throws UnusableFileException {
    return new NamedTarget(opened(option, path, left), path);
  }

  private Output.Target opened(String option, Path path, Left left) throws UnusableFileException {
    try {
      Optional<Output.Target> stream = OpenFile.target(path);
      if (force && stream.isPresent()) {
        return stream.get();
      }
      if (isResumable) {
        return UnfinishedFile.begin(path, force, left);
      }
      return force ? FileTarget.replace(path) : FileTarget.create(path);
    } catch (FileAlreadyExistsException taken) {
      throw new UnusableFileException(option + " '" + path + "' " + whatIsThere(path));
    } catch (IOException error) {
      throw new UnusableFileException(
          "cannot write " + option + " '" + path + "': " + FileReason.of(error));
    }
  }

  /** Says of what cannot be written any more which file it was: there are several, perhaps on several disks. */
  private record NamedTarget(Output.Target target, Path path) implements Output.Target {
    @Override
    public void write(byte[] lines, int count) throws IOException {
      try {
        target.write(lines, count);
      } catch (IOException error) {
        throw named(error);
      }
    }

    @Override
    public void complete() throws IOException {
      try {
        target.complete();
      } catch (IOException error) {
        throw named(error);
      }
    }

    @Override
    public void close() throws IOException {
      target.close();
    }

    private IOException named(IOException error) {
      if (error.getClass() != IOException.class) {
        return error; // it knows, or is no loss
      }
      FileSystemException named =
          new FileSystemException(path.toString(), null, FileReason.of(error));
      named.initCause(error);
      return named;
    }
  }

  private static String whatIsThere(Path path) {
    if (Files.isDirectory(path)) {
      return "is a directory: give the name of a file";
    }
    return Files.exists(path)
        ? "is there already: give another name, or --force to replace it"
        : "is a link that leads nowhere: remove it, or give another name";
  }

  /** Names the file of an option, and where it is written. */
  public void addTo(UsedFiles files, String option, Path path) {
    if (isResumable) {
      UnfinishedFile.addTo(files, option, path);
    } else {
      files.writes(option + " '" + path + "'", path);
    }
  }
}
