package io.millrace.cli.seen;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Chromium without a window, told what to do by its DevTools protocol. One page at a time. */
final class Browser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  /* Spinning would take a processor from the process that is waited for. */
  private static final long POLL = 1_000_000;

  private final Process process;
  private final HttpClient client = HttpClient.newHttpClient();
  private final WebSocket socket;
  private final AtomicInteger lastCall = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> calls = new ConcurrentHashMap<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private final String session;

  private Browser(Process process, URI address) throws Exception {
    this.process = process;
    this.socket =
        client
            .newWebSocketBuilder()
            .buildAsync(address, new Listener())
            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    String target =
        call("Target.createTarget", Map.of("url", "about:blank")).get("targetId").stringValue();
    Map<String, Object> flat = Map.of("targetId", target, "flatten", true);
    this.session = call("Target.attachToTarget", flat).get("sessionId").stringValue();
    for (String part : List.of("Page", "Runtime", "Log")) {
      call(part + ".enable", Map.of());
    }
  }

  static Browser start(Path folder) throws Exception {
    Process process =
        new ProcessBuilder(
                "chromium",
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-extensions",
                "--no-first-run",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                "--user-data-dir=" + folder.resolve("profile"))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("chromium.log").toFile())
            .start();
    try {
      return new Browser(process, address(folder.resolve("profile/DevToolsActivePort")));
    } catch (Exception | Error failed) {
      process.destroyForcibly().waitFor();
      throw failed;
    }
  }

  private static URI address(Path file) throws IOException {
    long start = System.nanoTime();
    List<String> lines = List.of();
    while (lines.size() < 2) {
      assertTrue(System.nanoTime() - start < PATIENCE.toNanos(), "chromium does not start");
      LockSupport.parkNanos(POLL);
      lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
    }
    return URI.create("ws://127.0.0.1:" + lines.get(0) + lines.get(1));
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean isLast) {
      text.append(part);
      if (isLast) {
        accept(JsonMapper.shared().readTree(text.toString()));
        text.setLength(0);
      }
      from.request(1);
      return CompletableFuture.completedStage(null);
    }
  }

  private void accept(JsonNode message) {
    if (message.has("id")) {
      CompletableFuture<JsonNode> call = calls.remove(message.get("id").intValue());
      if (message.has("error")) {
        call.completeExceptionally(new IOException(message.toString()));
      } else {
        call.complete(message.get("result"));
      }
      return;
    }
    switch (message.get("method").stringValue()) {
      case "Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded" ->
          complaints.add(message.get("params").toString());
      default -> {
        // of no interest
      }
    }
  }

  private JsonNode call(String method, Map<String, Object> parameters) throws Exception {
    int id = lastCall.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    calls.put(id, answer);
    Map<String, Object> message = new HashMap<>();
    message.put("id", id);
    message.put("method", method);
    message.put("params", parameters);
    if (session != null) {
      message.put("sessionId", session);
    }
    socket.sendText(JsonMapper.shared().writeValueAsString(message), true).get();
    return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** How wide the window is, and whether the person wants it dark. */
  void look(int width, boolean isDark) throws Exception {
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", width < 500));
    call(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", isDark ? "dark" : "light"))));
  }

  /** Opens a page; what the one before has complained of is forgotten. */
  void open(String url) throws Exception {
    complaints.clear();
    call("Page.navigate", Map.of("url", url));
    await("document.readyState === 'complete' && location.href.startsWith('" + url + "')");
  }

  /** What a script comes to: a text, a number or a truth. */
  JsonNode ask(String script) throws Exception {
    JsonNode answer = evaluated(script);
    assertFalse(answer.has("exceptionDetails"), () -> script + " fails: " + answer);
    return answer.get("result").get("value");
  }

  private JsonNode evaluated(String script) throws Exception {
    return call("Runtime.evaluate", Map.of("expression", script, "returnByValue", true));
  }

  String text(String script) throws Exception {
    return String.valueOf(ask(script).asString());
  }

  /** Waits until a script comes to true. While what it asks for is not there, as in a page that is drawn anew, it fails. */
  void await(String condition) throws Exception {
    long start = System.nanoTime();
    while (!evaluated(condition).get("result").path("value").asBoolean(false)) {
      if (System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new AssertionError(condition + " is not so: " + text("document.body.innerText"));
      }
    }
  }

  /** What the page has written to the console, its errors, and what of it was refused. */
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  /** A picture of the page down to so many pixels, in the format that the name of the file asks for. */
  void picture(Path file, int height) throws Exception {
    int width = ask("innerWidth").intValue();
    Map<String, Object> clip = Map.of("x", 0, "y", 0, "width", width, "height", height, "scale", 1);
    JsonNode answer =
        call(
            "Page.captureScreenshot",
            Map.of(
                "format",
                file.toString().endsWith(".webp") ? "webp" : "png",
                "quality",
                80,
                "captureBeyondViewport",
                true,
                "clip",
                clip));
    Files.createDirectories(file.getParent());
    Files.write(file, Base64.getDecoder().decode(answer.get("data").stringValue()));
  }

  @Override
  public void close() {
    try {
      socket.abort();
      client.shutdownNow();
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    } catch (InterruptedException interrupted) {
      throw new UncheckedIOException(new IOException(interrupted));
    }
  }
}
