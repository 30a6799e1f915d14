package io.millrace.process;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Reads what a worker prints, in a thread of its own: passes it on, and keeps the last lines. */
final class Printed implements Runnable {
  private static final Logger LOG = System.getLogger(Printed.class.getName());
  private static final Charset CHARSET =
      Charset.forName(System.getProperty("native.encoding", "UTF-8"));
  private static final int LINES_KEPT = 20;
  private static final int LONGEST_LINE = 8192;

  /* A process that a task has started may hold the stream open when the worker has long ended. */
  private static final Duration LAST_LINES = Duration.ofSeconds(1);

  private final InputStream in;
  private final WorkerOutput output;
  private final Thread thread;

  /* The reader's own. */
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  /* Written by the reader, read by those who report how the worker ended: its monitor guards it. */
  private final Deque<String> last = new ArrayDeque<>();

  private Printed(String name, InputStream in, WorkerOutput output) {
    this.in = in;
    this.output = output;
    thread = Thread.ofPlatform().daemon().name(name).unstarted(this);
  }

  /** Reads a stream to its end. */
  static Printed reading(String name, InputStream in, WorkerOutput output) {
    Printed printed = new Printed(name, in, output);
    printed.thread.start();
    return printed;
  }

  @Override
  public void run() {
    byte[] buffer = new byte[LONGEST_LINE];
    try (in) {
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        inherit(buffer, length);
        split(buffer, length);
      }
    } catch (IOException gone) {
      // the process has ended
    }
    if (line.size() > 0) {
      endLine();
    }
  }

  /* Not System.err: that may have been replaced, and would decode and encode. */
  @SuppressWarnings("resource")
  private void inherit(byte[] bytes, int length) {
    if (output instanceof WorkerOutput.Inherit) {
      try {
        new FileOutputStream(FileDescriptor.err).write(bytes, 0, length);
      } catch (IOException closed) {
        // nobody wants to see it
      }
    }
  }

  private void split(byte[] bytes, int length) {
    for (int i = 0; i < length; i++) {
      if (bytes[i] == '\n') {
        endLine();
      } else if (bytes[i] != '\r') {
        line.write(bytes[i]);
        if (line.size() == LONGEST_LINE) {
          endLine();
        }
      }
    }
  }

  private void endLine() {
    String text = line.toString(CHARSET);
    line.reset();
    synchronized (last) {
      if (last.size() == LINES_KEPT) {
        last.removeFirst();
      }
      last.addLast(text);
    }
    if (output instanceof WorkerOutput.Lines(var consumer)) {
      try {
        consumer.accept(text);
      } catch (RuntimeException | Error e) {
        LOG.log(Level.WARNING, "a consumer of the output of a worker process failed", e);
      }
    }
  }

  /** The last lines of the stream, of which the end is awaited for a moment. */
  List<String> lastLines() throws InterruptedException {
    if (thread != Thread.currentThread()) {
      var _ = thread.join(LAST_LINES);
    }
    synchronized (last) {
      return List.copyOf(last);
    }
  }
}
