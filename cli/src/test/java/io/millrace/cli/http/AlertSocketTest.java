package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AlertSocketTest {
  @DisplayName("H24: an interrupt closes the connection, also where there is something to read")
  @Test
  void anInterruptEndsAReadThatWouldNotWait() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket socket = new AlertSocket()) {
      socket.connect(server.getLocalSocketAddress());
      try (Socket sending = server.accept()) {
        sending.getOutputStream().write(new byte[100]);
        InputStream in = socket.getInputStream();
        assertEquals(0, in.read());
        Thread.currentThread().interrupt();
        assertThrows(SocketException.class, () -> in.read(new byte[1]));
        assertTrue(Thread.interrupted(), "the interrupt is not taken");
        assertTrue(socket.isClosed());
      }
    }
  }
}
