package io.millrace.checkpoint.jdbc;

import io.millrace.outside.PostgresServer;
import io.millrace.outside.WithPostgres;
import java.sql.SQLException;

@WithPostgres
class PostgresKillTest extends KillContract {
  private final String url;

  PostgresKillTest(PostgresServer server) throws SQLException {
    url = server.url(server.newSchema());
  }

  @Override
  String place() {
    return url;
  }
}
