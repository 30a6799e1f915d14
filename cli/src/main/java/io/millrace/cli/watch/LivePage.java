package io.millrace.cli.watch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.millrace.cli.console.Breakdown;
import io.millrace.cli.console.Streams;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Shows the page of a run to browsers of this machine while it goes on, at a URL that nobody can guess. Threads of its own ask
 * the monitor and write to browsers, so a browser that does not read holds up one of them, and nothing of the run. Thread-safe.
 */
public final class LivePage implements AutoCloseable {
  private static final byte[] LOOPBACK = {127, 0, 0, 1};
  private static final Duration PERIOD = Duration.ofSeconds(1);

  /* How long the end waits for browsers to take their last event. */
  private static final Duration GRACE = Duration.ofMillis(500);

  private static final int MOST_THREADS = 8;
  private static final int MOST_STREAMS = 4;
  private static final int BACKLOG = 16;

  /* Of the server, which reads them when the first one of the process is made. */
  private static final Map<String, String> BOUNDS =
      Map.of(
          "jdk.httpserver.maxConnections", "32",
          "sun.net.httpserver.maxReqTime", "5",
          "sun.net.httpserver.maxReqHeaders", "64",
          "sun.net.httpserver.maxReqHeaderSize", "16384");

  private static final String NOTHING_ELSE = "default-src 'none'; frame-ancestors 'none'";

  private static final String WHAT = "the live page";

  private final ReportPage page;
  private final Breakdown breakdown;
  private final HttpServer server;
  private final LiveAccess access;
  private final Semaphore streams = new Semaphore(MOST_STREAMS);

  /* A request that finds no thread is refused: its connection is closed. */
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          0,
          MOST_THREADS,
          1,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          Thread.ofPlatform().name("millrace-ui-", 0).daemon().factory(),
          new ThreadPoolExecutor.AbortPolicy());

  /* Written by whoever ends the run, before the latch; read by the streams, after it. */
  private @Nullable String last;
  private final CountDownLatch ended = new CountDownLatch(1);

  /** Nothing can listen on the loopback interface. */
  public static final class UnavailableException extends Exception {
    private static final long serialVersionUID = 1;

    UnavailableException(String message) {
      super(message);
    }
  }

  private LivePage(ReportPage page, HttpServer server, Breakdown breakdown) {
    this.page = page;
    this.breakdown = breakdown;
    this.server = server;
    this.access = LiveAccess.of(server.getAddress().getPort());
  }

  /**
   * Listens from now on, on a free port of 127.0.0.1, and says where on standard error. In a process of its own it bounds
   * the connections.
   *
   * @param breakdown hears of what keeps a thread from making the page; what a browser does is no matter
   */
  public static LivePage start(ReportPage page, Streams streams, Breakdown breakdown)
      throws UnavailableException {
    if (streams.isProcess()) {
      BOUNDS.forEach((name, value) -> System.getProperties().putIfAbsent(name, value));
    }
    try {
      InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), 0);
      LivePage live = new LivePage(page, HttpServer.create(anyPort, BACKLOG), breakdown);
      live.server.setExecutor(live.threads);
      live.server.createContext("/", live::handle);
      live.server.start();
      streams.err().println("millrace: live page: " + live.url());
      return live;
    } catch (IOException error) {
      throw new UnavailableException("--ui cannot listen on 127.0.0.1: " + error.getMessage());
    }
  }

  /** Where the page is; a secret. */
  String url() {
    return access.url();
  }

  /** Sends the last event. */
  public void end(String how) {
    if (ended.getCount() > 0) {
      last = page.last(how);
      ended.countDown();
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getResponseHeaders().set("Cache-Control", "no-store");
      exchange.getResponseHeaders().set("Referrer-Policy", "no-referrer");
      exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
      exchange.getResponseHeaders().set("Cross-Origin-Resource-Policy", "same-origin");
      exchange.getResponseHeaders().set("Cross-Origin-Opener-Policy", "same-origin");
      exchange.getResponseHeaders().set("Content-Security-Policy", NOTHING_ELSE);
      exchange.getResponseHeaders().set("Connection", "close");
      switch (access.judge(exchange)) {
        case PAGE -> sendPage(exchange);
        case EVENTS -> sendEvents(exchange);
        case FORBIDDEN -> sendText(exchange, 403, "forbidden");
        case UNKNOWN -> sendText(exchange, 404, "not found");
        case OTHER_METHOD -> {
          exchange.getResponseHeaders().set("Allow", "GET, HEAD");
          sendText(exchange, 405, "GET or HEAD");
        }
      }
    }
  }

  private void sendPage(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("Content-Security-Policy", ReportPage.livePolicy());
    send(exchange, 200, "text/html; charset=utf-8", breakdown.get(WHAT, page::live));
  }

  private static void sendText(HttpExchange exchange, int status, String text) throws IOException {
    send(exchange, status, "text/plain; charset=utf-8", text + "\n");
  }

  private static void send(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (isHead(exchange)) {
      exchange.sendResponseHeaders(status, -1);
    } else {
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private static boolean isHead(HttpExchange exchange) {
    return exchange.getRequestMethod().equals("HEAD");
  }

  private void sendEvents(HttpExchange exchange) throws IOException {
    if (!streams.tryAcquire()) {
      sendText(exchange, 503, "too many open pages");
      return;
    }
    try {
      exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
      exchange.sendResponseHeaders(200, isHead(exchange) ? -1 : 0);
      if (!isHead(exchange)) {
        try (OutputStream out = exchange.getResponseBody()) {
          sendEvents(out);
        }
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    } finally {
      streams.release();
    }
  }

  private void sendEvents(OutputStream out) throws IOException, InterruptedException {
    do {
      send(out, "state", breakdown.get(WHAT, page::now));
    } while (!ended.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS));
    send(out, "end", String.valueOf(last));
  }

  private static void send(OutputStream out, String event, String data) throws IOException {
    out.write(("event: " + event + "\ndata: " + data + "\n\n").getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  /** Ends the streams, with a moment for what they still have to send, and listens no more. */
  @Override
  public void close() {
    end("ended early");
    boolean isInterrupted = Thread.interrupted();
    try {
      var _ = streams.tryAcquire(MOST_STREAMS, GRACE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException hurry) {
      isInterrupted = true;
    }
    threads.shutdownNow();
    server.stop(0);
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
