package io.millrace.process.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.process.wire.Frame.Kind;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectionTest {
  private static final long MOST = 10_000_000;

  @TempDir private Path folder;
  private SocketChannel raw;
  private Connection here;
  private Connection there;

  @BeforeEach
  void connect() throws IOException {
    var address = UnixDomainSocketAddress.of(folder.resolve("s"));
    try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(address);
      raw = SocketChannel.open(address);
      here = new Connection(raw);
      there = new Connection(server.accept());
    }
  }

  @AfterEach
  void disconnect() throws IOException {
    here.close();
    there.close();
  }

  @Test
  @DisplayName("AX3: frames of all sizes arrive as they were sent")
  void framesArrive() throws Exception {
    Random random = new Random(7);
    for (int size : List.of(0, 1, 100, 32_767, 32_768, 32_769, 1_000_000)) {
      byte[] bytes = new byte[size];
      random.nextBytes(bytes);
      Frame sent = Frame.of(Kind.TASK, bytes, new byte[0], bytes);
      Thread sender = Thread.startVirtualThread(() -> sendTwice(sent));
      for (int i = 0; i < 2; i++) {
        Frame received = there.receive(MOST);
        assertEquals(Kind.TASK, received.kind());
        assertEquals(3, received.parts().size());
        assertArrayEquals(bytes, received.part(0));
        assertArrayEquals(bytes, received.part(2));
      }
      sender.join();
    }
  }

  private void sendTwice(Frame frame) {
    try {
      here.send(frame);
      here.send(frame);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @DisplayName("AX3: the end of the other side is an EOFException, also in the middle of a frame")
  void theEndIsSeen() throws Exception {
    raw.write(ByteBuffer.wrap(new byte[] {4, 1, 0, 0, 0, 1, 0, 0, 0, 9, 1, 2}));
    raw.close();
    assertThrows(EOFException.class, () -> there.receive(MOST));
    assertThrows(EOFException.class, () -> there.receive(MOST));
  }

  @Test
  @DisplayName("AX3: what is no frame, or too large, is refused before any memory is taken")
  void garbageIsRefused() throws Exception {
    assertRefused(new byte[] {99, 0, 0, 0, 0, 1});
    assertRefused(new byte[] {4, 120, 0, 0, 0, 1});
    assertRefused(new byte[] {4, 0, 0, 0, 0, 1});
    assertRefused(new byte[] {5, 2, 0, 0, 0, 1});
    assertRefused(new byte[] {4, 1, 0, 0, 0, 1, 0x7f, 0, 0, 0});
    assertRefused(new byte[] {4, 2, 0, 0, 0, 1, -1, -1, -1, -1, -1, -1, -1, -1});
  }

  private void assertRefused(byte[] bytes) throws IOException {
    disconnect();
    Files.deleteIfExists(folder.resolve("s"));
    connect();
    raw.write(ByteBuffer.wrap(bytes));
    assertThrows(ProtocolException.class, () -> there.receive(MOST));
  }

  @Test
  @DisplayName("AX3: an interrupt ends the waiting for an answer, and the connection")
  void anInterruptEndsTheConnection() throws Exception {
    var thrown = new CompletableFuture<Throwable>();
    Thread waiting =
        Thread.startVirtualThread(
            () -> thrown.complete(assertThrows(IOException.class, () -> there.receive(MOST))));
    waiting.interrupt();
    assertEquals(ClosedByInterruptException.class, thrown.get().getClass());
    waiting.join();
  }

  @Test
  @DisplayName("AX3: only who knows the token, and is the process that was started, is let in")
  void strangersAreTurnedAway() throws Exception {
    Hello expected = new Hello("secret", 42);
    assertTrue(expected.matches(new Hello("secret", 42).frame()));
    assertFalse(expected.matches(new Hello("secret", 43).frame()));
    assertFalse(expected.matches(new Hello("guess", 42).frame()));
    assertFalse(expected.matches(Frame.of(Kind.READY)));
    assertThrows(
        ProtocolException.class,
        () -> expected.matches(Frame.ofTexts(Kind.HELLO, "other/9", "secret", "42")));
    assertThrows(ProtocolException.class, () -> expected.matches(Frame.of(Kind.HELLO)));
  }
}
