package io.millrace.cli.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command in its two processes, whose workers are threads of the second one. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class LocalRunTest {
  @TempDir Path folder;

  private Server server;

  @BeforeEach
  void start() throws Exception {
    server = Server.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Path input(int lines) throws Exception {
    List<String> all = new ArrayList<>(List.of("# a comment", ""));
    for (int item : IntStream.range(0, lines).toArray()) {
      String kind =
          item % 10 == 3 ? "gone" : item % 10 == 5 ? "flaky" : item % 10 == 7 ? "moved" : "ok";
      String url = server.url("/" + kind + "/" + item);
      all.add(
          item % 2 == 0
              ? url
              : "{\"id\": \"i" + item + "\", \"url\": \"" + url + "\", \"more\": [" + item + "]}");
    }
    all.add("no url");
    return Files.write(folder.resolve("urls.txt"), all);
  }

  /* What depends on the clock is the same. */
  private static Set<String> timeless(List<String> lines) {
    return Set.copyOf(
        lines.stream().map(line -> line.replaceAll("\"millis\":\\d+", "\"millis\":0")).toList());
  }

  @Test
  void theAnswersAreThoseOfMillraceHttp() throws Exception {
    Path input = input(60);
    Command.Ended http =
        Command.run(folder, "http", "--quiet", "--retry-budget", "none", input.toString());
    assertEquals(1, http.code(), http.toString());
    server.calls().clear();
    Command.Ended spark =
        Command.spark(
            folder,
            "local[2]",
            "--retry-budget",
            "none",
            "--part-lines",
            "7",
            "--header",
            "Authorization: secret");
    assertEquals(1, spark.code(), spark.toString());
    List<String> lines = Command.lines(folder.resolve("answers"));
    assertEquals(61, lines.size());
    assertEquals(timeless(http.out().lines().toList()), timeless(lines));
    assertTrue(
        spark.err().contains(": 54 ok, 7 failed, 6 retries\n  latency: median "), spark.err());
    assertTrue(spark.err().contains("\n  6 x status 404, the first: \"i"), spark.err());
    assertEquals("", spark.out());
    // six were sent again, and six led on
    assertEquals(60 + 6 + 6, server.calls().values().stream().mapToInt(each -> each).sum());
    assertTrue(server.headers().contains("secret"), server.headers().toString());
    assertEquals(
        "rwx------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("answers"))));
    try (Stream<Path> files = Files.list(folder.resolve("answers"))) {
      assertTrue(files.allMatch(each -> each.getFileName().toString().matches("part-.*|_SUCCESS")));
    }
  }

  @Test
  void anOutputHasTheNameThatWasGiven() throws Exception {
    input(4);
    String name = "my answers, é 100% {a} [1]:2";
    Command.Ended ended =
        Command.run(folder, "spark", "--master", "local[2]", "--output", name, "urls.txt");
    assertEquals(1, ended.code(), ended.toString());
    assertEquals(5, Command.lines(folder.resolve(name)).size(), ended.toString());
  }

  @Test
  void sparksOwnLogHasNeitherTheArgumentsNorADoorForOthers() throws Exception {
    input(4);
    Path log = Files.createDirectory(folder.resolve("log"));
    Path other = Files.writeString(folder.resolve("other.txt"), "other");
    Command.Ended ended =
        Command.spark(
            folder,
            "local[2]",
            "--header",
            "X-Key: open-sesame",
            "--conf",
            "spark.files=" + other,
            "--conf",
            "spark.eventLog.enabled=true",
            "--conf",
            "spark.eventLog.compress=false",
            "--conf",
            "spark.eventLog.dir=" + log);
    assertEquals(5, Command.lines(folder.resolve("answers")).size(), ended.toString());
    String events = events(log);
    assertFalse(events.contains("open-sesame"));
    assertTrue(events.contains("\"spark.authenticate\":\"true\""));
    assertTrue(events.contains("other.txt"));
  }

  private static String events(Path log) throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(log)) {
      for (Path each : files.filter(Files::isRegularFile).toList()) {
        all.append(new String(Files.readAllBytes(each), StandardCharsets.ISO_8859_1));
      }
    }
    return all.toString();
  }

  @Test
  void aDamagedCacheIsNamed() throws Exception {
    input(4);
    Path jars =
        Files.createDirectories(
            folder
                .resolve("millrace")
                .resolve(Command.sparkJars().getParent().getFileName())
                .resolve("jars"));
    Files.writeString(jars.resolve("spark-core.jar"), "half of it");
    Command.Ended ended =
        Command.start(
                folder,
                Map.of("XDG_CACHE_HOME", folder.toString()),
                "spark",
                "--master",
                "local[2]",
                "--output",
                "answers",
                "urls.txt")
            .await();
    assertEquals(1, ended.code(), ended.toString());
    assertTrue(
        ended.err().startsWith("millrace spark: Spark cannot be loaded: ")
            && ended.err().endsWith(". Remove " + jars.getParent() + ", and it is fetched again\n"),
        ended.err());
  }

  @Test
  void aDatabaseThatCannotBeUsedIsNamedBeforeThereIsAnOutput() throws Exception {
    input(4);
    Command.Ended ended =
        Command.spark(
            folder,
            "local[2]",
            "--rate",
            "5/s",
            "--limiter",
            "jdbc:postgresql://127.0.0.1:1/x?user=me");
    assertEquals(1, ended.code(), ended.toString());
    assertTrue(
        ended.err().startsWith("millrace spark: the job has failed: ")
            && ended.err().contains("PostgresPermits[jdbc:postgresql://127.0.0.1:1/x]")
            && ended.err().lines().count() == 1,
        ended.err());
    assertFalse(Files.exists(folder.resolve("answers")));
    assertEquals(0, server.calls().size());
  }

  @Test
  void aTimeThatIsOverBeforeThereIsAJobEndsItAsWell() throws Exception {
    Files.writeString(folder.resolve("urls.txt"), server.url("/hang/1") + "\n");
    Command.Ended ended = Command.spark(folder, "local[2]", "--run-timeout", "1ms");
    assertEquals(3, ended.code(), ended.toString());
    assertTrue(
        ended
            .err()
            .contains("stopped by --run-timeout: 1 lines of parts that were not whole have no"),
        ended.err());
  }

  @Test
  void anOutputToWhichNothingWasWrittenIsNotLeftBehindEitherIfItHasAUrl() throws Exception {
    Files.writeString(folder.resolve("urls.txt"), server.url("/hang/1") + "\n");
    Path answers = folder.resolve("answers");
    String[] words = {
      "spark",
      "--master",
      "local[2]",
      "--run-timeout",
      "2s",
      "--output",
      answers.toUri().toString(),
      "urls.txt"
    };
    Command.Ended ended = Command.run(folder, words);
    assertEquals(3, ended.code(), ended.toString());
    assertFalse(Files.exists(answers));
    Files.createDirectory(answers);
    Command.Ended refused = Command.run(folder, words);
    assertEquals(1, refused.code(), refused.toString());
    assertTrue(refused.err().contains("--output is there already"), refused.err());
    assertTrue(Files.exists(answers));
  }
}
