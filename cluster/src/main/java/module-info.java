/** One rate limit for several JVMs. */
module io.millrace.cluster {
  requires static org.jspecify;
  requires transitive io.millrace;
  requires java.sql;
  requires io.github.bucket4j.core;

  exports io.millrace.cluster;
}
