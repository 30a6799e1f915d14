/** Fans one action out over many items, against services that push back. */
@SuppressWarnings("module") // checkpoint and process are compiled after this
module io.millrace {
  requires static org.jspecify;
  requires transitive java.net.http;
  requires jdk.jfr;

  exports io.millrace;
  exports io.millrace.call;
  exports io.millrace.checkpoint;
  exports io.millrace.checkpoint.spi;
  exports io.millrace.executor;
  exports io.millrace.limit;
  exports io.millrace.limit.spi;
  exports io.millrace.outcome;
  exports io.millrace.plan;
  exports io.millrace.pool;
  exports io.millrace.scope;
  exports io.millrace.signal;
  exports io.millrace.time;
  exports io.millrace.base to
      io.millrace.checkpoint,
      io.millrace.process;
}
