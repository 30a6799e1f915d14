package io.millrace.cli.spark;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Directories with all that is in them. */
public final class Trees {
  private Trees() {}

  /** Removes what can be removed, also while others remove it. Links are not followed. */
  public static void remove(Path folder) {
    try {
      Files.walkFileTree(folder, new Removing());
    } catch (IOException left) {
      // the system clears its temporary directory
    }
  }

  private static final class Removing extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      return removed(file);
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException gone) {
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException gone) {
      return removed(folder);
    }

    private static FileVisitResult removed(Path each) {
      try {
        Files.deleteIfExists(each);
      } catch (IOException left) {
        // the others can go
      }
      return FileVisitResult.CONTINUE;
    }
  }
}
