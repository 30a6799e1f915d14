package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.RawServer;
import io.millrace.cli.ServerKeys;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command in a process of its own, which looks names up in a file. */
class AddressesTest {
  @TempDir Path folder;

  private List<JsonNode> run(Path names, String in, String... args) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Djdk.net.hosts.file=" + names,
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            "io.millrace.cli.Main",
            "http"));
    command.addAll(List.of(args));
    Process process =
        new ProcessBuilder(command).redirectError(folder.resolve("err").toFile()).start();
    try (OutputStream lines = process.getOutputStream()) {
      lines.write(in.getBytes(StandardCharsets.UTF_8));
    }
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return out.lines().map(JsonMapper.shared()::readTree).toList();
  }

  /** A server that takes no connection, and refuses none. */
  private static List<Socket> silent(ServerSocket full) throws IOException {
    List<Socket> filling = new ArrayList<>();
    while (true) {
      Socket next = new Socket();
      filling.add(next);
      try {
        next.connect(new InetSocketAddress(full.getInetAddress(), full.getLocalPort()), 300);
      } catch (SocketTimeoutException isFull) {
        return filling;
      }
    }
  }

  @DisplayName(
      "H38: of the addresses of a host, one that keeps silent does not keep the others from being asked")
  @Test
  void silentAddress() throws Exception {
    Path names = Files.writeString(folder.resolve("names"), "127.0.0.2 two\n127.0.0.1 two\n");
    try (RawServer server = RawServer.start((_, _, answer) -> answer.send(200, "here"));
        ServerSocket full =
            new ServerSocket(server.port(), 1, InetAddress.getByName("127.0.0.2"))) {
      List<Socket> filling = silent(full);
      String url = "http://two:" + server.port() + "/\n";

      List<JsonNode> lines = run(names, url, "--retries", "0", "--timeout", "20s");

      assertEquals("here", lines.getFirst().path("body").stringValue(), lines.toString());
      for (Socket each : filling) {
        each.close();
      }
    }
  }

  @DisplayName("H38: an address that has taken a connection is not left, however long TLS takes")
  @Test
  void slowHandshake() throws Exception {
    Path names = Files.writeString(folder.resolve("names"), "127.0.0.1 two\n127.0.0.2 two\n");
    AtomicInteger connections = new AtomicInteger();
    CountDownLatch another = new CountDownLatch(2);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        ServerSocket server =
            ServerKeys.make(folder).context().getServerSocketFactory().createServerSocket(0, 50)) {
      threads.submit(
          () -> {
            while (true) {
              Socket client = server.accept();
              connections.incrementAndGet();
              another.countDown();
              threads.submit(() -> shakeLate(client, another));
            }
          });

      List<JsonNode> lines =
          run(
              names,
              "https://two:" + server.getLocalPort() + "/\n",
              "--insecure",
              "--retries",
              "0");

      assertEquals("here", lines.getFirst().path("body").stringValue(), lines.toString());
      assertEquals(1, connections.get());
    }
  }

  private static boolean shakeLate(Socket connection, CountDownLatch another) throws Exception {
    try (Socket client = connection) {
      var _ = another.await(3, TimeUnit.SECONDS); // longer than an address may keep silent
      while (client.getInputStream().read() != '\r') {
        // the first line
      }
      client
          .getOutputStream()
          .write("HTTP/1.0 200 OK\r\n\r\nhere".getBytes(StandardCharsets.US_ASCII));
      return true;
    }
  }

  @DisplayName("H39: an unknown host is looked up again when its request is repeated")
  @Test
  void knownLater() throws Exception {
    Path names = Files.writeString(folder.resolve("names"), "127.0.0.1 other\n");
    try (RawServer server =
        RawServer.start(
            (request, _, answer) -> {
              if (request.target().equals("/now")) {
                Files.writeString(names, "127.0.0.1 later\n", StandardOpenOption.APPEND);
              }
              answer.send(200, "here");
            })) {
      // a line that waits for its retry holds no slot
      String lines =
          "http://later:%d/\nhttp://127.0.0.1:%d/now\n".formatted(server.port(), server.port());

      List<JsonNode> answers =
          run(names, lines, "--jobs", "1", "--retries", "20", "--item-timeout", "8s");

      assertEquals(2, answers.size());
      answers.forEach(
          answer -> assertEquals("here", answer.path("body").stringValue(), answer.toString()));
      assertTrue(answers.getLast().path("attempts").intValue() > 1, answers.toString());
    }
  }
}
