package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.testkit.NoLeaks;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that answer before they have read the body (RFC 9112, section 9.5). */
@NoLeaks
class EarlyAnswerTest {
  /* More than a socket takes that nobody reads. */
  private static final int LARGE = 20_000_000;

  @TempDir Path folder;

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private ServerSocket socket;

  /** A server, of which a script is told the head of each request. */
  @FunctionalInterface
  private interface Script {
    /** Answers; the length of the body that has not been read. False ends the connection. */
    boolean answer(int number, Body body, Socket client) throws IOException;
  }

  private record Body(InputStream in, int length) {
    int read() throws IOException {
      return in.readNBytes(length).length;
    }

    /** What comes until the client hangs up, however it does that. */
    int readWhatComes() {
      int count = 0;
      try {
        while (count < length && in.read() >= 0) {
          count++;
        }
      } catch (IOException reset) {
        // no more comes
      }
      return count;
    }
  }

  @BeforeEach
  void listen() throws IOException {
    socket = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
  }

  @AfterEach
  void stop() throws IOException {
    socket.close();
    threads.close();
  }

  private void serve(Script script) {
    threads.submit(
        () -> {
          while (true) {
            Socket client = socket.accept();
            threads.submit(() -> serve(client, script));
          }
        });
  }

  private boolean serve(Socket connection, Script script) throws IOException {
    try (Socket client = connection) {
      InputStream in = new BufferedInputStream(client.getInputStream());
      boolean goesOn = true;
      for (String head = head(in); goesOn && !head.isEmpty(); head = goesOn ? head(in) : "") {
        int number;
        synchronized (requests) {
          requests.add(head.lines().findFirst().orElseThrow());
          number = requests.size();
        }
        goesOn = script.answer(number, new Body(in, length(head)), client);
      }
    }
    return true;
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        return "";
      }
      head.append((char) next);
    }
    return head.toString();
  }

  private static int length(String head) {
    return head.lines()
        .map(line -> line.toLowerCase(Locale.ROOT))
        .filter(line -> line.startsWith("content-length:"))
        .map(line -> Integer.parseInt(line.substring(line.indexOf(':') + 1).strip()))
        .findFirst()
        .orElse(0);
  }

  private static void write(Socket client, String text) throws IOException {
    client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String whole(int status, String... headers) {
    String more = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
    return "HTTP/1.1 " + status + " Some\r\n" + more + "Content-Length: 2\r\n\r\nok";
  }

  private String line(String method, String more) throws IOException {
    Path file = folder.resolve("large");
    if (Files.notExists(file)) {
      Files.write(file, new byte[LARGE]);
    }
    return """
        {"method":"%s","url":"http://127.0.0.1:%d/","bodyFile":"%s"%s}
        """
        .formatted(method, socket.getLocalPort(), file, more);
  }

  @DisplayName("H37: a server that refuses a body and hangs up is heard, and asked once")
  @ParameterizedTest
  @CsvSource({"PUT, 413", "POST, 413", "PUT, 401"})
  void refusedAndClosed(String method, int status) throws IOException {
    serve(
        (_, _, client) -> {
          write(client, whole(status));
          return false;
        });

    Cli cli = Cli.run(line(method, ""), "http", "--retries", "2");

    assertEquals(status, cli.line().path("status").intValue(), cli.out());
    assertEquals("ok", cli.line().path("body").stringValue(), cli.out());
    assertEquals(1, requests.size());
  }

  @DisplayName("H37: a body is cut short when it is refused, also if the server goes on reading")
  @Test
  void refusedAndReadOn() throws IOException, InterruptedException {
    BlockingQueue<Integer> read = new LinkedBlockingQueue<>();
    serve(
        (number, body, client) -> {
          if (number == 1) {
            write(client, whole(403));
            read.add(body.readWhatComes());
            return false;
          }
          write(client, whole(200));
          return true;
        });

    Cli cli =
        Cli.run(
            line("POST", "") + "http://127.0.0.1:" + socket.getLocalPort() + "/next\n",
            "http",
            "--jobs",
            "1",
            "--ordered");

    assertEquals(403, cli.lines().getFirst().path("status").intValue(), cli.out());
    assertEquals(200, cli.lines().getLast().path("status").intValue(), cli.out());
    assertTrue(read.take() < LARGE, "all of it was sent");
  }

  @DisplayName(
      "H37: a server that refuses a body, and then neither reads on nor hangs up, is heard")
  @ParameterizedTest
  @CsvSource({"PUT, 413, ''", "POST, 500, ''", "POST, 401, HTTP/1.1 100 Continue"})
  void refusedAndLeft(String method, int status, String interim) throws IOException {
    CountDownLatch over = new CountDownLatch(1);
    serve(
        (number, _, client) -> {
          if (number == 1) {
            awaitStandstill(client.getInputStream());
            write(client, (interim.isEmpty() ? "" : interim + "\r\n\r\n") + whole(status));
            awaitWithoutReading(over);
          }
          return false;
        });

    Cli cli = Cli.run(line(method, ""), "http", "--retries", "2", "--timeout", "1m");
    over.countDown();

    assertEquals(status, cli.line().path("status").intValue(), cli.out());
    assertEquals("ok", cli.line().path("body").stringValue(), cli.out());
  }

  @DisplayName(
      "H37: a server that wants the body elsewhere, and reads no further, is heard, as by curl")
  @ParameterizedTest
  @CsvSource({"PUT, 307, PUT", "POST, 308, POST", "POST, 303, GET"})
  void wantedElsewhere(String method, int status, String next) throws IOException {
    CountDownLatch over = new CountDownLatch(1);
    serve(
        (number, body, client) -> {
          if (number == 1) {
            awaitStandstill(client.getInputStream());
            write(client, whole(status, "Location: /next"));
            awaitWithoutReading(over);
            return false;
          }
          body.read();
          write(client, whole(200));
          return true;
        });

    Cli cli = Cli.run(line(method, ""), "http", "--retries", "0", "--timeout", "1m");
    over.countDown();

    assertEquals(200, cli.line().path("status").intValue(), cli.out());
    assertEquals(List.of(method + " / HTTP/1.1", next + " /next HTTP/1.1"), requests);
  }

  /* Until nobody can send more, since nobody reads it. */
  static void awaitStandstill(InputStream in) throws IOException {
    int waiting = in.available();
    long since = System.nanoTime();
    while (waiting == 0 || System.nanoTime() - since < 300_000_000) {
      int now = in.available();
      if (now != waiting) {
        waiting = now;
        since = System.nanoTime();
      }
      Thread.onSpinWait();
    }
  }

  private static void awaitWithoutReading(CountDownLatch over) throws IOException {
    try {
      over.await();
    } catch (InterruptedException interrupted) {
      throw new IOException(interrupted);
    }
  }

  @DisplayName("H37: a POST that is refused with 429 while it is sent is repeated")
  @Test
  void limited() throws IOException {
    serve(
        (number, body, client) -> {
          if (number == 1) {
            write(client, whole(429));
            return false;
          }
          assertEquals(LARGE, body.read());
          write(client, whole(200));
          return true;
        });

    Cli cli = Cli.run(line("POST", ""), "http", "--retries", "2");

    assertEquals(200, cli.line().path("status").intValue(), cli.out());
    assertEquals(2, cli.line().path("attempts").intValue(), cli.out());
  }

  @DisplayName("H37: a body goes on behind an interim answer, and behind an early success")
  @ParameterizedTest
  @ValueSource(strings = {"HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 102 Processing\r\n\r\n", ""})
  void wanted(String interim) throws IOException {
    serve(
        (_, body, client) -> {
          write(client, interim.isEmpty() ? whole(200) : interim);
          assertEquals(LARGE, body.read());
          write(client, interim.isEmpty() ? "" : whole(200));
          return true;
        });

    Cli cli = Cli.run(line("POST", ""), "http", "--retries", "0");

    assertEquals(200, cli.line().path("status").intValue(), cli.out());
    assertEquals(1, requests.size());
  }

  @DisplayName("H37: a server that hangs up in the middle of a body, and says nothing, is lost")
  @Test
  void closed() throws IOException {
    serve((_, _, _) -> false);

    Cli cli = Cli.run(line("POST", ""), "http", "--retries", "2");

    assertTrue(cli.line().path("error").stringValue().contains("connection"), cli.out());
    assertEquals(1, requests.size());
  }

  @DisplayName("where the server did not want the body, no other request takes its place")
  @Test
  void expected() throws IOException {
    serve(
        (_, body, client) -> {
          write(client, whole(body.length() > 0 ? 401 : 200));
          body.read(); // perhaps the client has not waited
          return true;
        });
    Path file = Files.write(folder.resolve("body"), new byte[5_000]);
    String url = "http://127.0.0.1:" + socket.getLocalPort();
    String first =
        "{\"method\":\"PUT\",\"url\":\"%s/\",\"bodyFile\":\"%s\",\"headers\":{\"Expect\":\"100-continue\"}}\n"
            .formatted(url, file);

    Cli cli =
        Cli.run(
            first + url + "/next\n",
            "http",
            "--jobs",
            "1",
            "--retries",
            "0",
            "--timeout",
            "5s",
            "--ordered");

    assertEquals(401, cli.lines().getFirst().path("status").intValue(), cli.out());
    assertEquals(200, cli.lines().getLast().path("status").intValue(), cli.out());
    assertEquals(List.of("PUT / HTTP/1.1", "GET /next HTTP/1.1"), requests);
  }

  @DisplayName("an answer is read while its body is sent: a server may send back what it reads")
  @Test
  void sentBack() throws IOException {
    serve(
        (_, body, client) -> {
          write(client, "HTTP/1.1 200 Some\r\nContent-Length: " + LARGE + "\r\n\r\n");
          byte[] piece = new byte[1 << 16];
          for (int left = LARGE; left > 0; ) {
            int count = body.in().read(piece, 0, Math.min(left, piece.length));
            client.getOutputStream().write(piece, 0, count);
            left -= count;
          }
          return true;
        });
    Path answers = folder.resolve("answers");

    Cli cli =
        Cli.run(
            line("POST", ""),
            "http",
            "--retries",
            "0",
            "--timeout",
            "20s",
            "--save-dir",
            answers.toString());

    assertEquals(LARGE, cli.line().path("bytes").intValue(), cli.out());
    assertEquals(1, requests.size());
  }
}
