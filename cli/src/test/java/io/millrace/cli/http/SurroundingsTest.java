package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.RawServer;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the command takes from around it: secrets, proxies, arguments. */
@NoLeaks
class SurroundingsTest {
  private final RawServer server =
      RawServer.start((request, number, answer) -> answer.send(200, "ok"));

  @TempDir Path folder;

  @AfterEach
  void stopServer() {
    server.close();
  }

  private Optional<String> sent(String header) {
    return server.requests().getLast().header(header);
  }

  @DisplayName("H15: a URL as an argument is requested")
  @Test
  void aUrlAsAnArgumentIsRequested() {
    Cli cli = Cli.run("", "http", server.url("/a b"));
    assertEquals(0, cli.code(), cli.err());
    assertEquals("ok", cli.line().get("body").stringValue());
    assertEquals("/a%20b", server.requests().getLast().target());
    assertEquals(1, Cli.run("", "http", "HTTP://127.0.0.1:1/", "--retries", "0").code());
  }

  @DisplayName("H11: secrets come from a file or a variable, and are not shown")
  @Test
  void secretsComeFromAFileOrAVariable() throws IOException {
    Path file = folder.resolve("headers");
    Files.writeString(file, "# mine\n\nX-Key: s3cret\r\nX-Two: 2\n");
    Cli fromFile = Cli.run(server.url("/"), "http", "--header-file", file.toString());
    assertEquals(0, fromFile.code());
    assertEquals("s3cret", sent("x-key").orElse(""));
    assertEquals("2", sent("x-two").orElse(""));
    Cli fromVariable =
        Cli.run(Map.of("TOKEN", "s3cret\n"), server.url("/"), "http", "--bearer-env", "TOKEN");
    assertEquals("Bearer s3cret", sent("authorization").orElse(""));
    assertFalse((fromFile.out() + fromVariable.out() + fromVariable.err()).contains("s3cret"));
  }

  @DisplayName("H11: secrets that are not there are named, and those that are wrong are not shown")
  @Test
  void secretsThatCannotBeUsedAreNamed() throws IOException {
    Cli none = Cli.run(Map.of(), "", "http", "--bearer-env", "TOKEN");
    assertEquals(2, none.code());
    assertTrue(none.err().contains("--bearer-env: there is no such variable"), none.err());
    Cli wrong = Cli.run(Map.of("TOKEN", "s3c\nret"), "", "http", "--bearer-env", "TOKEN");
    assertEquals(2, wrong.code());
    assertFalse(wrong.err().contains("s3c"), wrong.err());
    Path file = Files.writeString(folder.resolve("headers"), "A: b\ns3cret\n");
    Cli line = Cli.run("", "http", "--header-file", file.toString());
    assertEquals(2, line.code());
    assertTrue(line.err().contains("--header-file: line 2: "), line.err());
    assertFalse(line.err().contains("s3cret"), line.err());
    Files.writeString(file, "A: b\ns3cret:\n");
    Cli noValue = Cli.run("", "http", "--header-file", file.toString());
    assertTrue(noValue.err().contains("line 2: a header has no value"), noValue.err());
    assertFalse(noValue.err().contains("s3cret"), noValue.err());
    Cli missing = Cli.run("", "http", "--header-file", folder.resolve("no").toString());
    assertTrue(missing.err().contains("cannot read"), missing.err());
  }

  @DisplayName("H11: the proxies of the environment are used as curl uses them")
  @ParameterizedTest
  @CsvSource({
    "http_proxy, http://far.invalid/x, true",
    "http_proxy, http://near.invalid/x, false",
    "http_proxy, http://sub.near.invalid/x, false",
    "http_proxy, http://thenear.invalid/x, true",
    "HTTP_PROXY, http://far.invalid/x, false",
    "all_proxy, http://far.invalid/x, true",
    "ALL_PROXY, http://far.invalid/x, true",
    "https_proxy, http://far.invalid/x, false",
  })
  void proxiesOfTheEnvironmentAreUsed(String variable, String url, boolean isUsed) {
    Map<String, String> environment =
        Map.of(variable, "u:p@127.0.0.1:" + server.port(), "no_proxy", "other, .near.invalid");
    Cli cli = Cli.run(environment, url, "http", "--retries", "0");
    assertEquals(isUsed ? 0 : 1, cli.code(), cli.out());
    if (isUsed) {
      assertEquals(List.of("GET " + url + " HTTP/1.1"), server.lines());
      assertEquals("Basic dTpw", sent("proxy-authorization").orElse(""));
      assertEquals(URI.create(url).getHost(), sent("host").orElse(""));
    }
  }

  @DisplayName("H11: --proxy goes before the environment, and https goes through a tunnel")
  @Test
  void theOptionGoesFirst() {
    String proxy = "http://127.0.0.1:" + server.port();
    Map<String, String> environment = Map.of("http_proxy", "http://127.0.0.1:1");
    Cli plain = Cli.run(environment, "http://a_b.invalid/|", "http", "--proxy", proxy);
    assertEquals(0, plain.code(), plain.out());
    assertEquals("GET http://a_b.invalid/%7C HTTP/1.1", server.lines().getLast());
    Cli secure =
        Cli.run(
            Map.of(),
            "https://h.invalid/x",
            "http",
            "--proxy",
            proxy,
            "--retries",
            "0",
            "--timeout",
            "300ms");
    assertEquals("CONNECT h.invalid:443 HTTP/1.1", server.lines().get(1));
    assertEquals(1, secure.code());
    assertEquals(2, Cli.run("", "http", "--proxy", "socks5://h").code());
  }

  @DisplayName("H11: a proxy that cannot be reached is said to be the proxy")
  @Test
  void aProxyThatCannotBeReachedIsNamed() {
    String url = server.url("/");
    Map<String, String> nobody = Map.of("http_proxy", "http://127.0.0.1:1");
    assertEquals(
        "the proxy cannot be reached: Connection refused",
        Cli.run(nobody, url, "http", "--retries", "0").line().get("error").stringValue());
    assertEquals(
        "the proxy cannot be reached: unknown host",
        Cli.run(Map.of(), url, "http", "--retries", "0", "--proxy", "h.invalid")
            .line()
            .get("error")
            .stringValue());
  }

  @DisplayName("H11: hosts with an underscore work")
  @Test
  void hostsWithAnUnderscoreWork() {
    Cli cli = Cli.run("http://a_b.invalid/", "http", "--retries", "0", "--per-host", "1");
    assertEquals("unknown host", cli.line().get("error").stringValue());
  }

  @DisplayName("H11: a certificate file that cannot be used is refused at once")
  @Test
  void aWrongCertificateFileIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("ca.pem"), "nonsense");
    assertEquals(2, Cli.run("", "http", "--cacert", file.toString()).code());
    assertEquals(2, Cli.run("", "http", "--cacert", "no/such").code());
    assertEquals(2, Cli.run("", "http", "--cacert", file.toString(), "--insecure").code());
  }
}
