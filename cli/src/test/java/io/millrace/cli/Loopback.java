package io.millrace.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A server on the loopback interface; what it answers is set per path. */
public final class Loopback implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final List<Seen> requests = new CopyOnWriteArrayList<>();

  /** A request as it came. */
  public record Seen(
      String path, String method, Map<String, List<String>> headers, String body, long nanos) {
    public String header(String name) {
      return String.join("|", headers.getOrDefault(name, List.of()));
    }
  }

  /** Something that answers the n-th request to a path, n from 1. */
  @FunctionalInterface
  public interface Handler {
    void handle(HttpExchange exchange, int number) throws IOException;
  }

  private Loopback(HttpServer server) {
    this.server = server;
  }

  public static Loopback start() {
    System.setProperty("sun.net.httpserver.nodelay", "true");
    try {
      InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      Loopback loopback = new Loopback(HttpServer.create(anyPort, 500));
      loopback.server.setExecutor(loopback.threads);
      loopback.server.start();
      return loopback;
    } catch (IOException error) {
      throw new AssertionError(error);
    }
  }

  /** Answers requests whose path starts with this. */
  public Loopback on(String path, Handler handler) {
    Map<String, Integer> numbers = new ConcurrentHashMap<>();
    HttpHandler counting =
        exchange -> {
          try (exchange) {
            String full = exchange.getRequestURI().getRawPath();
            requests.add(seen(exchange, full));
            handler.handle(exchange, numbers.merge(full, 1, Integer::sum));
          }
        };
    server.createContext(path, counting);
    return this;
  }

  /** Always the same text. */
  public Loopback on(String path, int status, String text) {
    return on(path, (exchange, number) -> send(exchange, status, text));
  }

  public static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static Seen seen(HttpExchange exchange, String path) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    return new Seen(
        path,
        exchange.getRequestMethod(),
        Map.copyOf(exchange.getRequestHeaders()),
        body,
        System.nanoTime());
  }

  /** Keeps the handler waiting until the server closes. */
  public void hang() {
    await(closing);
  }

  /** Keeps a handler waiting. */
  public static void await(CountDownLatch latch) {
    try {
      if (!latch.await(60, TimeUnit.SECONDS)) {
        throw new AssertionError("nobody came");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Keeps a handler waiting. */
  public static void await(Semaphore open) {
    try {
      if (!open.tryAcquire(60, TimeUnit.SECONDS)) {
        throw new AssertionError("nobody came");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  public int port() {
    return server.getAddress().getPort();
  }

  public String url(String path) {
    return "http://127.0.0.1:" + port() + path;
  }

  public List<Seen> requests() {
    return requests;
  }

  public long count(String path) {
    return requests.stream().filter(request -> request.path().equals(path)).count();
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    threads.close();
  }
}
