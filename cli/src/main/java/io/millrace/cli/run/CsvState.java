package io.millrace.cli.run;

import io.millrace.cli.text.LineEnd;
import io.millrace.cli.text.TextFile;

/** Where one is in a record of CSV. */
enum CsvState {
  /** Nothing of the field was read. */
  START,
  /** In a field without quotes, in which a quote is a byte like any other; or behind the quote that ended one. */
  PLAIN,
  /** Between quotes. */
  QUOTED,
  /** Behind a quote that ends the field, or is the first one of two that stand for one. */
  QUOTE;

  private static final byte[] BYTE_ORDER_MARK = TextFile.byteOrderMark();

  /** Where the next byte leads. */
  CsvState next(byte each) {
    if (this == QUOTED) {
      return each == '"' ? QUOTE : QUOTED;
    }
    if (each == ',') {
      return START;
    }
    boolean opens = each == '"' && this != PLAIN;
    return opens ? QUOTED : PLAIN;
  }

  /** Finds where the records of an input end: in line feeds that are not between quotes. */
  static final class End implements LineEnd {
    private CsvState state = START;
    private int ofMark;

    @Override
    public boolean isAt(byte next) {
      if (ofMark < BYTE_ORDER_MARK.length) {
        if (next == BYTE_ORDER_MARK[ofMark]) {
          ofMark++;
          return false;
        }
        ofMark = BYTE_ORDER_MARK.length;
      }
      boolean isEnd = next == '\n' && state != QUOTED;
      state = isEnd ? START : state.next(next);
      return isEnd;
    }
  }
}
