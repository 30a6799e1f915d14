/** Runs actions in a pool of worker processes. */
module io.millrace.process {
  requires static org.jspecify;
  requires transitive io.millrace;
  requires jdk.unsupported;

  exports io.millrace.process;
}
