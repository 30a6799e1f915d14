package io.millrace.checkpoint.jdbc;

import io.millrace.checkpoint.CheckpointStore;
import io.millrace.testkit.contract.CheckpointStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteSpiTest implements CheckpointStoreContract {
  @TempDir Path directory;
  private int stores;

  @Override
  public CheckpointStore newStore() {
    return JdbcStore.file(directory.resolve("run" + ++stores));
  }
}
