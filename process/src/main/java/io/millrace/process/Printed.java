package io.millrace.process;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Reads what a worker prints to one of its streams, in a thread of its own: passes on as much as a task
 * may print, and keeps the last lines.
 */
final class Printed implements Runnable {
  private static final Logger LOG = System.getLogger(Printed.class.getName());
  private static final Charset CHARSET =
      Charset.forName(System.getProperty("native.encoding", "UTF-8"));
  private static final int LINES_KEPT = 20;
  private static final int LONGEST_LINE = 8192; // bytes
  private static final int BUFFER = 64 * 1024;

  /* A process that a task has started may hold the stream open when the worker has long ended. */
  private static final Duration LAST_LINES = Duration.ofSeconds(1);

  /* Who prints what is dropped must not keep a processor of ours busy. */
  private static final long PAUSE_NANOS = 1_000_000;

  /** A stream of a process. */
  enum Stream {
    OUT(1),
    ERR(2);

    private final int number;

    Stream(int number) {
      this.number = number;
    }

    private FileDescriptor ours() {
      return this == OUT ? FileDescriptor.out : FileDescriptor.err;
    }
  }

  private final String name;
  private final Stream stream;
  private final ReadableByteChannel in;
  private final WorkerOutput output;
  private final long most;
  private final Thread thread;

  /* How many bytes the task may still print: set by whoever gives it to the worker, counted by the reader. */
  private final AtomicLong left;

  /* The reader's own. */
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private boolean failed;

  /* Written by the reader, read by those who report how the worker ended: its monitor guards it. */
  private final Deque<String> last = new ArrayDeque<>();

  private Printed(Process process, Stream stream, WorkerOutput output, long most) {
    this.stream = stream;
    this.output = output;
    this.most = most;
    left = new AtomicLong(most);
    name = "process-pool-" + process.pid() + "-" + stream.name().toLowerCase(Locale.ROOT);
    in = open(process, stream);
    thread = Thread.ofPlatform().daemon().name(name).unstarted(this);
  }

  /**
   * Reads a stream to its end.
   *
   * @param most how many bytes a task may print
   */
  static Printed reading(Process process, Stream stream, WorkerOutput output, long most) {
    Printed printed = new Printed(process, stream, output, most);
    printed.thread.start();
    return printed;
  }

  /*
   * A read of the stream that the JDK has of a process can be ended by nothing but the last of those that
   * hold the other end. Where the system shows the pipe as a file (Linux), it is opened once more: as a
   * channel, whose closing ends a read.
   */
  @SuppressWarnings("resource")
  private static ReadableByteChannel open(Process process, Stream stream) {
    InputStream itsOwn = stream == Stream.OUT ? process.getInputStream() : process.getErrorStream();
    try {
      Path pipe = Path.of("/proc/" + process.pid() + "/fd/" + stream.number);
      FileChannel channel = FileChannel.open(pipe, StandardOpenOption.READ);
      itsOwn.close();
      return channel;
    } catch (IOException otherSystem) {
      return Channels.newChannel(itsOwn);
    }
  }

  @Override
  public void run() {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    try (in) {
      while (in.read(buffer) >= 0) {
        accept(buffer.array(), buffer.position());
        buffer.clear();
      }
    } catch (IOException gone) {
      // the process has ended
    }
    if (line.size() > 0) {
      endLine(left.get() > 0);
    }
  }

  private void accept(byte[] bytes, int length) {
    long before = left.getAndAdd(-length);
    int passed = (int) Math.max(0, Math.min(length, before));
    inherit(bytes, passed);
    split(bytes, 0, passed, true);
    if (passed == length) {
      return;
    }
    if (before >= 0) {
      String note = "(" + name + ": more than " + most + " bytes in a task; the rest is dropped)";
      byte[] text = (note + System.lineSeparator()).getBytes(CHARSET);
      inherit(text, text.length);
      pass(note);
    }
    split(bytes, passed, length, false);
    LockSupport.parkNanos(PAUSE_NANOS);
  }

  /* Not System.err: that may have been replaced, and would decode and encode. */
  @SuppressWarnings("resource")
  private void inherit(byte[] bytes, int length) {
    if (output instanceof WorkerOutput.Inherit) {
      try {
        new FileOutputStream(stream.ours()).write(bytes, 0, length);
      } catch (IOException closed) {
        // nobody wants to see it
      }
    }
  }

  private void split(byte[] bytes, int from, int to, boolean pass) {
    for (int i = from; i < to; i++) {
      if (bytes[i] == '\n') {
        endLine(pass);
      } else if (bytes[i] != '\r') {
        if (isFull(bytes[i])) {
          endLine(pass);
        }
        line.write(bytes[i]);
      }
    }
  }

  /* Not between the bytes of a character of UTF-8. */
  private boolean isFull(byte next) {
    boolean goesOn = (next & 0xC0) == 0x80 && line.size() < LONGEST_LINE + 3;
    return line.size() >= LONGEST_LINE && !goesOn;
  }

  private void endLine(boolean pass) {
    String text = line.toString(CHARSET);
    line.reset();
    synchronized (last) {
      if (last.size() == LINES_KEPT) {
        last.removeFirst();
      }
      last.addLast(text);
    }
    if (pass) {
      pass(text);
    }
  }

  private void pass(String text) {
    if (output instanceof WorkerOutput.Lines(var consumer)) {
      try {
        consumer.accept(text);
      } catch (RuntimeException | Error e) {
        if (!failed) {
          failed = true; // Not for each line: the worker decides how many there are.
          LOG.log(Level.WARNING, "a consumer of the output of a worker process failed", e);
        }
      }
    }
  }

  /** The worker gets another task. */
  void beginTask() {
    left.set(most);
  }

  /** The last lines of the stream of a process that has ended. Its end is awaited for a moment, then made. */
  List<String> lastLines() throws InterruptedException {
    if (thread != Thread.currentThread() && !thread.join(LAST_LINES)) {
      close();
    }
    synchronized (last) {
      return List.copyOf(last);
    }
  }

  private void close() {
    try {
      in.close();
    } catch (IOException e) {
      // it is of no use any more
    }
  }
}
