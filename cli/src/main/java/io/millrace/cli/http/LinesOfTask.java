package io.millrace.cli.http;

import io.millrace.cli.http.InputLine.Label;
import io.millrace.cli.http.InputLine.Malformed;
import io.millrace.cli.text.LineReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The lines of one task of a cluster: read when they are asked for, and written when they come back. Belongs to the thread of
 * the task, but for what says otherwise.
 */
public final class LinesOfTask implements Iterator<WorkerLine>, AutoCloseable {
  private final LineReader lines;
  private final InputStream in;
  private final long first;
  private final int longest;
  private final LineParser parser;
  private final OutputLine form;
  private final Set<WorkerLine> open = new HashSet<>();
  private @Nullable WorkerLine next;

  /* Written by the end of the task, read by workers of the run. */
  private volatile boolean isClosed;

  /**
   * Makes it.
   *
   * @param in all that the task reads, which begins with a line
   * @param first the number of that line
   * @param longest line, in bytes
   */
  LinesOfTask(InputStream in, long first, int longest, LineParser parser, OutputLine form) {
    this.in = in;
    this.lines = new LineReader(in, longest);
    this.first = first;
    this.longest = longest;
    this.parser = parser;
    this.form = form;
  }

  @Override
  public boolean hasNext() {
    try {
      while (next == null) {
        LineReader.Line line = lines.next();
        if (line == null) {
          return false;
        }
        next = read(line);
      }
      return true;
    } catch (IOException broken) {
      throw new UncheckedIOException(broken); // the task fails, and is repeated
    }
  }

  /* Null if it is blank or a comment. */
  private @Nullable WorkerLine read(LineReader.Line line) {
    long number = first + line.number() - 1;
    LineHistory history = new LineHistory(number);
    InputLine item =
        line.tooLong()
            ? malformed(number, history, "longer than " + longest + " bytes: see --max-line")
            : parser.parse(number, line.bytes(), history);
    if (item instanceof InputLine.Call call
        && call.request().body().orElse(null) instanceof Body.InFile) {
      item =
          malformed(number, history, "'bodyFile' cannot be used: the workers do not have the file");
    }
    return item == null ? null : new WorkerLine(this, item);
  }

  private static Malformed malformed(long number, LineHistory history, String problem) {
    return new Malformed(Label.of(number), history, problem);
  }

  @Override
  public WorkerLine next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    WorkerLine line = Objects.requireNonNull(next);
    next = null;
    open.add(line);
    return line;
  }

  /** What came of a line, without its end; then nothing is kept of it. */
  String json(WorkerLine line) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    form.write(line.result(), out);
    line.free();
    open.remove(line);
    return out.toString(StandardCharsets.UTF_8).strip();
  }

  /** Whether nobody takes the answers any more; asked by any thread. */
  boolean isClosed() {
    return isClosed;
  }

  /** Ends the task: whatever has not come back is not waited for. In the thread of the task. */
  @Override
  public void close() {
    isClosed = true;
    open.forEach(WorkerLine::free);
    open.clear();
    try {
      in.close();
    } catch (IOException unimportant) {
      // it was only read
    }
  }
}
