package io.millrace.checkpoint.jdbc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** What lies in a write-ahead log, by SQLite's description of its file format, section 4: "The Write-Ahead Log". */
final class SqliteLog {
  private static final int HEADER = 32;
  private static final int PAGE_SIZE = 8;
  private static final int SALT = 16;
  private static final int FRAME_HEADER = 24;
  private static final int FRAME_SALT = 8;

  /* Of a frame: how many pages the database has after the transaction that the frame ends; else 0. */
  private static final int FRAME_COMMIT = 4;

  private static final int LEAST_PAGE = 512;
  private static final int MOST_PAGE = 1 << 16;

  private SqliteLog() {}

  /** Whether the log has a frame that ends a transaction, before one that is left from an earlier use of the file. */
  static boolean hasTransaction(Path log) throws IOException {
    try (FileChannel channel =
        FileChannel.open(log, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
      ByteBuffer header = read(channel, 0, HEADER);
      int page = header.hasRemaining() ? 0 : pageSize(header);
      return page > 0 && hasCommit(channel, header.getLong(SALT), FRAME_HEADER + page);
    } catch (NoSuchFileException gone) {
      return false;
    }
  }

  private static boolean hasCommit(FileChannel channel, long salt, int frameLength)
      throws IOException {
    for (long at = HEADER; at + frameLength <= channel.size(); at += frameLength) {
      ByteBuffer frame = read(channel, at, FRAME_HEADER);
      if (frame.hasRemaining() || frame.getLong(FRAME_SALT) != salt) {
        return false;
      }
      if (frame.getInt(FRAME_COMMIT) != 0) {
        return true;
      }
    }
    return false;
  }

  /* 0 if it is none. */
  private static int pageSize(ByteBuffer header) {
    int size = header.getInt(PAGE_SIZE);
    boolean isOne = size >= LEAST_PAGE && size <= MOST_PAGE && Integer.bitCount(size) == 1;
    return isOne ? size : 0;
  }

  private static ByteBuffer read(FileChannel channel, long from, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) >= 0) {
      // until it is there, or the file ends
    }
    return bytes;
  }
}
