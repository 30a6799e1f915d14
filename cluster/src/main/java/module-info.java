/** One rate limit for several JVMs. */
module io.millrace.cluster {
  requires static org.jspecify;
  requires transitive io.millrace;
  requires java.sql;
  requires io.github.bucket4j.core;
  requires static redis.clients.jedis;

  exports io.millrace.cluster;
}
