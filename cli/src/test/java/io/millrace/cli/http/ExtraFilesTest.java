package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.Loopback;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The files beside the output: what failed, what happened, the page about it. */
@NoLeaks
class ExtraFilesTest {
  private final Loopback server = Loopback.start();

  @TempDir private Path directory;

  @BeforeEach
  void answers() {
    server.on("/ok", (exchange, number) -> Loopback.send(exchange, 200, ""));
    server.on("/gone", (exchange, number) -> Loopback.send(exchange, 404, ""));
    server.on(
        "/busy",
        (exchange, number) -> {
          exchange.getResponseHeaders().set("Retry-After", "1");
          Loopback.send(exchange, number == 1 ? 429 : 200, "");
        });
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  private Cli run(String in, String... options) {
    List<String> arguments = new ArrayList<>(List.of("http"));
    arguments.addAll(List.of(options));
    return Cli.run(in, arguments.toArray(String[]::new));
  }

  private void assertPrivate(Path file) throws IOException {
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
  }

  @Test
  @DisplayName("M14: --failed has the lines that failed as they were read, and runs them again")
  void failed() throws IOException {
    Path failed = directory.resolve("failed lines.txt");
    String json =
        "{\"id\":\"x\",\"method\":\"PUT\",\"url\":\""
            + server.url("/gone")
            + "\",\"body\":\"\u00e4\"}";
    Cli first =
        run(
            server.url("/ok") + "\n" + json + "\nno url\n" + server.url("/gone"),
            "--failed",
            failed.toString());
    assertEquals(1, first.code());
    List<String> lines = Files.readAllLines(failed);
    assertEquals(3, lines.size());
    assertTrue(lines.containsAll(List.of(json, "no url", server.url("/gone"))), lines::toString);
    assertPrivate(failed);
    assertTrue(first.err().contains("  2 x status 404, the first: "), first.err());
    assertTrue(
        first.err().contains("  only these again: millrace http '" + failed + "'\n"), first.err());
    assertEquals(3, run("", failed.toString()).lines().size());
    Cli headers =
        run(
            server.url("/gone"),
            "--header",
            "Accept: a/b",
            "--header",
            "Prefer: c",
            "--failed",
            failed + "2");
    String shown =
        "  only these again: millrace http --header 'Accept: a/b' --header 'Prefer: c' '"
            + failed
            + "2'\n";
    assertTrue(headers.err().contains(shown), headers.err());
  }

  @Test
  @DisplayName("M14: the summary says how many lines --failed has not, as they could not be read")
  void unread() throws IOException {
    Path failed = directory.resolve("failed");
    Cli cli =
        run("x".repeat(100) + "\nno url\n", "--failed", failed.toString(), "--max-line", "50");
    assertEquals("no url\n", Files.readString(failed));
    assertTrue(cli.err().contains("  not in --failed: 1 that could not be read\n"), cli.err());
  }

  @Test
  @DisplayName("M14: the command for what failed has --force if it has --save-dir, and only then")
  void forced() {
    String failed = directory.resolve("failed").toString();
    String saved = directory.resolve("saved").toString();
    String in = server.url("/gone") + "\n";
    String[] options = {"--failed", failed, "--force"};
    assertTrue(
        run(in, options).err().contains("again: millrace http " + failed + "\n"), "no --force");
    String err = run(in, "--save-dir", saved, "--failed", failed, "--force").err();
    assertTrue(
        err.contains("again: millrace http --save-dir " + saved + " --force " + failed), err);
  }

  @Test
  @DisplayName("M15: --log has a line of JSON for each attempt, retry and pause, and no secret")
  void log() throws IOException {
    Path log = directory.resolve("log");
    Cli cli =
        run(
            server.url("/busy?key=secret1").replace("http://", "http://me:secret2@"),
            "--log",
            log.toString(),
            "--header",
            "X-Key: secret3");
    assertEquals(0, cli.code(), cli.err());
    assertPrivate(log);
    String all = Files.readString(log);
    assertFalse(all.contains("secret"), all);
    List<JsonNode> lines = all.lines().map(JsonMapper.shared()::readTree).toList();
    List<String> events =
        lines.stream()
            .map(line -> line.get("event").stringValue())
            .filter(event -> !event.equals("wait"))
            .toList();
    assertEquals(List.of("start", "end", "pause", "retry", "start", "end"), events);
    assertEquals("status 429", lines.get(1).get("error").stringValue());
    assertEquals(
        "Retry-After from 127.0.0.1:" + server.port(), lines.get(2).get("origin").stringValue());
    assertEquals(1_000, lines.get(2).get("millis").doubleValue());
    assertTrue(cli.err().contains("  paused for 1.0 s: 1 x Retry-After from 127"), cli.err());
  }

  @Test
  @DisplayName("M16: --report has a page of its own that runs no code of a server, and no secret")
  void report() throws IOException {
    Path report = directory.resolve("report.html");
    String evil = "</script><script>alert(1)</script>{{script}}<!--";
    Cli cli =
        run(
            "{\"id\":\"" + evil + "\",\"url\":\"" + server.url("/gone?secret1") + "\"}",
            "--report",
            report.toString(),
            "--jobs",
            "3",
            "--header",
            "X-Key: secret2");
    assertEquals(1, cli.code(), cli.err());
    assertPrivate(report);
    String page = Files.readString(report);
    assertFalse(page.contains("alert(1)</script>"), "a script of the input");
    assertEquals(3, page.split("<script", -1).length - 1);
    assertFalse(page.contains("secret"));
    assertTrue(page.contains("default-src 'none'"));
    int from = page.indexOf("id=\"data\">") + "id=\"data\">".length();
    JsonNode data =
        JsonMapper.shared().readTree(page.substring(from, page.indexOf("</script>", from)));
    assertEquals("status 404", data.get("failures").get(0).get(1).stringValue());
    assertTrue(data.get("failures").get(0).get(2).stringValue().contains(evil));
    assertEquals("[[\"--jobs\",\"3\"]]", data.get("settings").toString());
    assertFalse(page.matches("(?s).*(src|href)=\"?http.*"), "something from elsewhere");
  }

  @Test
  @DisplayName("M17: a file that is there already is not replaced without --force")
  void taken() throws IOException {
    for (String option : List.of("--failed", "--log", "--report")) {
      Path file = Files.writeString(directory.resolve("taken"), "mine");
      Cli cli = run(server.url("/ok"), option, file.toString());
      assertEquals(2, cli.code());
      assertTrue(cli.err().contains(option + " '" + file + "' is there already"), cli.err());
      assertEquals("mine", Files.readString(file));
      assertEquals(0, run(server.url("/ok"), option, file.toString(), "--force").code());
      Files.delete(file);
    }
  }
}
