package io.millrace.cli.console;

import io.millrace.cli.text.Visible;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/**
 * Standard error, for what people read: texts come out so that nothing in them steers a terminal, wherever it is from. Bytes
 * go through as they are: those of commands.
 */
final class Messages extends PrintStream {
  private final PrintStream raw;

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

  @Override
  public void print(@Nullable String text) {
    super.print(Visible.of(String.valueOf(text)));
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
