package io.millrace.checkpoint.jdbc;

import io.millrace.outside.PostgresServer;
import io.millrace.outside.WithPostgres;
import java.sql.SQLException;

@WithPostgres
class PostgresContractTest extends StoreContract {
  private final String url;

  PostgresContractTest(PostgresServer server) throws SQLException {
    url = server.url(server.newSchema());
  }

  @Override
  JdbcStore store() {
    return JdbcStore.url(url);
  }

  @Override
  CheckpointInfo readByAddress() {
    return CheckpointInfo.read(url);
  }
}
