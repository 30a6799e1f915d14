package io.millrace.cli.resume;

import io.millrace.checkpoint.jdbc.JdbcStore;
import io.millrace.cli.text.FileReason;
import io.millrace.cli.text.UsedFiles;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a checkpoint is kept.
 *
 * @param text as it was given; has no password
 */
record CheckpointPlace(String text, JdbcStore store) {
  private static final String DATABASE = "jdbc:postgresql:";
  private static final Pattern WITH_PASSWORD =
      Pattern.compile("[?&][^&=]*(?:pass|secret|token)[^&=]*=|//[^/?]*@", Pattern.CASE_INSENSITIVE);

  private static final List<String> BESIDE =
      List.of(".lock", "-wal", "-shm", "-journal", ".new", ".new-wal", ".new-shm", ".new-journal");

  /** What is wrong with a place; says nothing that could be secret. */
  static Optional<String> problem(String text) {
    if (isDatabase(text)) {
      return WITH_PASSWORD.matcher(text).find()
          ? Optional.of(
              "--checkpoint must have no password in its URL: give ?user=NAME, and the password in the variable"
                  + " PGPASSWORD or in ~/.pgpass")
          : problemOfUrl(text);
    }
    if (text.isBlank() || text.contains("://") || text.startsWith("jdbc:")) {
      return Optional.of(
          "--checkpoint must be a file, or a URL like jdbc:postgresql://host/database");
    }
    try {
      return Path.of(text).getFileName() == null
          ? Optional.of("--checkpoint must be the name of a file, not of a directory")
          : Optional.empty();
    } catch (InvalidPathException invalid) {
      return Optional.of("--checkpoint must be the name of a file" + FileReason.ofName(text));
    }
  }

  private static Optional<String> problemOfUrl(String text) {
    try {
      var _ = JdbcStore.url(text);
      return Optional.empty();
    } catch (IllegalArgumentException malformed) {
      return Optional.of("--checkpoint: " + malformed.getMessage());
    }
  }

  /** Names its files: those of the store, and those that SQLite makes beside each file of its own. */
  static void addTo(UsedFiles files, String text) {
    if (isDatabase(text)) {
      return;
    }
    Path file = Path.of(text);
    String what = "--checkpoint '" + text + "'";
    files.writes(what, file);
    for (String end : BESIDE) {
      Path beside = file.resolveSibling(file.getFileName() + end);
      files.writes(what + " (which writes '" + beside.getFileName() + "')", beside);
    }
  }

  static boolean isDatabase(String text) {
    return text.startsWith(DATABASE);
  }

  /** The place, which {@link #problem} has nothing against. The user and password of a database are those of libpq. */
  static CheckpointPlace of(String text, Map<String, String> environment) {
    if (!isDatabase(text)) {
      return new CheckpointPlace(text, JdbcStore.file(Path.of(text)));
    }
    JdbcStore store = JdbcStore.url(text);
    String user = environment.get("PGUSER");
    if (user != null && !text.contains("user=")) {
      store = store.property("user", user);
    }
    String password = environment.get("PGPASSWORD");
    return new CheckpointPlace(
        text, password == null ? store : store.property("password", password));
  }

  @Override
  public String toString() {
    return "--checkpoint '" + text + "'";
  }
}
