package io.millrace.cli.run;

import io.millrace.cli.console.Streams;
import io.millrace.cli.text.Output;
import java.io.IOException;
import java.io.PrintStream;
import java.util.function.Function;

/**
 * What commands have printed, each as a whole: standard output to standard output, standard error to standard error.
 * Each begins in a line of its own: if the one before has not ended its last line, that is ended; on a terminal at once, because
 * other lines follow there.
 */
final class GroupedText implements ResultWriter {
  private final Output output;
  private final PrintStream err;
  private final Function<Item, byte[]> tag;
  private final boolean isOutShown;
  private final boolean isErrShown;
  private boolean isOutOpen;
  private boolean isErrOpen;

  /**
   * Makes it.
   *
   * @param tag what stands before each line of an item; may be empty
   */
  GroupedText(Output output, Streams streams, Function<Item, byte[]> tag) {
    this.output = output;
    this.err = streams.err();
    this.tag = tag;
    this.isOutShown = streams.isOutputShown();
    this.isErrShown = streams.isErrorShown();
  }

  @Override
  public void write(ItemResult result) throws IOException {
    if (result.attempt().isEmpty()) {
      return;
    }
    Attempt attempt = result.attempt().get();
    byte[] prefix = tag.apply(result.item());
    if (attempt.out().kept() > 0) {
      Lines lines = new Lines(prefix, this::toOut);
      lines.begin(isOutOpen);
      attempt.out().copyTo(lines::add);
      isOutOpen = lines.end(isOutShown);
    }
    if (attempt.err().kept() > 0) {
      output.flush();
      Lines lines = new Lines(prefix, this::toErr);
      lines.begin(isErrOpen);
      attempt.err().copyTo(lines::add);
      isErrOpen = lines.end(isErrShown);
      err.flush();
    }
  }

  private void toOut(byte[] bytes, int from, int count) throws IOException {
    output.lines().write(bytes, from, count);
    if (output.isFull()) {
      output.flush();
    }
  }

  private void toErr(byte[] bytes, int from, int count) {
    err.write(bytes, from, count);
  }

  /** Takes a part of an array. */
  @FunctionalInterface
  private interface Target {
    void write(byte[] bytes, int from, int count) throws IOException;
  }

  /** The lines of one item. */
  private static final class Lines {
    private static final byte[] NEWLINE = {'\n'};
    private final byte[] prefix;
    private final Target target;
    private boolean isAtStart = true;
    private byte last;

    Lines(byte[] prefix, Target target) {
      this.prefix = prefix;
      this.target = target;
    }

    void begin(boolean isOpen) throws IOException {
      if (isOpen) {
        target.write(NEWLINE, 0, 1);
      }
    }

    void add(byte[] bytes, int count) throws IOException {
      last = bytes[count - 1];
      if (prefix.length == 0) {
        target.write(bytes, 0, count);
        return;
      }
      int from = 0;
      while (from < count) {
        if (isAtStart) {
          target.write(prefix, 0, prefix.length);
        }
        int to = from;
        while (to < count && bytes[to] != '\n') {
          to++;
        }
        isAtStart = to < count;
        int next = Math.min(to + 1, count);
        target.write(bytes, from, next - from);
        from = next;
      }
    }

    /* Whether the last line has no end then. */
    boolean end(boolean isShown) throws IOException {
      boolean isOpen = last != '\n' && last != 0;
      if (isOpen && isShown) {
        target.write(NEWLINE, 0, 1);
      }
      return isOpen && !isShown;
    }
  }
}
