package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.millrace.cli.Cli;
import io.millrace.cli.Loopback;
import io.millrace.testkit.NoLeaks;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@NoLeaks
class SecretsTest {
  private final Loopback server = Loopback.start();

  @AfterEach
  void stopServer() {
    server.close();
  }

  @Test
  void userAndPasswordOfAUrlAreSentAndNeverShown() {
    server.on("/", 401, "");
    String url = "http://user:s3c%72et@127.0.0.1:" + server.port() + "/";
    Cli cli = Cli.run(url, "http");
    assertEquals(server.url("/"), cli.line().get("url").stringValue());
    assertEquals("Basic dXNlcjpzM2NyZXQ=", server.requests().getFirst().header("Authorization"));
    assertFalse((cli.out() + cli.err()).contains("s3c"), cli.out() + cli.err());
  }

  @Test
  void nothingSecretIsInErrors() {
    List<String> lines =
        List.of(
            "ftp://user:s3cret@host/",
            "http://user:s3cret@ho st/",
            "http://user:s3cret@host:99999/",
            "http://user:s3cret@/",
            "http://user:s3cret@nosuch.invalid/",
            "user:s3cret@host",
            "{\"url\": \"http://h/\", \"headers\": {\"A\": \"s3cret\\n\"}}",
            "{\"url\": \"http://h/\", \"headers\": {\"A\": \"s3cret\\ud83d\"}}",
            "{\"url\": \"http://h/\", \"headers\": {\"Content-Length\": \"s3cret\"}}",
            "{\"url\": \"http://h/\", \"headers\": {\"Authorization: s3cret\": \"\"}}",
            "{\"url\": \"http://h/\", \"headers\": {\"Authorization: s3cret\": 5}}",
            "{\"url\": \"http://h/\", \"headers\": {\"s3cret\": \"\\n\"}}",
            "{\"url\": \"http://h/\", \"headers\": {\"A\": s3cret}}",
            "{\"url\": \"http://h/\", \"headers\": \"s3cret\"}");
    Cli cli = Cli.run(String.join("\n", lines), "http", "--retries", "0", "--header", "X: s3cret");
    assertEquals(1, cli.code());
    assertEquals(lines.size(), cli.lines().size());
    assertFalse((cli.out() + cli.err()).contains("s3cret"), cli.out() + cli.err());
  }
}
