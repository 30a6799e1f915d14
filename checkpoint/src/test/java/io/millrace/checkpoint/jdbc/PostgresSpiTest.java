package io.millrace.checkpoint.jdbc;

import io.millrace.checkpoint.CheckpointStore;
import io.millrace.outside.PostgresServer;
import io.millrace.outside.WithPostgres;
import io.millrace.testkit.contract.CheckpointStoreContract;
import java.sql.SQLException;

@WithPostgres
class PostgresSpiTest implements CheckpointStoreContract {
  private final PostgresServer server;

  PostgresSpiTest(PostgresServer server) {
    this.server = server;
  }

  @Override
  public CheckpointStore newStore() throws SQLException {
    return JdbcStore.url(server.url(server.newSchema()));
  }
}
