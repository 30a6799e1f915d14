package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Loopback;
import io.millrace.cli.watch.LiveClient;
import io.millrace.cli.watch.LiveClient.Answer;
import io.millrace.cli.watch.LiveClient.Event;
import io.millrace.cli.watch.LiveClient.Events;
import io.millrace.testkit.NoLeaks;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The page of a run that goes on: who may see it, and that nobody who does matters to the run. */
@NoLeaks
@Timeout(120)
class LiveOptionTest {
  private final Loopback server = Loopback.start();
  private final CountDownLatch released = new CountDownLatch(1);
  private final List<LiveRun> runs = new ArrayList<>();

  @TempDir private Path directory;

  @BeforeEach
  void answers() {
    server.on("/gone", 404, "");
    server.on(
        "/slow",
        (exchange, number) -> {
          Loopback.await(released);
          Loopback.send(exchange, 200, "");
        });
  }

  @AfterEach
  void stopServer() throws Exception {
    released.countDown();
    for (LiveRun run : runs) {
      run.code();
    }
    server.close();
  }

  private LiveRun start(String... options) {
    List<String> arguments = new ArrayList<>(List.of("http", "--ui"));
    arguments.addAll(List.of(options));
    runs.add(LiveRun.start(lines(), arguments.toArray(String[]::new)));
    return runs.getLast();
  }

  private String lines() {
    return server.url("/gone?secret1") + "\n" + server.url("/slow");
  }

  private static JsonNode data(String page) {
    int from = page.indexOf("id=\"data\">") + "id=\"data\">".length();
    return JsonMapper.shared().readTree(page.substring(from, page.indexOf("</script>", from)));
  }

  private static void assertListensNoMore(LiveClient client) {
    assertThrows(IOException.class, () -> client.connect().close());
  }

  @Test
  @DisplayName(
      "H35: --ui shows the page of the report, with what has happened so far, and allows it nothing else")
  void page() throws Exception {
    LiveRun run = start("--jobs", "3", "--header", "X-Key: secret2");
    LiveClient client = run.client();
    Answer answer = client.ask("GET", "/" + client.token() + "/");
    assertEquals(200, answer.status());
    JsonNode data = data(answer.body());
    assertTrue(data.get("live").booleanValue());
    assertEquals("running", data.get("ended").stringValue());
    assertEquals("[[\"--jobs\",\"3\"]]", data.get("settings").toString());
    assertFalse(answer.text().contains("secret"));
    assertFalse(answer.body().contains(client.token()), "the token in the page");
    assertFalse(answer.body().matches("(?s).*(src|href)=\"?http.*"), "something from elsewhere");
    String head = answer.head();
    assertTrue(
        head.contains("\r\ncontent-security-policy: default-src 'none'; base-uri 'none';"), head);
    assertTrue(head.contains("; connect-src 'self'; frame-ancestors 'none'\r\n"), head);
    assertFalse(head.contains("unsafe"), head);
    assertFalse(head.contains("access-control"), head);
    for (String field :
        List.of(
            "referrer-policy: no-referrer",
            "cache-control: no-store",
            "x-content-type-options: nosniff",
            "cross-origin-resource-policy: same-origin")) {
      assertTrue(head.contains("\r\n" + field + "\r\n"), field + " in " + head);
    }
    released.countDown();
    assertEquals(1, run.code());
    assertListensNoMore(client);
  }

  @Test
  @DisplayName("H35: without the token, whole and as it is, nothing is shown")
  void token() throws Exception {
    LiveClient client = start().client();
    String token = client.token();
    char other = token.charAt(31) == 'A' ? 'B' : 'A';
    for (String path :
        List.of(
            "/",
            "/index.html",
            "/events",
            "/favicon.ico",
            "/" + token.substring(0, 31) + "/",
            "/" + token.substring(0, 31) + other + "/",
            "/" + token + "A/",
            "/%" + Integer.toHexString(token.charAt(0)) + token.substring(1) + "/",
            "/x/" + token + "/",
            "/x/../" + token + "/",
            "/?" + token,
            "/" + token.substring(0, 31) + other + "/events")) {
      Answer answer = client.ask("GET", path);
      assertEquals(403, answer.status(), path);
      assertEquals("forbidden\n", answer.body(), path);
    }
    assertEquals(403, client.ask("POST", "/").status());
  }

  @Test
  @DisplayName("H35: with the token there is the page and its events, and no other path")
  void paths() throws Exception {
    LiveClient client = start().client();
    String token = client.token();
    for (String path : List.of("", "/x", "/events/", "/../", "//", "/report.js", "/%65vents")) {
      assertEquals(404, client.ask("GET", "/" + token + path).status(), path);
    }
  }

  @ParameterizedTest
  @DisplayName("H35: a name that leads here (DNS rebinding) is not the host of the page")
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:PORT",
        "localhost:PORT",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.0.0.1:PORT.evil.example",
        "127.0.0.1.evil.example:PORT",
        "evil@127.0.0.1:PORT",
        "[::1]:PORT",
        ""
      })
  void host(String host) throws Exception {
    LiveClient client = start().client();
    String named = host.replace("PORT", "" + client.port());
    for (String path : List.of("/", "/events")) {
      Answer answer = client.askAs("GET", "/" + client.token() + path, List.of("Host: " + named));
      assertEquals(403, answer.status(), answer.text());
    }
  }

  @Test
  @DisplayName("H35: a request with no host, or two, is refused")
  void hosts() throws Exception {
    LiveClient client = start().client();
    String page = "/" + client.token() + "/";
    assertEquals(403, client.askAs("GET", page, List.of()).status());
    assertEquals(403, client.ask("GET", page, "Host: " + client.authority()).status());
    assertEquals(403, client.ask("GET", page, "Host: evil.example").status());
    assertEquals(
        403, client.ask("GET", "http://evil.example" + page, "Host: evil.example").status());
    assertEquals(403, client.ask("GET", "http://evil.example" + page).status());
  }

  @Test
  @DisplayName("H35: pages of other origins are refused, and no answer lets them read it")
  void origins() throws Exception {
    LiveClient client = start().client();
    for (String path : List.of("/", "/events")) {
      for (String origin :
          List.of(
              "http://evil.example",
              "null",
              "",
              "https://" + client.authority(),
              "http://127.0.0.1",
              "http://localhost:" + client.port(),
              "http://" + client.authority() + ".evil.example")) {
        Answer answer = client.ask("GET", "/" + client.token() + path, "Origin: " + origin);
        assertEquals(403, answer.status(), origin);
        assertFalse(answer.head().contains("access-control"), answer.head());
      }
    }
    String own = "Origin: http://" + client.authority();
    Answer answer = client.ask("GET", "/" + client.token() + "/", own);
    assertEquals(200, answer.status());
    assertFalse(answer.head().contains("access-control"), answer.head());
  }

  @ParameterizedTest
  @DisplayName("H35: nothing but GET and HEAD is answered, and HEAD without content")
  @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get", "BREW"})
  void methods(String method) throws Exception {
    LiveClient client = start().client();
    for (String path : List.of("/", "/events")) {
      Answer answer = client.ask(method, "/" + client.token() + path, "Content-Length: 0");
      assertEquals(405, answer.status(), method);
      assertTrue(answer.head().contains("\r\nallow: get, head\r\n"), answer.head());
      Answer head = client.ask("HEAD", "/" + client.token() + path);
      assertEquals(200, head.status());
      assertEquals("", head.body());
    }
  }

  @Test
  @DisplayName("H35: it listens at 127.0.0.1 and nowhere else")
  void loopbackOnly() throws Exception {
    LiveClient client = start().client();
    client.connect().close();
    for (String address : List.of("127.0.0.2", "::1")) {
      try (Socket socket = new Socket()) {
        assertThrows(
            IOException.class,
            () -> socket.connect(new InetSocketAddress(address, client.port()), 5_000),
            address);
      }
    }
  }

  @Test
  @DisplayName("H36: events come while the run goes on, and the last one says how it has ended")
  void events() throws Exception {
    LiveRun run = start();
    LiveClient client = run.client();
    try (Events events = client.events()) {
      assertEquals(200, events.status());
      for (int i = 0; i < 3; i++) {
        Event event = events.next();
        assertEquals("state", event.name());
        assertEquals("running", event.data().get("ended").stringValue());
      }
      released.countDown();
      Event event = events.next();
      while (event.name().equals("state")) {
        event = events.next();
      }
      assertEquals("end", event.name());
      assertTrue(event.data().get("ended").stringValue().startsWith("completed, 20"));
      assertEquals("[\"done\",\"2\"]", event.data().get("facts").get(0).toString());
      assertEquals("status 404", event.data().get("failures").get(0).get(1).stringValue());
      assertNull(events.next());
    }
    assertEquals(1, run.code());
    assertListensNoMore(client);
  }

  @Test
  @DisplayName("H36: the last event tells of a run that a limit has ended")
  void limit() throws Exception {
    LiveRun run = start("--run-timeout", "2s");
    try (Events events = run.client().events()) {
      Event event = events.next();
      while (event.name().equals("state")) {
        event = events.next();
      }
      String ended = event.data().get("ended").stringValue();
      assertTrue(ended.startsWith("stopped by --run-timeout"), ended);
    }
    assertEquals(3, run.code());
  }

  @Test
  @DisplayName(
      "H36: with --quiet standard error has the URL and nothing else, and standard output no word of it")
  void quiet() throws Exception {
    released.countDown();
    LiveRun run = start("--quiet");
    LiveClient client = run.client();
    assertEquals(1, run.code());
    assertEquals("millrace: live page: " + client.url() + "\n", run.err());
    assertFalse(run.out().contains(client.token()), run.out());
    assertListensNoMore(client);
  }

  @Test
  @DisplayName("H36: the URL is said once, and no file has it")
  void once() throws Exception {
    released.countDown();
    Path log = directory.resolve("log");
    Path report = directory.resolve("report.html");
    LiveRun run = start("--log", log.toString(), "--report", report.toString());
    String token = run.client().token();
    assertEquals(1, run.code());
    assertEquals(2, run.err().split(token, -1).length, run.err());
    String page = Files.readString(report);
    assertFalse((page + Files.readString(log)).contains(token));
    assertFalse(data(page).get("live").booleanValue());
    assertFalse(page.contains("connect-src"), "the report may connect");
  }

  @Test
  @DisplayName("H36: at most four pages follow; one that has gone makes room for another")
  void followers() throws Exception {
    LiveRun run = start();
    LiveClient client = run.client();
    List<Events> four = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      four.add(client.events());
      assertEquals(200, four.getLast().status());
    }
    assertEquals(503, client.ask("GET", "/" + client.token() + "/events").status());
    assertEquals(200, client.ask("GET", "/" + client.token() + "/").status());
    four.getFirst().socket().setSoLinger(true, 0);
    four.getFirst().close();
    int status = 503;
    while (status == 503) {
      try (Events again = client.events()) {
        status = again.status();
      } catch (SocketException refused) {
        // a page too many may be sent away before all of its request was read
      }
    }
    assertEquals(200, status);
    released.countDown();
    assertEquals(1, run.code());
    for (Events each : four) {
      each.close();
    }
  }

  @Test
  @DisplayName("H36: who connects and says nothing, or half of it, holds up no run and no page")
  void silent() throws Exception {
    LiveRun run = start();
    LiveClient client = run.client();
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      sockets.add(client.connect());
      sockets.add(client.connect());
      sockets.getLast().getOutputStream().write("GET /".getBytes());
      sockets.add(client.follow());
    }
    released.countDown();
    assertEquals(1, run.code());
    assertListensNoMore(client);
    for (Socket each : sockets) {
      each.close();
    }
  }

  @Test
  @DisplayName("H36: a process takes few connections, and those that it refuses are closed at once")
  void connections() throws Exception {
    Path input = Files.writeString(directory.resolve("lines.txt"), lines());
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "io.millrace.cli.Main",
                "http",
                "--ui",
                "--quiet",
                input.toString())
            .redirectOutput(directory.resolve("out").toFile())
            .start();
    List<Socket> sockets = new ArrayList<>();
    try (BufferedReader errors = process.errorReader()) {
      String said = errors.readLine();
      LiveClient client = new LiveClient(said.substring(said.indexOf("http://")));
      for (int i = 0; i < 60; i++) {
        sockets.add(client.connect());
      }
      sockets.getLast().setSoTimeout(10_000);
      assertEquals(-1, read(sockets.getLast()));
      released.countDown();
      assertEquals(1, process.waitFor());
      assertNull(errors.readLine());
      assertListensNoMore(client);
    } finally {
      process.destroyForcibly();
      for (Socket each : sockets) {
        each.close();
      }
    }
  }

  private static int read(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read();
    } catch (SocketException reset) {
      return -1;
    }
  }

  @Test
  @DisplayName("H36: millrace run --ui is followed like millrace http --ui")
  void commands() throws Exception {
    Path flag = directory.resolve("flag");
    LiveRun run =
        LiveRun.start(
            "secret1\nsecret2\n",
            "run",
            "--ui",
            "--quiet",
            "--jobs",
            "2",
            "--",
            "sh",
            "-c",
            "until [ -e '" + flag + "' ]; do sleep 0.05; done; [ secret1 = \"$0\" ]",
            "{}");
    LiveClient client = run.client();
    try (Events events = client.events()) {
      assertEquals("state", events.next().name());
      String page = client.ask("GET", "/" + client.token() + "/").body();
      assertEquals("[[\"--jobs\",\"2\"]]", data(page).get("settings").toString());
      Files.createFile(flag);
      Event event = events.next();
      while (event.name().equals("state")) {
        event = events.next();
      }
      assertEquals("end", event.name());
      assertTrue(event.data().get("ended").stringValue().startsWith("completed, 20"));
      assertEquals("exit code 1", event.data().get("failures").get(0).get(1).stringValue());
      assertFalse((page + event.data()).contains("secret"));
    }
    assertEquals(1, run.code());
    assertListensNoMore(client);
  }
}
