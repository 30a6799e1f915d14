package io.millrace.checkpoint.jdbc;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteContractTest extends StoreContract {
  @TempDir Path directory;

  private Path file() {
    return directory.resolve("run 1%?#'.checkpoint");
  }

  @Override
  JdbcStore store() {
    return JdbcStore.file(file());
  }

  @Override
  CheckpointInfo readByAddress() {
    return CheckpointInfo.read(file());
  }
}
