package io.millrace.checkpoint.jdbc;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.spi.CheckpointSession;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A SQLite file.
 *
 * @param file as it was given
 */
record SqliteFile(Path file) implements Database {
  /** What addresses of SQLite files begin with. */
  static final String URL = "jdbc:sqlite:";

  private static final int LOOKS = 50;
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(20);

  static SqliteFile at(Path file) {
    Objects.requireNonNull(file, "file");
    if (file.getFileName() == null || file.getFileSystem() != FileSystems.getDefault()) {
      throw new IllegalArgumentException(
          "file must be the path of a file of the default file system, not: " + file);
    }
    return new SqliteFile(file);
  }

  static SqliteFile at(String url) {
    String path = url.substring(URL.length());
    if (path.isEmpty() || path.startsWith(":") || path.startsWith("file:") || path.contains("?")) {
      throw new IllegalArgumentException(
          "url must be "
              + URL
              + " and the path of a file, without options, not: "
              + url.replaceFirst("(?s)\\?.*", "?...")
              + "; a file with such a name can be given as a Path");
    }
    return at(Path.of(path));
  }

  @Override
  public Duration grace() {
    return Duration.ofSeconds(30);
  }

  @Override
  public Database shared() {
    throw new IllegalArgumentException(
        "a SQLite file has one run at a time: only a checkpoint in PostgreSQL can be shared");
  }

  @Override
  public Database with(String property, String value) {
    throw new IllegalArgumentException(
        "property is for PostgreSQL; a SQLite file has none, so not: " + property);
  }

  @Override
  public CheckpointSession open(CheckpointName name, Durability durability) {
    try {
      SqliteFiles files = SqliteFiles.of(file);
      try (FileGuard _ = FileGuard.enter(files.lock())) {
        return openAlone(files, name, durability);
      }
    } catch (SQLException e) {
      throw Advice.on(this, "opening it", e);
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  private CheckpointSession openAlone(SqliteFiles files, CheckpointName name, Durability durability)
      throws SQLException, IOException {
    files.requireUsable();
    FileLease lease = FileLease.take(files.lock(), this);
    try {
      return open(files, name, durability, lease);
    } catch (Throwable e) {
      Database.closeAfter(e, lease);
      throw e;
    }
  }

  private CheckpointSession open(
      SqliteFiles files, CheckpointName name, Durability durability, FileLease lease)
      throws SQLException, IOException {
    if (!Files.exists(files.main(), NOFOLLOW_LINKS)) {
      SqliteCreation.create(files, name);
    }
    files.requireWhole();
    Meta meta;
    try (Connection reading = Sqlite.readingAlone(files)) {
      Sqlite.requireSchema(reading);
      meta = Meta.read(reading, this);
      meta.require(name, this);
      Sqlite.requireIds(reading, meta);
    }
    Connection writing = Sqlite.writing(files.main(), durability);
    try {
      Connection reading = Sqlite.readingBeside(files.main());
      try {
        return new JdbcSession(
            this, writing, reading, new Writer(writing, meta), meta, held(files, lease));
      } catch (SQLException | IOException | RuntimeException e) {
        Database.closeAfter(e, reading);
        throw e;
      }
    } catch (SQLException | IOException | RuntimeException e) {
      Database.closeAfter(e, writing);
      throw e;
    }
  }

  /* For whoever has both files open, so that no other file can be taken for one of them. */
  private JdbcSession.Lease held(SqliteFiles files, FileLease lease) throws IOException {
    String opened = files.identity();
    return new JdbcSession.Lease() {
      @Override
      public void requireInPlace() {
        try {
          if (files.identity().equals(opened)) {
            return;
          }
        } catch (NoSuchFileException gone) {
          // as if there was another one
        } catch (IOException e) {
          throw unusable(e);
        }
        throw removed(files);
      }

      @Override
      public void afterClosing() {
        try {
          lease.close();
        } catch (IOException e) {
          throw unusable(e);
        }
      }
    };
  }

  @Override
  public CheckpointInfo info() {
    return look(
        (files, holder) -> {
          try (Connection connection = Sqlite.looking(files, holder.isPresent())) {
            Sqlite.requireSchema(connection);
            return Meta.read(connection, this).info(files.bytes(), holder);
          }
        });
  }

  @Override
  public <T> T read(Query<T> query) {
    return look(
        (files, holder) -> {
          try (Connection connection = Sqlite.looking(files, holder.isPresent())) {
            Sqlite.requireSchema(connection);
            return query.ask(connection);
          }
        });
  }

  /* A run that begins or ends meanwhile can make a look fail, or show what never was: then it is repeated. */
  private <T> T look(Look<T> look) {
    for (int left = LOOKS; ; left--) {
      Optional<T> seen;
      try {
        SqliteFiles files = SqliteFiles.of(file);
        try (FileGuard _ = FileGuard.enter(files.lock())) {
          seen = lookAlone(files, look, left == 0);
        }
      } catch (IOException e) {
        throw unusable(e);
      }
      if (seen.isPresent()) {
        return seen.get();
      }
      if (left == 0) {
        throw new CheckpointException(
            this + " changes all the time, so it cannot be read. Start again in a moment");
      }
      LockSupport.parkNanos(PAUSE);
    }
  }

  /* Empty if it has changed meanwhile. */
  private <T> Optional<T> lookAlone(SqliteFiles files, Look<T> look, boolean isLast)
      throws IOException {
    files.requireUsable();
    files.requireThere();
    Optional<Holder> holder = FileLease.holder(files.lock());
    boolean isShared = holder.isPresent() && files.hasLog();
    String before = files.state(holder);
    try {
      if (holder.isEmpty()) {
        files.requireWhole();
      }
      T seen = look.at(files, holder);
      return isShared || before.equals(state(files)) ? Optional.of(seen) : Optional.empty();
    } catch (SQLException e) {
      if (isLast || (holder.isEmpty() && before.equals(state(files)))) {
        throw Advice.on(this, "reading it", e);
      }
      return Optional.empty();
    }
  }

  private static String state(SqliteFiles files) throws IOException {
    return files.state(FileLease.holder(files.lock()));
  }

  private CheckpointException removed(SqliteFiles files) {
    return new CheckpointException(
        this
            + " is no longer there: its file, or "
            + files.log().getFileName()
            + " beside it, was deleted, moved or replaced while this run had it. What the run has stored went with it. If it"
            + " was moved, put it back, and start the run again; else the next run begins anew");
  }

  private CheckpointException unusable(IOException e) {
    String advice =
        switch (e) {
          case NoSuchFileException gone when gone.getReason() != null ->
              "See that the path is right: the first run with a checkpoint makes its file";
          case NoSuchFileException gone -> "Create the directory, or mend the path";
          case NotDirectoryException part -> "Mend the path";
          case AccessDeniedException denied ->
              "Give this user the right to read and write the file and its directory";
          default -> "See that the disk is there, writable and not full";
        };
    return new CheckpointException(
        this + " cannot be used: " + problem(e) + ". What was stored before is intact. " + advice,
        e);
  }

  private static String problem(IOException e) {
    if (!(e instanceof FileSystemException error)) {
      return e.getMessage() == null ? "the system does not say why" : e.getMessage();
    }
    String reason = error.getReason();
    String usual =
        switch (error) {
          case NoSuchFileException gone -> "no such file or directory";
          case NotDirectoryException part -> "a part of it is no directory";
          case AccessDeniedException denied -> "permission denied";
          default -> "the system does not say why";
        };
    return (error.getFile() == null ? "" : error.getFile() + ": ")
        + (reason == null ? usual : reason);
  }

  @Override
  public String toString() {
    return "checkpoint " + file;
  }

  /** What is done to look. */
  private interface Look<T> {
    T at(SqliteFiles files, Optional<Holder> holder) throws SQLException, IOException;
  }
}
