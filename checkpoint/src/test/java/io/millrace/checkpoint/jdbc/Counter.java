package io.millrace.checkpoint.jdbc;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The service that is paid for each call: {@code /call/7} answers with what nobody else can know, and counts. {@code
 * /deliver/7} with a value as its body says that a run has handed out that value.
 */
final class Counter implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /* All guarded by this. */
  private final Map<Integer, List<String>> answers = new HashMap<>();
  private final Map<Integer, String> delivered = new HashMap<>();
  private final List<String> wrongs = new ArrayList<>();
  private int calls;
  private int repeated;
  private int alarmAt = Integer.MAX_VALUE;
  private Runnable alarm = () -> {};

  Counter() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String[] path = exchange.getRequestURI().getPath().split("/", -1);
      int item = Integer.parseInt(path[2]);
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      String answer = path[1].equals("call") ? call(item) : deliver(item, body);
      byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private synchronized String call(int item) {
    if (delivered.containsKey(item)) {
      wrongs.add("item " + item + " was called again after its result was delivered");
    }
    List<String> before = answers.computeIfAbsent(item, none -> new ArrayList<>());
    repeated += before.isEmpty() ? 0 : 1;
    before.add("result " + item + ", call " + calls++);
    if (calls >= alarmAt) {
      alarmAt = Integer.MAX_VALUE;
      alarm.run();
    }
    return before.getLast();
  }

  private synchronized String deliver(int item, String value) {
    if (!answers.getOrDefault(item, List.of()).contains(value)) {
      wrongs.add("item " + item + " was delivered with " + value + ", which was never its result");
    }
    String before = delivered.putIfAbsent(item, value);
    if (before != null && !before.equals(value)) {
      wrongs.add("item " + item + " was delivered with " + before + ", then with " + value);
    }
    return "noted";
  }

  /** Does something, once, when so many more calls have come. */
  synchronized void after(int more, Runnable task) {
    alarmAt = calls + Math.max(1, more);
    alarm = task;
  }

  synchronized int calls() {
    return calls;
  }

  /** Calls of items that had been called before. */
  synchronized int repeated() {
    return repeated;
  }

  synchronized int delivered() {
    return delivered.size();
  }

  synchronized List<String> wrongs() {
    return List.copyOf(wrongs);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
