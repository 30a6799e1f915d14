package io.millrace.cli.run;

import java.io.IOException;

/** Writes what came of an item. Used by one thread. */
interface ResultWriter {
  /** Writes, or collects what it will write. */
  void write(ItemResult result) throws IOException;
}
