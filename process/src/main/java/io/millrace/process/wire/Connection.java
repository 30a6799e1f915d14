package io.millrace.process.wire;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sends and receives frames. A frame is its kind, how many parts it has, its number, the lengths of the
 * parts, and the parts.
 *
 * <p>Used by one thread at a time. An interrupt of that thread closes the connection.
 */
public final class Connection implements AutoCloseable {
  private static final int BUFFER = 32 * 1024;
  private static final int HEADER = 2 + Integer.BYTES;

  /* What is taken for a part before its bytes are there. */
  private static final int CHUNK = 64 * 1024;

  private final SocketChannel channel;

  /* Both belong to whoever uses the connection; "in" is always ready to be read from. */
  private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER);
  private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER).limit(0);

  /** A connection over an open channel. */
  public Connection(SocketChannel channel) {
    this.channel = channel;
  }

  /** Connects to a socket in the file system. */
  public static Connection to(Path socket) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      return new Connection(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Sends a frame. */
  public void send(Frame frame) throws IOException {
    out.clear();
    out.put(frame.kind().code()).put((byte) frame.parts().size()).putInt(frame.number());
    frame.parts().forEach(part -> out.putInt(part.length));
    for (byte[] part : frame.parts()) {
      put(part);
    }
    flush();
  }

  private void put(byte[] bytes) throws IOException {
    int done = 0;
    while (done < bytes.length) {
      if (!out.hasRemaining()) {
        flush();
        out.clear();
      }
      int length = Math.min(out.remaining(), bytes.length - done);
      out.put(bytes, done, length);
      done += length;
    }
  }

  private void flush() throws IOException {
    out.flip();
    while (out.hasRemaining()) {
      channel.write(out);
    }
  }

  /**
   * Waits for a frame.
   *
   * @param mostBytes of all its parts together; more is against the protocol
   * @throws EOFException if the other end is gone
   */
  public Frame receive(long mostBytes) throws IOException {
    fill(HEADER);
    Frame.Kind kind = Frame.Kind.of(in.get());
    int count = in.get();
    int number = in.getInt();
    kind.check(count);
    fill(count * Integer.BYTES);
    int[] lengths = new int[count];
    long total = 0;
    for (int i = 0; i < count; i++) {
      lengths[i] = in.getInt();
      total += Integer.toUnsignedLong(lengths[i]);
    }
    if (total > mostBytes) {
      throw new ProtocolException(
          kind + " of " + total + " bytes; " + mostBytes + " are allowed at most");
    }
    List<byte[]> parts = new ArrayList<>(count);
    for (int length : lengths) {
      parts.add(take(length));
    }
    return new Frame(kind, number, parts);
  }

  /* Memory is taken as bytes arrive: a length alone is only a claim. */
  private byte[] take(int length) throws IOException {
    byte[] bytes = new byte[Math.min(length, CHUNK)];
    int done = 0;
    while (done < length) {
      if (!in.hasRemaining()) {
        fill(1);
      }
      if (done == bytes.length) {
        bytes = Arrays.copyOf(bytes, (int) Math.min(length, 2L * done));
      }
      int available = Math.min(in.remaining(), bytes.length - done);
      in.get(bytes, done, available);
      done += available;
    }
    return bytes;
  }

  /**
   * Checks that nothing was sent without being asked for.
   *
   * @throws ProtocolException if there is something
   */
  public void checkQuiet() throws ProtocolException {
    if (in.hasRemaining()) {
      throw new ProtocolException("there is more than the answer");
    }
  }

  /* At least so many bytes to read; never more than a header has. */
  private void fill(int bytes) throws IOException {
    if (in.remaining() >= bytes) {
      return;
    }
    in.compact();
    try {
      while (in.position() < bytes) {
        if (channel.read(in) < 0) {
          throw new EOFException("the other end has closed the connection");
        }
      }
    } finally {
      in.flip();
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
