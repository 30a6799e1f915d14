package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.RawServer;
import io.millrace.cli.RawServer.Seen;
import io.millrace.testkit.NoLeaks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One key for each line. */
@NoLeaks
class IdempotencyKeyTest {
  private RawServer server = RawServer.start((request, number, answer) -> answer.send(200, ""));

  @TempDir private Path folder;

  @AfterEach
  void stopServer() {
    server.close();
  }

  private void start(RawServer.Script script) {
    server.close();
    server = RawServer.start(script);
  }

  private Cli run(String in, String... options) {
    List<String> args = new ArrayList<>(List.of("http", "--method", "POST"));
    args.addAll(List.of(options));
    return Cli.run(in, args.toArray(String[]::new));
  }

  private List<String> keys(String target) {
    return server.requests().stream()
        .filter(request -> request.target().equals(target))
        .map(IdempotencyKeyTest::key)
        .toList();
  }

  private static String key(Seen request) {
    return request.header("Idempotency-Key").orElse("none");
  }

  @DisplayName(
      "H32: a POST with a key is repeated after a reset, with the same key; without, it is not")
  @Test
  void allAttemptsHaveOneKey() {
    RawServer.Script dying =
        (request, number, answer) -> {
          if (number <= 2) {
            answer.reset();
          } else {
            answer.send(200, "");
          }
        };
    start(dying);
    assertEquals(0, run(server.url("/"), "--idempotency-key").code());
    assertEquals(3, server.requests().size());
    assertEquals(1, new HashSet<>(keys("/")).size());
    assertTrue(
        keys("/")
            .getFirst()
            .matches("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
        keys("/").getFirst());
    start(dying);
    assertEquals(1, run(server.url("/")).code());
    assertEquals(List.of("none"), keys("/"));
  }

  @DisplayName("H32: so have lines whose ids or URLs differ only in a user, also with --save-dir")
  @Test
  void usersAreToldApart() {
    String other = server.url("/").replace("http://", "http://b:2@");
    String one = other.replace("b:2", "a:1");
    String lines =
        one
            + "\n"
            + other
            + "\n{\"id\":\""
            + one
            + "\",\"url\":\""
            + other
            + "\"}\n{\"id\":\""
            + other
            + "\",\"url\":\""
            + one
            + "\"}\n";
    run(lines, "--idempotency-key");
    assertEquals(4, new HashSet<>(keys("/")).size());
    run(
        lines,
        "--idempotency-key",
        "--jobs",
        "8",
        "--save-dir",
        folder.resolve("saved").toString());
    assertEquals(keys("/").size(), new HashSet<>(keys("/")).size());
  }

  @DisplayName("H32: each line has a key of its own, lines that are alike too, and so has each run")
  @Test
  void eachLineHasItsOwn() {
    String in =
        IntStream.range(0, 50).mapToObj(i -> server.url("/")).collect(Collectors.joining("\n"));
    run(in, "--idempotency-key");
    run(in, "--idempotency-key");
    assertEquals(100, new HashSet<>(keys("/")).size());
  }

  @DisplayName("H32: a line's own key stays, and one for all is refused")
  @Test
  void anOwnKeyStays() {
    run(
        "{\"url\": \"%s\", \"headers\": {\"idempotency-key\": \"mine\"}}"
            .formatted(server.url("/")),
        "--idempotency-key");
    assertEquals(List.of("mine"), keys("/"));
    Cli cli = run("", "--idempotency-key", "--header", "idempotency-key: 7");
    assertEquals(2, cli.code());
    assertTrue(cli.err().contains("each line needs its own"), cli.err());
  }

  @DisplayName(
      "H32: after a resume a line has the key it had, wherever it stands, and no other checkpoint has it")
  @Test
  void aResumedLineHasTheKeyItHad() {
    start((request, number, answer) -> answer.send(number <= 2 ? 500 : 200, ""));
    String[] options = {
      "--idempotency-key", "--retries", "0", "--checkpoint", folder.resolve("c").toString()
    };
    assertEquals(1, run(server.url("/a") + "\n" + server.url("/b"), options).code());
    Cli second =
        run(server.url("/new") + "\n" + server.url("/b") + "\n" + server.url("/a"), options);
    assertEquals(0, second.code(), second.err());
    Set<String> all =
        server.requests().stream().map(IdempotencyKeyTest::key).collect(Collectors.toSet());
    assertEquals(3, all.size());
    for (String target : List.of("/a", "/b")) {
      assertEquals(2, keys(target).size());
      assertEquals(1, new HashSet<>(keys(target)).size());
    }
    options[4] = folder.resolve("other").toString();
    run(server.url("/a"), options);
    assertNotEquals(keys("/a").get(1), keys("/a").get(2));
  }

  @DisplayName("H32: a line that asks for something else has another key")
  @Test
  void anotherBodyHasAnotherKey() {
    start((request, number, answer) -> answer.send(500, ""));
    String[] options = {
      "--idempotency-key", "--retries", "0", "--checkpoint", folder.resolve("c").toString()
    };
    String line = "{\"id\": 1, \"url\": \"%s\", \"body\": %d}";
    run(line.formatted(server.url("/"), 1), options);
    run(line.formatted(server.url("/"), 2), options);
    run(line.formatted(server.url("/"), 1), options);
    assertNotEquals(keys("/").get(0), keys("/").get(1));
    assertEquals(keys("/").get(0), keys("/").get(2));
  }

  @DisplayName(
      "H32: a checkpoint without keys is refused to a run with them, and the other way round")
  @Test
  void aCheckpointWithoutKeysIsRefused() {
    String with = folder.resolve("with").toString();
    String without = folder.resolve("without").toString();
    assertEquals(0, run("", "--checkpoint", with, "--idempotency-key").code());
    assertEquals(0, run("", "--checkpoint", without).code());
    assertEquals(4, run(server.url("/"), "--checkpoint", with).code());
    assertEquals(4, run(server.url("/"), "--checkpoint", without, "--idempotency-key").code());
    assertEquals(0, server.requests().size());
    assertEquals(0, run(server.url("/"), "--checkpoint", with, "--idempotency-key").code());
  }
}
