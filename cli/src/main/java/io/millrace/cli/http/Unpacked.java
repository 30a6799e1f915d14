package io.millrace.cli.http;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * What a packed body unpacks to. It ends where the body does: something behind the packed data is an error, as it is
 * for curl. Closing it leaves the body open.
 */
final class Unpacked extends InflaterInputStream {
  private static final int GZIP_MAGIC = 0x1f8b;
  private static final int DEFLATED = 8;
  private static final int HEADER_CHECKSUM = 1 << 1;
  private static final int EXTRA = 1 << 2;
  private static final int NAME = 1 << 3;
  private static final int COMMENT = 1 << 4;

  /** Servers that leave out the header of zlib may still send its checksum. */
  private static final int ZLIB_CHECKSUM = 4;

  private final LookAhead body;
  private final Form form;
  private final CRC32 checksum = new CRC32();
  private boolean isOver;

  private enum Form {
    GZIP,
    ZLIB,
    /** Without header and checksum. */
    BARE
  }

  private Unpacked(LookAhead body, Form form) {
    super(body, new Inflater(form != Form.ZLIB), LookAhead.MOST);
    this.body = body;
    this.form = form;
  }

  /** Unpacks gzip (RFC 1952), in one member or several; nothing is nothing. */
  static InputStream gzip(InputStream packed) throws IOException {
    LookAhead body = new LookAhead(packed);
    if (body.isAtEnd()) {
      return body;
    }
    Unpacked unpacked = new Unpacked(body, Form.GZIP);
    unpacked.readHeader();
    return unpacked;
  }

  /** Unpacks deflate. It is meant to have a zlib header; some servers leave it out. */
  static InputStream deflate(InputStream packed) throws IOException {
    LookAhead body = new LookAhead(packed);
    return body.isAtEnd()
        ? body
        : new Unpacked(body, body.startsLikeZlib() ? Form.ZLIB : Form.BARE);
  }

  @Override
  public int read(byte[] bytes, int from, int length) throws IOException {
    while (!isOver) {
      int count = super.read(bytes, from, length);
      if (count >= 0) {
        checksum.update(bytes, from, count);
        return count;
      }
      if (!inf.finished()) {
        throw new ZipException("it needs a dictionary");
      }
      body.unread(buf, len - inf.getRemaining(), inf.getRemaining());
      readTrailer();
    }
    return -1;
  }

  private void readTrailer() throws IOException {
    switch (form) {
      case ZLIB -> {}
      case BARE -> body.readNBytes(ZLIB_CHECKSUM);
      case GZIP -> {
        if (littleEndian() != (int) checksum.getValue()
            || littleEndian() != (int) inf.getBytesWritten()) {
          throw new ZipException("it was damaged on its way");
        }
      }
    }
    isOver = body.isAtEnd();
    if (!isOver) {
      if (form != Form.GZIP) {
        throw new ZipException("there is something behind it");
      }
      readHeader();
      checksum.reset();
      inf.reset();
    }
  }

  private int littleEndian() throws IOException {
    return Integer.reverseBytes(new DataInputStream(body).readInt());
  }

  private void readHeader() throws IOException {
    DataInputStream header = new DataInputStream(body);
    if (header.readUnsignedShort() != GZIP_MAGIC || header.readUnsignedByte() != DEFLATED) {
      throw new ZipException("it does not start like gzip");
    }
    int flags = header.readUnsignedByte();
    header.skipNBytes(6); // the time, and by whom
    if ((flags & EXTRA) != 0) {
      header.skipNBytes(Short.toUnsignedInt(Short.reverseBytes(header.readShort())));
    }
    for (int text : new int[] {NAME, COMMENT}) {
      while ((flags & text) != 0 && header.readUnsignedByte() != 0) {
        // it ends with a zero
      }
    }
    if ((flags & HEADER_CHECKSUM) != 0) {
      header.skipNBytes(2);
    }
  }

  @Override
  public void close() {
    inf.end();
  }
}
