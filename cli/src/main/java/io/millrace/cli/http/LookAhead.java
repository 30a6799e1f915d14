package io.millrace.cli.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;

/** A stream whose first two bytes can be looked at before they are read. */
final class LookAhead extends PushbackInputStream {
  private static final int DEFLATED = 8;
  private final byte[] first;

  LookAhead(InputStream in) throws IOException {
    super(in, 2);
    first = in.readNBytes(2);
    unread(first);
  }

  boolean isEmpty() {
    return first.length == 0;
  }

  /** Whether it begins with a zlib header (RFC 1950): deflate, and divisible by 31. */
  boolean startsLikeZlib() {
    return first.length == 2
        && (first[0] & 0x0f) == DEFLATED
        && (((first[0] & 0xff) << 8) | (first[1] & 0xff)) % 31 == 0;
  }
}
