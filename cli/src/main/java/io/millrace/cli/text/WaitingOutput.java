package io.millrace.cli.text;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Standard output or standard error, which waits for its reader in any case. Another process that shares it may have told the
 * system that it should not wait, as Node.js does with pipes: then a write that finds no room is no error, but has to be tried
 * again. Written to by one thread, which nobody interrupts.
 */
public final class WaitingOutput extends OutputStream {
  private static final int PART = 1 << 16;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final FileChannel channel;

  /** What is written goes there. */
  public WaitingOutput(FileDescriptor stream) {
    channel = new FileOutputStream(stream).getChannel();
  }

  @Override
  public void write(int octet) throws IOException {
    write(new byte[] {(byte) octet}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int count) throws IOException {
    for (int at = from; at < from + count; ) {
      // in parts: the channel copies each as a whole
      int written = channel.write(ByteBuffer.wrap(bytes, at, Math.min(PART, from + count - at)));
      if (written == 0) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      at += written;
    }
  }
}
