package io.millrace.cli.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;

/**
 * A socket that is closed by an interrupt of the thread that reads, also where there is always something to read: an
 * ordinary one notices an interrupt only when it waits, so that a server that sends without pause would never be cut off.
 */
final class AlertSocket extends Socket {
  @Override
  public InputStream getInputStream() throws IOException {
    return new Input(super.getInputStream());
  }

  private final class Input extends FilterInputStream {
    Input(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      closeIfInterrupted();
      return in.read();
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      closeIfInterrupted();
      return in.read(bytes, from, length);
    }

    private void closeIfInterrupted() throws IOException {
      if (Thread.currentThread().isInterrupted()) {
        AlertSocket.this.close();
        throw new SocketException("closed by an interrupt");
      }
    }
  }
}
