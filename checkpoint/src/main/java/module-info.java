/** Keeps checkpoints in a SQLite file or in PostgreSQL, and values as JSON. */
module io.millrace.checkpoint {
  requires static org.jspecify;
  requires transitive io.millrace;
  requires transitive tools.jackson.databind;
  requires java.sql;
  requires org.xerial.sqlitejdbc;

  exports io.millrace.checkpoint.jdbc;
  exports io.millrace.checkpoint.json;
}
