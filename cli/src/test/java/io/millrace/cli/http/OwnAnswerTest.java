package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.millrace.cli.Cli;
import io.millrace.cli.Loopback;
import io.millrace.cli.RawServer;
import io.millrace.testkit.NoLeaks;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a server sends, a request gets no answer but its own. */
@NoLeaks
class OwnAnswerTest {
  private static final String FORGED = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nFORGED";

  private static String body(Cli cli, int id) {
    return cli.line(id).get("body").stringValue();
  }

  private static Cli two(RawServer server, String method) {
    String in =
        "{\"id\": 1, \"method\": \"%s\", \"url\": \"%s\"}\n{\"id\": 2, \"url\": \"%s\"}\n"
            .formatted(method, server.url("/1"), server.url("/2"));
    return Cli.run(in, "http", "--jobs", "1", "--retries", "0");
  }

  @DisplayName("H16: bytes behind a complete answer are not the answer to the next request")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET 200 Content-Length: 2\r\n\r\nhi",
        "GET 200 Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        "GET 204 X: y\r\n\r\n",
        "GET 304 X: y\r\n\r\n",
        "HEAD 200 Content-Length: 44\r\n\r\n",
        "GET 200 Content-Length: 2\r\n\r\nhi\r\n\r\n    ",
        "POST 200 Content-Length: 2\r\n\r\nhi",
      })
  void whatStandsBehindAnAnswerIsNotTheNextOne(String form) {
    String[] parts = form.split(" ", 3);
    try (RawServer server =
        RawServer.start(
            (request, number, answer) -> {
              if (request.target().equals("/1")) {
                answer.write("HTTP/1.1 " + parts[1] + " OK\r\n" + parts[2] + FORGED);
              } else {
                answer.send(200, "own");
              }
            })) {
      Cli cli = two(server, parts[0]);
      assertEquals("own", body(cli, 2), cli.out());
      assertFalse(cli.out().contains("FORGED"), cli.out());
      assertEquals(2, server.requests().getLast().connection());
    }
  }

  @DisplayName("H16: what comes while a connection is idle is not the answer to the next request")
  @Test
  void whatComesInBetweenIsNotTheNextAnswer() {
    CountDownLatch sent = new CountDownLatch(1);
    try (RawServer server =
        RawServer.start(
            (request, number, answer) -> {
              if (number == 1) {
                answer.send(200, "first");
                answer.write("HTTP/1.1 408 Late\r\nContent-Length: 0\r\n\r\n");
                sent.countDown();
              } else {
                answer.send(200, "own");
              }
            })) {
      InputStream in =
          new SequenceInputStream(
              bytes(server.url("/1") + "\n"), new Later(sent, bytes(server.url("/2") + "\n")));
      Cli cli = Cli.run(in, "http", "--jobs", "1", "--retries", "0");
      assertEquals("own", body(cli, 2), cli.out());
    }
  }

  private static InputStream bytes(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Bytes that are not there before something has happened. */
  private static final class Later extends InputStream {
    private final CountDownLatch event;
    private final InputStream bytes;

    Later(CountDownLatch event, InputStream bytes) {
      this.event = event;
      this.bytes = bytes;
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException();
    }

    @Override
    public int read(byte[] to, int from, int length) throws java.io.IOException {
      Loopback.await(event);
      return bytes.read(to, from, length);
    }
  }

  @DisplayName("H16: what is quiet is used again")
  @Test
  void aQuietConnectionIsUsedAgain() {
    try (RawServer server =
        RawServer.start((request, number, answer) -> answer.send(200, request.target()))) {
      Cli cli = two(server, "POST");
      assertEquals(List.of("/1", "/2"), List.of(body(cli, 1), body(cli, 2)));
      assertEquals(1, server.requests().getLast().connection());
    }
  }
}
