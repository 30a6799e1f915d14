package io.millrace.cli.run;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** What is read, one after the other. */
record Inputs(List<Input> all) implements AutoCloseable {
  /** One of them. */
  record Input(String name, InputStream in) {}

  @Override
  public void close() throws IOException {
    for (Input each : all) {
      each.in().close();
    }
  }
}
