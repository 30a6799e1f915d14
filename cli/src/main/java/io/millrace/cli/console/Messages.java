package io.millrace.cli.console;

import io.millrace.base.Visible;
import java.io.PrintStream;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Standard error, for what people read. In texts, wherever they are from, everything that steers a terminal is
 * escaped. Bytes, which are those of commands, go through as they are. A line of progress makes room for both.
 */
final class Messages extends PrintStream {
  private final PrintStream raw;

  /* Written by the thread that starts and ends a display, read by all that write. */
  private volatile Consumer<Runnable> room = Runnable::run;

  private Messages(PrintStream raw) {
    super(raw, true, raw.charset());
    this.raw = raw;
  }

  static PrintStream to(PrintStream err) {
    return err instanceof Messages ? err : new Messages(err);
  }

  /** The stream behind it, for those who steer the terminal on purpose. */
  static PrintStream raw(PrintStream err) {
    return err instanceof Messages messages ? messages.raw : err;
  }

  /**
   * From now on, all is written by this.
   *
   * @return ends that
   */
  static Runnable makingRoom(PrintStream err, Consumer<Runnable> room) {
    if (!(err instanceof Messages messages)) {
      return () -> {};
    }
    messages.room = room;
    return () -> messages.room = Runnable::run;
  }

  /*
   * Whoever makes room has a lock, and may print while it has that: so it is never taken inside of this stream's own. What
   * a method of the class above writes under that lock goes without.
   */
  private void written(Runnable writing) {
    if (Thread.holdsLock(this)) {
      writing.run();
    } else {
      room.accept(writing);
    }
  }

  @Override
  public void write(byte[] bytes, int from, int count) {
    written(() -> super.write(bytes, from, count));
  }

  @Override
  public void println(@Nullable String text) {
    written(() -> super.println(text));
  }

  @Override
  public void println(@Nullable Object value) {
    println(String.valueOf(value));
  }

  @Override
  public void print(@Nullable String text) {
    written(() -> super.print(Visible.of(String.valueOf(text))));
  }

  @Override
  public void print(@Nullable Object value) {
    print(String.valueOf(value));
  }

  @Override
  public void print(char character) {
    print(String.valueOf(character));
  }

  @Override
  public void print(char[] text) {
    print(String.valueOf(text));
  }
}
