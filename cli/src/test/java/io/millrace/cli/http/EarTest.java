package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.NoLeaks;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@NoLeaks
class EarTest {
  private final SendingSocket socket = new SendingSocket();

  /** Knows whether something can be sent. */
  private static final class SendingSocket extends Socket {
    private final CountDownLatch cut = new CountDownLatch(1);

    @Override
    public void shutdownOutput() {
      cut.countDown();
    }
  }

  /** Hands out one part at each read, the next one if the one before has been told, if it is so wanted. */
  private static final class Parts extends InputStream {
    private final Deque<byte[]> parts = new ArrayDeque<>();
    private final CountDownLatch told;
    private int reads;

    Parts(CountDownLatch told, String... texts) {
      this.told = told;
      Arrays.stream(texts)
          .map(text -> text.replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1))
          .forEach(parts::add);
    }

    @Override
    public int read() {
      throw new AssertionError("byte for byte");
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      if (reads++ > 0) {
        try {
          told.await();
        } catch (InterruptedException never) {
          throw new IOException(never);
        }
      }
      return parts.isEmpty()
          ? -1
          : new ByteArrayInputStream(parts.remove()).read(bytes, from, length);
    }
  }

  @DisplayName("H37: a refusal is heard in however many parts it comes, and behind interim answers")
  @ParameterizedTest
  @CsvSource({
    "HTTP/1.1 413 Too,",
    "HTT,P/1.1 413 Too",
    "HTTP/1.1 4,13",
    "HTTP/1.1 307 Elsewhere||,",
    "HTTP/1.1 100 Continue||,HTTP/1.0 503 Busy",
    "HTTP/1.1 103 Early|Link: <a>|,|HTTP/1.1 102 Processing||HTTP/1.1 401 No"
  })
  void refusals(String first, String second) throws InterruptedException {
    Ear.open(new Parts(new CountDownLatch(0), first, second == null ? "" : second), socket);

    assertTrue(socket.cut.await(1, TimeUnit.MINUTES));
  }

  @DisplayName("H37: a refusal is heard behind an interim answer that the sender has seen")
  @Test
  void behindWhatIsTold() throws Exception {
    CountDownLatch told = new CountDownLatch(1);
    Ear ear = Ear.open(new Parts(told, "HTTP/1.1 100 Continue||", "HTTP/1.1 500 No|"), socket);
    byte[] bytes = new byte[100];

    assertEquals(25, ear.tell(bytes, 0, bytes.length));
    assertFalse(ear.isDone());
    told.countDown();

    assertTrue(socket.cut.await(1, TimeUnit.MINUTES));
    assertTrue(ear.isCut());
    assertEquals(17, ear.tell(bytes, 0, bytes.length));
    assertTrue(ear.isDone());
  }

  @DisplayName("H37: behind the status of an answer nothing is read that is not asked for")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK|",
        "HTTP/1.1 100 Continue||HTTP/1.1 204 OK||",
        "SSH-2.0-server|",
        "HTTP/2"
      })
  void others(String text) throws IOException {
    CountDownLatch never = new CountDownLatch(1);
    Ear ear = Ear.open(new Parts(never, text), socket);
    byte[] bytes = new byte[100];

    int length = text.replace("|", "\r\n").length();
    assertEquals(length, ear.tell(bytes, 0, bytes.length));
    assertTrue(ear.isDone());
    assertFalse(ear.isCut());
  }

  @DisplayName("H37: the end is told once, and again where it is read as usual")
  @Test
  void hungUp() throws IOException {
    Ear ear = Ear.open(new Parts(new CountDownLatch(0)), socket);

    assertEquals(-1, ear.tell(new byte[9], 0, 9));
    assertTrue(ear.isDone());
  }
}
