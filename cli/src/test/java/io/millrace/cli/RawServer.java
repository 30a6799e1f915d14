package io.millrace.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that writes down what came, byte for byte, and answers what it is told, byte for byte. */
public final class RawServer implements AutoCloseable {
  private final ServerSocket socket;
  private final Script script;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final List<Seen> seen = new CopyOnWriteArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();
  private final CountDownLatch closing = new CountDownLatch(1);

  /**
   * A request as it came.
   *
   * @param line the first one
   * @param headers as they were written
   * @param connection over which it came, from 1
   */
  public record Seen(String line, List<String> headers, String body, int connection, long nanos) {
    public Optional<String> header(String name) {
      String start = name.toLowerCase(Locale.ROOT) + ":";
      return headers.stream()
          .filter(header -> header.toLowerCase(Locale.ROOT).startsWith(start))
          .map(header -> header.substring(start.length()).strip())
          .findFirst();
    }

    public String method() {
      return line.substring(0, line.indexOf(' '));
    }

    public String target() {
      return line.substring(line.indexOf(' ') + 1, line.lastIndexOf(' '));
    }
  }

  /** What is done about a request; each character that is written is a byte. */
  public interface Answer {
    Answer write(String text) throws IOException;

    /** Ends the connection as if the server had died. */
    void reset() throws IOException;

    /** Ends the connection in good order. */
    void close() throws IOException;

    /** Keeps the connection waiting until the server closes. */
    void hang();

    /** Says yes, and passes on what follows to a port of this machine, and what comes back. */
    default void tunnel(int port) throws IOException {
      tunnel(port, "");
    }

    /** The same, with something right behind the yes. */
    void tunnel(int port, String behind) throws IOException;

    /** A whole answer with a body. */
    default Answer send(int status, String body, String... headers) throws IOException {
      StringBuilder text = new StringBuilder("HTTP/1.1 " + status + " Some\r\n");
      for (String header : headers) {
        text.append(header).append("\r\n");
      }
      return write(text + "Content-Length: " + body.length() + "\r\n\r\n" + body);
    }
  }

  /** Answers a request, which is the n-th, from 1. */
  @FunctionalInterface
  public interface Script {
    void answer(Seen request, int number, Answer answer) throws IOException;
  }

  private RawServer(ServerSocket socket, Script script) {
    this.socket = socket;
    this.script = script;
  }

  public static RawServer start(Script script) {
    try {
      ServerSocket socket = new ServerSocket(0, 500, InetAddress.getByName("127.0.0.1"));
      RawServer server = new RawServer(socket, script);
      server.threads.submit(server::accept);
      return server;
    } catch (IOException error) {
      throw new AssertionError(error);
    }
  }

  public int port() {
    return socket.getLocalPort();
  }

  public String url(String path) {
    return "http://127.0.0.1:" + port() + path;
  }

  /** Takes no more connections. Those that are open stay. */
  public void refuse() throws IOException {
    socket.close();
  }

  public List<Seen> requests() {
    return seen;
  }

  public List<String> lines() {
    return seen.stream().map(Seen::line).toList();
  }

  private void accept() {
    while (true) {
      try {
        Socket client = socket.accept();
        client.setTcpNoDelay(true);
        open.add(client);
        int number = connections.incrementAndGet();
        threads.submit(() -> serve(client, number));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket client, int connection) {
    try (client) {
      InputStream in = new BufferedInputStream(client.getInputStream());
      for (Seen request = read(in, connection); request != null; request = read(in, connection)) {
        int number;
        synchronized (seen) {
          seen.add(request);
          number = seen.size();
        }
        script.answer(request, number, new Connection(client));
        if (client.isClosed()) {
          return;
        }
      }
    } catch (IOException gone) {
      // the client has hung up
    } finally {
      open.remove(client);
    }
  }

  private final class Connection implements Answer {
    private final Socket client;

    Connection(Socket client) {
      this.client = client;
    }

    @Override
    public Answer write(String text) throws IOException {
      OutputStream out = client.getOutputStream();
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      return this;
    }

    @Override
    public void reset() throws IOException {
      client.setSoLinger(true, 0);
      client.close();
    }

    @Override
    public void close() throws IOException {
      client.close();
    }

    @Override
    public void hang() {
      Loopback.await(closing);
    }

    @Override
    public void tunnel(int port, String behind) throws IOException {
      try (Socket there = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
        open.add(there);
        write("HTTP/1.1 200 Yes\r\n\r\n" + behind);
        threads.submit(() -> there.getInputStream().transferTo(client.getOutputStream()));
        client.getInputStream().transferTo(there.getOutputStream());
      } finally {
        client.close();
      }
    }
  }

  private static Seen read(InputStream in, int connection) throws IOException {
    String line = line(in);
    if (line == null) {
      return null;
    }
    List<String> headers = new ArrayList<>();
    for (String header = line(in); header != null && !header.isEmpty(); header = line(in)) {
      headers.add(header);
    }
    Seen bare = new Seen(line, List.copyOf(headers), "", connection, System.nanoTime());
    String body = body(bare, in);
    return new Seen(line, bare.headers(), body, connection, bare.nanos());
  }

  private static String body(Seen head, InputStream in) throws IOException {
    if (head.header("transfer-encoding").isPresent()) {
      StringBuilder body = new StringBuilder();
      for (int size = chunkSize(in); size > 0; size = chunkSize(in)) {
        body.append(text(in.readNBytes(size)));
        line(in);
      }
      line(in);
      return body.toString();
    }
    int length = head.header("content-length").map(Integer::parseInt).orElse(0);
    return text(in.readNBytes(length));
  }

  private static int chunkSize(InputStream in) throws IOException {
    String line = line(in);
    return line == null ? 0 : Integer.parseInt(line.strip(), 16);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int octet = in.read(); octet != '\n'; octet = in.read()) {
      if (octet < 0) {
        return null;
      }
      line.write(octet);
    }
    String text = line.toString(StandardCharsets.ISO_8859_1);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  @Override
  public void close() {
    closing.countDown();
    try {
      socket.close();
      for (Socket client : open) {
        client.close();
      }
    } catch (IOException already) {
      // it is closed
    }
    threads.close();
  }
}
