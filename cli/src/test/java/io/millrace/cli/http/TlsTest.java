package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.millrace.cli.Cli;
import io.millrace.cli.Loopback;
import io.millrace.cli.RawServer;
import io.millrace.cli.ServerKeys;
import io.millrace.cli.http.LostException.Stage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Servers with certificates, directly and through a proxy. */
class TlsTest {
  @TempDir static Path folder;
  private static Path certificate = Path.of("");
  private static HttpsServer server;
  private static SSLContext context;

  @BeforeAll
  static void startServer() throws Exception {
    ServerKeys keys = ServerKeys.make(folder);
    certificate = Files.writeString(folder.resolve("ca.pem"), keys.pem());
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0);
    server = HttpsServer.create(anyPort, 0);
    context = keys.context();
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.createContext("/", exchange -> answer(exchange, 200));
    server.createContext(
        "/down",
        exchange -> {
          exchange.getResponseHeaders().set("Location", "http://127.0.0.1:1/");
          answer(exchange, 302);
        });
    server.start();
  }

  @AfterAll
  static void stopServer() {
    server.stop(0);
  }

  private static void answer(HttpExchange exchange, int status) throws IOException {
    try (exchange) {
      byte[] bytes = "secure".getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private static String url(String host, String path) {
    return "https://" + host + ":" + server.getAddress().getPort() + path;
  }

  private static Cli run(String url, String... options) {
    List<String> args =
        Stream.concat(Stream.of("http", "--retries", "0", "--timeout", "20s"), Stream.of(options))
            .toList();
    return Cli.run(url, args.toArray(String[]::new));
  }

  @DisplayName(
      "H11: only trusted certificates of the right host are taken, unless --insecure is given")
  @Test
  void onlyTrustedCertificatesAreTaken() {
    Cli unknown = run(url("127.0.0.1", "/"));
    assertEquals(1, unknown.code());
    assertTrue(unknown.line().get("error").stringValue().startsWith("TLS: "), unknown.out());
    Cli trusted = run(url("127.0.0.1", "/"), "--cacert", certificate.toString());
    assertEquals(0, trusted.code(), trusted.out());
    assertEquals("secure", trusted.line().get("body").stringValue());
    Cli otherHost = run(url("localhost", "/"), "--cacert", certificate.toString());
    assertEquals(1, otherHost.code(), otherHost.out());
    assertEquals(0, run(url("localhost", "/"), "--insecure").code());
  }

  @DisplayName("H11: a certificate that is refused is so the next time, too")
  @Test
  void aRefusedCertificateIsNotTriedAgain() {
    Cli unknown = Cli.run(url("127.0.0.1", "/"), "http");
    assertEquals(1, unknown.line().get("attempts").intValue(), unknown.out());
    Cli other = Cli.run(url("localhost", "/"), "http", "--cacert", certificate.toString());
    assertEquals(1, other.line().get("attempts").intValue(), other.out());
  }

  @DisplayName(
      "H11: what goes wrong in TLS, and is not about the certificate, is not said to be: nobody need be trusted more")
  @Test
  void brokenTls() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
      var _ =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (Socket client = socket.accept()) {
                      var _ = client.getInputStream().read(new byte[10_000]);
                    } catch (IOException over) {
                      throw new UncheckedIOException(over);
                    }
                  });
      String url = "https://127.0.0.1:" + socket.getLocalPort() + "/";
      assertEquals(
          "TLS: the connection was closed before it was secure",
          run(url, "--insecure").line().get("error").stringValue());
    }
    SSLException damaged =
        new SSLException("Unexpected plaintext alert", new GeneralSecurityException("x"));
    assertEquals("TLS: Unexpected plaintext alert", LostText.of(Stage.SENT, damaged));
  }

  @DisplayName(
      "H37: a server that answers in TLS before it has read the body, hangs up, and reads no further, is heard, or not waited for")
  @ParameterizedTest
  @CsvSource({
    "TLSv1.2, 413, status 413",
    "TLSv1.3, 413, status 413",
    "TLSv1.2, 200, timed out: --timeout",
    "TLSv1.3, 200, timed out: --timeout",
  })
  void hungUpAndNotRead(String protocol, int status, String error) throws IOException {
    CountDownLatch over = new CountDownLatch(1);
    Path file = Files.write(folder.resolve("large"), new byte[20_000_000]);
    try (ServerSocket socket = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
      var _ = Thread.ofVirtual().start(() -> answerAndHangUp(socket, protocol, status, over));
      String line =
          "{\"method\":\"PUT\",\"url\":\"https://127.0.0.1:%d/\",\"bodyFile\":\"%s\"}"
              .formatted(socket.getLocalPort(), file);
      String time = status == 200 ? "3s" : "40s";
      Cli cli =
          Cli.run(
              line,
              "http",
              "--insecure",
              "--retries",
              "0",
              "--timeout",
              time,
              "--run-timeout",
              "60s");
      over.countDown();
      assertEquals(error, cli.line().path("error").stringValue(""), cli.out());
    }
  }

  private static void answerAndHangUp(
      ServerSocket socket, String protocol, int status, CountDownLatch over) {
    try (Socket below = socket.accept();
        SSLSocket client =
            (SSLSocket) context.getSocketFactory().createSocket(below, "client", 0, true)) {
      client.setUseClientMode(false);
      client.setEnabledProtocols(new String[] {protocol});
      var _ = client.getInputStream().read(new byte[1_000]);
      EarlyAnswerTest.awaitStandstill(below.getInputStream());
      client
          .getOutputStream()
          .write(("HTTP/1.1 " + status + " Some\r\n\r\nno").getBytes(StandardCharsets.US_ASCII));
      client.shutdownOutput();
      Loopback.await(over);
    } catch (IOException gone) {
      // the client has hung up
    }
  }

  @DisplayName("H1: no redirect leads from https to http")
  @Test
  void noRedirectLeadsDown() {
    Cli cli = run(url("127.0.0.1", "/down"), "--insecure");
    assertEquals(
        "status 302: the redirect was not followed: from https to http",
        cli.line().get("error").stringValue());
  }

  @DisplayName("H11: https goes through a proxy's tunnel")
  @Test
  void httpsGoesThroughATunnel() {
    try (RawServer proxy =
        RawServer.start(
            (request, number, answer) -> answer.tunnel(server.getAddress().getPort()))) {
      String option = "http://u:p@127.0.0.1:" + proxy.port();
      Cli cli = run(url("127.0.0.1", "/x"), "--cacert", certificate.toString(), "--proxy", option);
      assertEquals(0, cli.code(), cli.out());
      assertEquals("secure", cli.line().get("body").stringValue());
      assertEquals(
          List.of("CONNECT 127.0.0.1:" + server.getAddress().getPort() + " HTTP/1.1"),
          proxy.lines());
      assertEquals(
          "Basic dTpw", proxy.requests().getFirst().header("proxy-authorization").orElse(""));
    }
  }

  @DisplayName("H11: a proxy that refuses a tunnel is said to, and asked again where that may help")
  @ParameterizedTest
  @CsvSource({"407, 1", "403, 1", "503, 2"})
  void aProxyThatRefusesIsNamed(int status, int attempts) {
    try (RawServer proxy = RawServer.start((request, number, answer) -> answer.send(status, ""))) {
      String option = "127.0.0.1:" + proxy.port();
      Cli cli = Cli.run(url("127.0.0.1", "/"), "http", "--retries", "1", "--proxy", option);
      assertEquals(
          "the proxy refused the connection with status " + status,
          cli.line().get("error").stringValue());
      assertEquals(attempts, proxy.lines().size());
    }
  }

  @DisplayName("H16: a proxy cannot forge the answer of an https server")
  @Test
  void aProxyCannotForgeAnAnswer() {
    String forged = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nFORGED";
    try (RawServer proxy =
        RawServer.start(
            (request, number, answer) -> answer.tunnel(server.getAddress().getPort(), forged))) {
      Cli cli = run(url("127.0.0.1", "/x"), "--insecure", "--proxy", "127.0.0.1:" + proxy.port());
      assertEquals(
          "the proxy sent more than its answer to CONNECT", cli.line().get("error").stringValue());
      assertEquals(1, cli.code());
    }
  }

  @DisplayName("H16: a secure connection that is quiet is used again")
  @Test
  void aSecureConnectionIsUsedAgain() {
    try (RawServer proxy =
        RawServer.start(
            (request, number, answer) -> answer.tunnel(server.getAddress().getPort()))) {
      String in = (url("127.0.0.1", "/x") + "\n").repeat(5);
      Cli cli = run(in, "--insecure", "--jobs", "1", "--proxy", "127.0.0.1:" + proxy.port());
      assertEquals(0, cli.code(), cli.out());
      assertEquals(5, cli.lines().size());
      assertEquals(1, proxy.lines().size());
    }
  }
}
