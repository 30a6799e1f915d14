package io.millrace.cli.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;

/** A stream that can be looked at before it is read. */
final class LookAhead extends PushbackInputStream {
  /** How much can be put back. */
  static final int MOST = 1 << 13;

  private static final int DEFLATED = 8;

  LookAhead(InputStream in) {
    super(in, MOST);
  }

  /** Whether there is no more; waits until that is known. */
  boolean isAtEnd() throws IOException {
    int next = read();
    if (next >= 0) {
      unread(next);
    }
    return next < 0;
  }

  /** Whether it begins with a zlib header (RFC 1950): deflate, and divisible by 31. */
  boolean startsLikeZlib() throws IOException {
    byte[] first = readNBytes(2);
    unread(first);
    return first.length == 2
        && (first[0] & 0x0f) == DEFLATED
        && (((first[0] & 0xff) << 8) | (first[1] & 0xff)) % 31 == 0;
  }
}
