package io.millrace.cli.text;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.jspecify.annotations.Nullable;

/** Why a file cannot be used, in words. */
public final class FileReason {
  private FileReason() {}

  /** The reason alone, for a message that names the file. */
  public static String of(IOException error) {
    return switch (error) {
      case NoSuchFileException _ -> "no such file or directory";
      case AccessDeniedException _ -> "permission denied";
      case FileAlreadyExistsException _ -> "there is such a file already";
      case NotDirectoryException _ -> "a part of the path is no directory";
      case FileSystemLoopException _ -> "its links lead in a circle";
      case CharacterCodingException _ -> "it is not UTF-8";
      case FileSystemException other -> reason(other.getReason());
      default -> reason(error.getMessage());
    };
  }

  private static String reason(@Nullable String said) {
    return said == null || said.isBlank() ? "the system does not say why" : said;
  }

  /** The reason, with the name of the file if the error has it. */
  public static String withName(IOException error) {
    return error instanceof FileSystemException file && file.getFile() != null
        ? "'" + file.getFile() + "': " + of(error)
        : of(error);
  }

  /** What is added where a text is the name of no file, if that is because of the locale. */
  public static String ofName(String text) {
    String encoding = System.getProperty("sun.jnu.encoding", "UTF-8");
    boolean isNameable = Charset.forName(encoding).newEncoder().canEncode(text);
    return isNameable
        ? ""
        : ": Java cannot name it in this locale (" + encoding + "), set LC_ALL=C.UTF-8";
  }
}
