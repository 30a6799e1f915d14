package io.millrace.checkpoint.jdbc;

import io.millrace.checkpoint.CheckpointName;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Makes a file that is a whole checkpoint from its first moment: it is made under another name, and then renamed.
 */
final class SqliteCreation {
  static final int PAGE_SIZE = 4_096;

  private SqliteCreation() {}

  static void create(SqliteFiles files, CheckpointName name) throws SQLException, IOException {
    Path unfinished = files.unfinished();
    Files.deleteIfExists(unfinished);
    Files.createFile(unfinished, Modes.ofNew(unfinished));
    try (Connection connection = Sqlite.connect(unfinished, "mode=rw")) {
      Sqlite.pragma(connection, "page_size = " + PAGE_SIZE);
      Sqlite.pragma(connection, "journal_mode = MEMORY");
      Sqlite.pragma(connection, "application_id = " + Schema.APPLICATION);
      Sqlite.pragma(connection, "user_version = " + Schema.FORMAT);
      Schema.SQLITE.create(connection);
      Meta.empty(name).insert(connection);
      Sqlite.pragma(connection, "journal_mode = WAL");
    }
    flush(unfinished, StandardOpenOption.WRITE);
    Files.move(unfinished, files.main(), StandardCopyOption.ATOMIC_MOVE);
    flushDirectory(files.main());
  }

  private static void flushDirectory(Path file) throws IOException {
    Path directory = file.getParent();
    if (directory != null && file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      flush(directory, StandardOpenOption.READ);
    }
  }

  private static void flush(Path path, StandardOpenOption how) throws IOException {
    try (FileChannel channel = FileChannel.open(path, how)) {
      channel.force(true);
    }
  }
}
