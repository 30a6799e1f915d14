package io.millrace.cli.process;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes what a program prints on one of its streams. */
public interface Sink {
  /** Takes some bytes, all of them. */
  void write(ByteBuffer bytes) throws IOException;
}
