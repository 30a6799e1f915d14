package io.millrace.cli.run;

import io.millrace.cli.text.TextFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.List;

/** What is read, one after the other. */
record Inputs(List<Input> all) implements AutoCloseable {
  /** One of them. */
  record Input(String name, InputStream in) {}

  /** How far is looked for the first character. */
  private static final int MOST_BLANKS = 1 << 16;

  private static final byte[] MARK = TextFile.byteOrderMark();

  /**
   * What is read, with what was looked at, and whether it begins as an object of JSON does.
   *
   * @param isObject also where there is nothing at all
   */
  record Beginning(Inputs inputs, boolean isObject) {}

  /** Looks at the first character that is not blank; waits for it. */
  Beginning beginning() {
    List<Input> seen = new ArrayList<>();
    for (int index = 0; index < all.size(); index++) {
      Input input = all.get(index);
      ByteArrayOutputStream read = new ByteArrayOutputStream();
      int first = firstOf(input.in(), read);
      InputStream in =
          new SequenceInputStream(new ByteArrayInputStream(read.toByteArray()), input.in());
      seen.add(new Input(input.name(), in));
      if (first >= 0) {
        seen.addAll(all.subList(index + 1, all.size()));
        return new Beginning(new Inputs(seen), first == '{');
      }
    }
    return new Beginning(new Inputs(seen), true);
  }

  /* Below 0 if there is none. A byte order mark is no part of the text. */
  private static int firstOf(InputStream in, ByteArrayOutputStream read) {
    try {
      while (read.size() < MOST_BLANKS) {
        int next = in.read();
        if (next < 0) {
          return next;
        }
        boolean isOfMark = read.size() < MARK.length && (byte) next == MARK[read.size()];
        read.write(next);
        if (next > ' ' && !isOfMark) {
          return next;
        }
      }
      return 0;
    } catch (IOException unreadable) {
      return -1; // whoever reads on says so
    }
  }

  @Override
  public void close() throws IOException {
    for (Input each : all) {
      each.in().close();
    }
  }
}
