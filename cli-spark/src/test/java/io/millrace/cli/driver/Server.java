package io.millrace.cli.driver;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Answers on the loopback interface: {@code /ok/N} with a text, {@code /gone/N} with 404, {@code /flaky/N} at the second time,
 * {@code /moved/N} leads to {@code /ok/N}, {@code /stuck/N} at the second time and never at the first, {@code /held/N} when it is
 * told to, {@code /hang/N} never.
 */
final class Server implements AutoCloseable {
  private final HttpServer server;
  private final Map<String, Integer> calls = new ConcurrentHashMap<>();
  private final List<Long> times = new CopyOnWriteArrayList<>();
  private final List<String> headers = new CopyOnWriteArrayList<>();
  private final CountDownLatch hanging = new CountDownLatch(1);
  private final CountDownLatch closing = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();

  private Server(HttpServer server) {
    this.server = server;
  }

  static Server start() throws IOException {
    System.setProperty("sun.net.httpserver.nodelay", "true");
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 500);
    Server server = new Server(http);
    http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    http.createContext("/", server::answer);
    http.start();
    return server;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      String path = exchange.getRequestURI().getPath();
      times.add(System.nanoTime());
      headers.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
      int call = calls.merge(path, 1, Integer::sum);
      most.accumulateAndGet(running.incrementAndGet(), Math::max);
      String[] parts = path.split("/");
      switch (parts[1]) {
        case "ok" -> send(exchange, 200, "answer " + parts[2]);
        case "held" -> {
          released.await();
          send(exchange, 200, "answer " + parts[2]);
        }
        case "gone" -> send(exchange, 404, "nothing " + parts[2]);
        case "flaky" -> send(exchange, call == 1 ? 503 : 200, "flaky " + parts[2]);
        case "moved" -> {
          exchange.getResponseHeaders().set("Location", "/ok/" + parts[2]);
          send(exchange, 302, "");
        }
        case "stuck" -> {
          if (call == 1) {
            hang();
          } else {
            send(exchange, 200, "answer " + parts[2]);
          }
        }
        default -> hang();
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private void hang() throws InterruptedException {
    hanging.countDown();
    closing.await();
  }

  private void send(HttpExchange exchange, int status, String text) throws IOException {
    running.decrementAndGet(); // who has an answer sends the next request
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  /** Waits until a request hangs. */
  void awaitHanging() throws InterruptedException {
    hanging.await();
  }

  /** Answers what is held, from now on. */
  void release() {
    released.countDown();
  }

  /** How many requests it has not answered. */
  int running() {
    return running.get();
  }

  /** How many there were at once, at most. */
  int most() {
    return most.get();
  }

  Map<String, Integer> calls() {
    return calls;
  }

  List<Long> times() {
    return times;
  }

  List<String> headers() {
    return headers;
  }

  @Override
  public void close() {
    closing.countDown();
    released.countDown();
    server.stop(0);
  }
}
