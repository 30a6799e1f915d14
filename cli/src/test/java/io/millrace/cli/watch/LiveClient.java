package io.millrace.cli.watch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client of a live page that says what it likes: also what no browser would say. */
public record LiveClient(String url) {
  private static final int PATIENCE_MILLIS = 30_000;

  public int port() {
    return URI.create(url).getPort();
  }

  public String token() {
    return URI.create(url).getPath().replace("/", "");
  }

  public String authority() {
    return "127.0.0.1:" + port();
  }

  /** What came back: everything, up to the end of the connection. */
  public record Answer(String text) {
    public int status() {
      return text.startsWith("HTTP/1.1 ") ? Integer.parseInt(text.substring(9, 12)) : 0;
    }

    public String head() {
      return text.substring(0, text.indexOf("\r\n\r\n") + 2).toLowerCase(java.util.Locale.ROOT);
    }

    public String body() {
      return text.substring(text.indexOf("\r\n\r\n") + 4);
    }
  }

  public Socket connect() throws IOException {
    Socket socket = new Socket();
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.connect(new InetSocketAddress("127.0.0.1", port()), PATIENCE_MILLIS);
    return socket;
  }

  private static void say(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /** A request with a path, and header fields besides that of the host. */
  public Answer ask(String method, String path, String... fields) throws IOException {
    List<String> all = new ArrayList<>(List.of("Host: " + authority()));
    all.addAll(List.of(fields));
    return askAs(method, path, all);
  }

  /** A request with these header fields only. */
  public Answer askAs(String method, String path, List<String> fields) throws IOException {
    try (Socket socket = connect()) {
      say(
          socket,
          method
              + " "
              + path
              + " HTTP/1.1\r\n"
              + String.join("", fields.stream().map(field -> field + "\r\n").toList())
              + "\r\n");
      return new Answer(
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1));
    }
  }

  /** Asks for events and reads nothing. */
  public Socket follow() throws IOException {
    Socket socket = connect();
    say(socket, "GET /" + token() + "/events HTTP/1.1\r\nHost: " + authority() + "\r\n\r\n");
    return socket;
  }

  /** Events as they come. */
  public Events events() throws IOException {
    Socket socket = follow();
    return new Events(
        socket,
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII)));
  }

  /** An event: its name, and its data. */
  public record Event(String name, JsonNode data) {}

  /** A stream of events; what frames its parts is skipped. */
  public record Events(Socket socket, BufferedReader lines) implements AutoCloseable {
    /** The status of the answer. */
    public int status() throws IOException {
      return Integer.parseInt(lines.readLine().substring(9, 12));
    }

    /** The next event; null at the end. */
    public Event next() throws IOException {
      String name = "";
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("event: ")) {
          name = line.substring("event: ".length());
        }
        if (line.startsWith("data: ")) {
          return new Event(
              name, JsonMapper.shared().readTree(whole(line.substring("data: ".length()))));
        }
      }
      return null;
    }

    /* A line goes on behind the length of the next part, until an empty one. */
    private String whole(String start) throws IOException {
      StringBuilder text = new StringBuilder(start);
      for (String line = lines.readLine(); !line.isEmpty(); line = lines.readLine()) {
        if (!line.matches("[0-9a-f]{1,6}")) {
          text.append(line);
        }
      }
      return text.toString();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
