package io.millrace.cli.http;

import io.millrace.cli.http.InputLine.Malformed;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The lines that are items, read when they are asked for. Input that cannot be read further ends
 * with a malformed line that says so: what was read before goes on.
 */
final class InputSource implements Iterator<InputLine> {
  private static final int LONGEST_LINE = 10_000_000;

  private final LineReader lines;
  private final LineParser parser;

  /* Written by whoever reads, also a thread that is stuck in a read; looked at for the summary. */
  private volatile long lastNumber;
  private volatile boolean exhausted;

  private @Nullable InputLine next;
  private boolean over;

  InputSource(InputStream in, LineParser parser) {
    this.lines = new LineReader(in, LONGEST_LINE);
    this.parser = parser;
  }

  /** The number of the last line that was read; 0 before. */
  long lastNumber() {
    return lastNumber;
  }

  /** Whether the end of the input was seen. */
  boolean exhausted() {
    return exhausted;
  }

  @Override
  public boolean hasNext() {
    while (next == null && !over) {
      next = readOne();
    }
    return next != null;
  }

  @Override
  public InputLine next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    InputLine line = Objects.requireNonNull(next);
    next = null;
    return line;
  }

  private @Nullable InputLine readOne() {
    try {
      LineReader.Line line = lines.next();
      if (line == null) {
        over = true;
        exhausted = true;
        return null;
      }
      lastNumber = line.number();
      return line.tooLong()
          ? malformed(line.number(), "longer than " + LONGEST_LINE + " bytes")
          : parser.parse(line.number(), line.bytes());
    } catch (ClosedByInterruptException | InterruptedIOException stopped) {
      Thread.currentThread().interrupt();
      over = true;
      return null;
    } catch (IOException broken) {
      over = true;
      String reason = String.valueOf(broken.getMessage());
      return malformed(lastNumber + 1, "the input cannot be read further: " + reason);
    }
  }

  private static InputLine malformed(long number, String problem) {
    return new Malformed(
        number, JsonNodeFactory.instance.numberNode(number), Optional.empty(), problem);
  }
}
