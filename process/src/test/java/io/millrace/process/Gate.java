package io.millrace.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Holds tasks in worker processes until the test lets them go. Used by the test's thread. */
final class Gate implements AutoCloseable {
  private final ServerSocket server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
  private final List<Socket> held = new ArrayList<>();

  Gate() throws IOException {}

  int port() {
    return server.getLocalPort();
  }

  /** In a worker: waits until the gate opens. */
  static void pass(int port) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      var _ = socket.getInputStream().read();
    }
  }

  /** Waits for one more task. */
  void awaitOne() throws IOException {
    held.add(server.accept());
  }

  /** Lets those go for which it has waited. */
  void open() throws IOException {
    for (Socket socket : held) {
      socket.close();
    }
    held.clear();
  }

  @Override
  public void close() throws IOException {
    open();
    server.close();
  }
}
