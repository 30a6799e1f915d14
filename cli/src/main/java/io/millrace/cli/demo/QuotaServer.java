package io.millrace.cli.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A server on the loopback interface that pushes back. */
final class QuotaServer implements AutoCloseable {
  private static final int BACKLOG = 1_024;
  private static final String GREETING = "/hello";
  private static final int PROMISED_BYTES = 100;

  private final Scenario scenario;
  private final Gatekeeper gatekeeper;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;

  private QuotaServer(Scenario scenario, HttpServer server) {
    this.scenario = scenario;
    this.gatekeeper = new Gatekeeper(scenario);
    this.server = server;
  }

  static QuotaServer start(Scenario scenario) throws IOException {
    return start(scenario, 0);
  }

  /**
   * Starts one.
   *
   * @param port where it listens; 0 for any that is free
   */
  static QuotaServer start(Scenario scenario, int port) throws IOException {
    // else the last bytes of each answer wait for an acknowledgement
    System.setProperty("sun.net.httpserver.nodelay", "true");
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    QuotaServer started = new QuotaServer(scenario, HttpServer.create(address, BACKLOG));
    started.server.setExecutor(started.threads);
    started.server.createContext("/", started::handle);
    started.server.createContext(GREETING, started::greet);
    started.server.start();
    return started;
  }

  int port() {
    return server.getAddress().getPort();
  }

  URI uri(int item) {
    return uri("/" + item);
  }

  /** Answers without a limit, and writes nothing down: for clients that want to warm up. */
  URI greeting() {
    return uri(GREETING);
  }

  private URI uri(String path) {
    InetSocketAddress address = server.getAddress();
    return URI.create(
        "http://" + address.getAddress().getHostAddress() + ":" + address.getPort() + path);
  }

  /** Waits until so many requests were answered, or are about to be; false if that takes longer. */
  boolean awaitAnswers(int count, Duration patience) throws InterruptedException {
    return gatekeeper.awaitAnswers(count, patience);
  }

  Receipt receipt() {
    return gatekeeper.receipt();
  }

  /** The right answer for an item. */
  static String answer(int item) {
    return "answer " + item;
  }

  private void greet(HttpExchange exchange) throws IOException {
    try (exchange) {
      send(exchange, 200, "hello");
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    int item = Integer.parseInt(exchange.getRequestURI().getPath().substring(1));
    try (exchange) {
      switch (gatekeeper.judge(item)) {
        case ANSWERED -> send(exchange, 200, answer(item));
        case OVER_QUOTA -> refuse(exchange, 429, item);
        case DOWN -> refuse(exchange, 503, item);
        case BROKEN_OFF -> {
          exchange.sendResponseHeaders(200, PROMISED_BYTES);
          exchange.getResponseBody().write('a');
          exchange.getResponseBody().flush();
        }
        case STALLED -> {
          var _ = closing.await(scenario.stall().toMillis(), TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void refuse(HttpExchange exchange, int status, int item) throws IOException {
    exchange.getResponseHeaders().set("Retry-After", "" + Scenario.RETRY_AFTER.toSeconds());
    gatekeeper.refusing(item);
    send(exchange, status, "later");
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    threads.close();
  }
}
