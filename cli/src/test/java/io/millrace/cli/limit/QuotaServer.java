package io.millrace.cli.limit;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.millrace.cli.Loopback;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server with a quota for each window of some seconds, which says in each answer what is left of it. */
final class QuotaServer implements AutoCloseable {
  private final int quota;
  private final int windowSeconds;
  private final Form form;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;

  /* Guarded by this: requests come at the same time. */
  private final List<ServerLog.Entry> entries = new ArrayList<>();
  private long start = -1;
  private long window;
  private int left;

  /** How it says what is left. */
  enum Form {
    /** As version 10 of the draft of the IETF. */
    FIELDS {
      @Override
      void add(Headers headers, int quota, int left, int window, int resetsIn) {
        headers.set("RateLimit-Policy", "\"default\";q=" + quota + ";w=" + window);
        headers.set("RateLimit", "\"default\";r=" + left + ";t=" + resetsIn);
      }
    },
    /** As most servers do. */
    PLAIN {
      @Override
      void add(Headers headers, int quota, int left, int window, int resetsIn) {
        headers.set("X-RateLimit-Limit", "" + quota);
        headers.set("X-RateLimit-Remaining", "" + left);
        headers.set("X-RateLimit-Reset", "" + resetsIn);
      }
    };

    abstract void add(Headers headers, int quota, int left, int window, int resetsIn);
  }

  QuotaServer(int quota, int windowSeconds, Form form) throws IOException {
    System.setProperty("sun.net.httpserver.nodelay", "true");
    this.quota = quota;
    this.windowSeconds = windowSeconds;
    this.form = form;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 500);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  String url(int item) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + item;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      boolean isGranted = judge(exchange.getResponseHeaders());
      Loopback.send(exchange, isGranted ? 200 : 429, isGranted ? "fine" : "later");
    }
  }

  private synchronized boolean judge(Headers headers) {
    long now = System.nanoTime();
    start = start < 0 ? now : start;
    double seconds = (now - start) / 1e9;
    long current = (long) (seconds / windowSeconds);
    if (current != window || entries.isEmpty()) {
      window = current;
      left = quota;
    }
    boolean isGranted = left > 0;
    left -= isGranted ? 1 : 0;
    entries.add(new ServerLog.Entry(seconds, isGranted));
    int resetsIn = (int) Math.ceil((current + 1) * windowSeconds - seconds);
    form.add(headers, quota, left, windowSeconds, resetsIn);
    return isGranted;
  }

  synchronized ServerLog log() {
    return ServerLog.of(List.copyOf(entries));
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
