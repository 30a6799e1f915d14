package io.millrace.checkpoint.jdbc;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteKillTest extends KillContract {
  @TempDir Path directory;

  @Override
  String place() {
    return directory.resolve("run").toString();
  }
}
