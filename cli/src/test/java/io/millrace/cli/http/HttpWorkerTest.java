package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Loopback;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The work of one worker of a cluster, without a cluster. */
class HttpWorkerTest {
  private static WorkerOrder order(Map<String, String> environment, String... args)
      throws Exception {
    ClusterHttpOptions options = new ClusterHttpOptions();
    CommandLine line = new CommandLine(options);
    WorkerOrder order = options.order(line.parseArgs(args), environment);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(order);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (WorkerOrder) in.readObject();
    }
  }

  /* As a worker does it: the lines of one task, from the first one on. */
  private static List<String> run(WorkerOrder order, String input) throws Exception {
    List<String> answers = new ArrayList<>();
    try (HttpWorker worker = HttpWorker.open(order, new HttpWorker.OwnShares());
        LinesOfTask lines =
            order.lines(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), 1)) {
      List<WorkerLine> all = new ArrayList<>();
      lines.forEachRemaining(all::add);
      HttpWorker.parallel(order).<WorkerLine, Object>stream(all, worker::call)
          .forEach(outcome -> answers.add(outcome.item().json()));
    }
    return answers;
  }

  @Test
  void redirectsAreFollowedInOneCallAndTakePermits() throws Exception {
    try (Loopback server =
        Loopback.start()
            .on(
                "/a",
                (exchange, _) -> {
                  exchange.getResponseHeaders().set("Location", "/b");
                  Loopback.send(exchange, 302, "");
                })
            .on("/b", 200, "there")) {
      long begun = System.nanoTime();
      List<String> answers =
          run(order(Map.of(), "--rate=20/s"), (server.url("/a") + "\n").repeat(5));
      assertEquals(5, answers.size());
      assertTrue(
          answers.getFirst().contains("/b\",\"status\":200,\"redirects\":1,\"attempts\":1"),
          answers.toString());
      assertEquals(10, server.requests().size());
      long last = server.requests().getLast().nanos();
      // nine permits after the first one, in a bucket of one
      assertTrue(last - begun >= 450_000_000L, "ten requests at 20/s in " + (last - begun) + " ns");
    }
  }

  @Test
  void aFailureBehindARedirectRepeatsOnlyTheLastRequest() throws Exception {
    try (Loopback server =
        Loopback.start()
            .on(
                "/a",
                (exchange, _) -> {
                  exchange.getResponseHeaders().set("Location", "/b");
                  Loopback.send(exchange, 302, "");
                })
            .on(
                "/b",
                (exchange, number) -> Loopback.send(exchange, number == 1 ? 503 : 200, "there"))) {
      String answer = run(order(Map.of()), server.url("/a")).getFirst();
      assertTrue(answer.contains("\"status\":200,\"redirects\":1,\"attempts\":2"), answer);
      assertEquals(1, server.count("/a"));
      assertEquals(2, server.count("/b"));
    }
  }

  @Test
  void filesAndVariablesOfTheDriverAreSentAndNotShown(@TempDir Path folder) throws Exception {
    Path headers = Files.writeString(folder.resolve("headers"), "X-Key: from-file\n");
    Path template = Files.writeString(folder.resolve("template"), "{\"q\": {q}}");
    WorkerOrder order =
        order(
            Map.of("TOKEN", "of-variable", "http_proxy", "", "no_proxy", "*"),
            "--header-file=" + headers,
            "--bearer-env=TOKEN",
            "--header=X-Own: given",
            "--compressed",
            "--data-template-file=" + template);
    Files.delete(headers);
    Files.delete(template);
    assertFalse(order.toString().contains("from-file") || order.toString().contains("of-variable"));
    try (Loopback server = Loopback.start().on("/", 200, "ok")) {
      String answer =
          run(order, "{\"url\": \"" + server.url("/x") + "\", \"q\": \"why\"}").getFirst();
      assertTrue(answer.contains("\"status\":200"), answer);
      Loopback.Seen seen = server.requests().getFirst();
      assertEquals("from-file", seen.header("X-key"));
      assertEquals("Bearer of-variable", seen.header("Authorization"));
      assertEquals("given", seen.header("X-own"));
      assertEquals("gzip, deflate", seen.header("Accept-encoding"));
      assertEquals("{\"q\": \"why\"}", seen.body());
    }
  }

  @Test
  void limitsAreDividedAmongTheWorkers() throws Exception {
    WorkerOrder order = order(Map.of(), "--jobs=64", "--per-host=8", "--rate=400/s", "--burst=10");
    HttpOptions http = ClusterHttpOptions.of(order.dividedAmong(4)).http();
    assertEquals(16, http.jobs());
    assertEquals(100, http.rate().orElseThrow().permits());
    assertEquals(2, http.rate().orElseThrow().burst());
    assertTrue(HttpWorker.parallel(order.dividedAmong(4)).toString().contains("16"));
  }

  @Test
  void keysOfALineAreTheSameWhenItsTaskIsDoneAgain() throws Exception {
    try (Loopback server = Loopback.start().on("/", 200, "ok")) {
      WorkerOrder order = order(Map.of(), "--idempotency-key");
      String line = "{\"url\": \"" + server.url("/x") + "\", \"body\": 1}";
      run(order, line);
      run(order, line);
      List<String> keys =
          server.requests().stream()
              .map(each -> each.header("Idempotency-key"))
              .distinct()
              .toList();
      assertEquals(1, keys.size(), keys.toString());
      assertFalse(keys.getFirst().isEmpty());
    }
  }

  @Test
  void aFileToSendIsRefusedForItsLine() throws Exception {
    String answer =
        run(order(Map.of()), "{\"url\": \"http://127.0.0.1:1/\", \"bodyFile\": \"a\"}").getFirst();
    assertTrue(answer.contains("'bodyFile' cannot be used"), answer);
  }

  @Test
  void linesKeepTheirNumbersInTheMiddleOfTheInput() throws Exception {
    WorkerOrder order = order(Map.of(), "--max-line=20");
    try (LinesOfTask lines =
        order.lines(
            new ByteArrayInputStream(
                "\nno url\n# comment\n0123456789012345678901".getBytes(StandardCharsets.UTF_8)),
            41)) {
      List<Long> numbers = new ArrayList<>();
      lines.forEachRemaining(line -> numbers.add(line.label().number()));
      assertEquals(List.of(42L, 44L), numbers);
    }
  }
}
