package io.millrace.cli.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.outside.SparkCluster;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command with worker processes. */
@Tag("cluster")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ClusterRunTest {
  private static final String MASTER = "local-cluster[2,4,1024]";

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

  private Path input(String kind, int lines) throws Exception {
    return Files.write(
        folder.resolve("urls.txt"),
        IntStream.range(0, lines).mapToObj(item -> server.url("/" + kind + "/" + item)).toList());
  }

  private static List<ProcessHandle> workersOf(Command.Running running) {
    return running
        .process()
        .descendants()
        .filter(
            each -> each.info().commandLine().orElse("").contains("CoarseGrainedExecutorBackend"))
        .toList();
  }

  @Test
  void bothWorkersTakePartAndTheRateIsThatOfBoth() throws Exception {
    input("ok", 2000);
    Command.Ended ended = Command.spark(folder, MASTER, "--jobs", "64", "--rate", "400/s");
    assertEquals(0, ended.code(), ended.toString());
    assertEquals(2000, Command.lines(folder.resolve("answers")).size());
    assertEquals(2000, server.calls().size());
    List<Long> times = server.times().stream().sorted().toList();
    double seconds = (times.getLast() - times.getFirst()) / 1e9;
    System.out.printf("spark: 2,000 requests at 400/s in %.2f s%n", seconds);
    // two workers that begin at different times have their shares at different times
    assertTrue(seconds > 4.9, seconds + " s");
  }

  @Test
  void aWorkerThatIsKilledLosesNothing() throws Exception {
    input("ok", 3000);
    Command.Running running =
        Command.start(
            folder,
            Map.of(),
            "spark",
            "--master",
            MASTER,
            "--jobs",
            "64",
            "--rate",
            "300/s",
            "--output",
            "answers",
            "--part-lines",
            "50",
            "urls.txt");
    while (server.calls().size() < 500) {
      Thread.onSpinWait();
      Thread.yield();
    }
    workersOf(running).getFirst().destroyForcibly();
    Command.Ended ended = running.await();
    assertEquals(0, ended.code(), ended.toString());
    List<String> lines = Command.lines(folder.resolve("answers"));
    assertEquals(3000, lines.size());
    assertEquals(
        3000, lines.stream().map(line -> line.replaceAll(",\"attempts.*", "")).distinct().count());
    assertTrue(ended.err().contains("3,000 ok, 0 failed"), ended.err());
    // what all workers do, while they do it
    assertTrue(
        ended.err().matches("(?s).*millrace: [^\n]* of (32|64) running, [^\n]*workers: .*"),
        ended.err());
  }

  @Test
  void anInterruptEndsTheJobAndLeavesNoProcess() throws Exception {
    List<String> urls = new ArrayList<>();
    IntStream.range(0, 100).forEach(item -> urls.add(server.url("/ok/" + item)));
    IntStream.range(100, 200).forEach(item -> urls.add(server.url("/hang/" + item)));
    Files.write(folder.resolve("urls.txt"), urls);
    Command.Running running =
        Command.start(
            folder,
            Map.of(),
            "spark",
            "--master",
            MASTER,
            "--part-lines",
            "10",
            "--output",
            "answers",
            "urls.txt");
    server.awaitHanging();
    List<ProcessHandle> family = running.process().descendants().toList();
    assertEquals(2, workersOf(running).size());
    new ProcessBuilder("kill", "-INT", Long.toString(running.process().pid())).start().waitFor();
    Command.Ended ended = running.await();
    assertEquals(130, ended.code(), ended.toString());
    assertTrue(ended.err().contains("interrupted: "), ended.err());
    assertEquals(List.of(), family.stream().filter(ProcessHandle::isAlive).toList());
  }

  @Test
  void thePagesOfItsMasterAndWorkersLetNobodyIn() throws Exception {
    Files.writeString(folder.resolve("urls.txt"), server.url("/hang/1"));
    Command.Running running =
        Command.start(
            folder, Map.of(), "spark", "--master", MASTER, "--output", "answers", "urls.txt");
    try (HttpClient other = HttpClient.newHttpClient()) {
      server.awaitHanging();
      String environment =
          Files.readString(
              Path.of("/proc/" + workersOf(running).getFirst().pid() + "/environ"),
              StandardCharsets.ISO_8859_1);
      Matcher log = Pattern.compile("SPARK_LOG_URL_STDERR=([^\0]+)").matcher(environment);
      assertTrue(log.find());
      URI page = URI.create(log.group(1));
      assertEquals(403, other.send(get(page), BodyHandlers.discarding()).statusCode());
      assertEquals(
          403, other.send(get(page.resolve("/json/")), BodyHandlers.discarding()).statusCode());
    } finally {
      new ProcessBuilder("kill", "-INT", Long.toString(running.process().pid())).start().waitFor();
    }
    assertEquals(130, running.await().code());
  }

  private static HttpRequest get(URI page) {
    return HttpRequest.newBuilder(page).build();
  }

  @Test
  void theWorkersDieWithTheCommand() throws Exception {
    Files.move(input("hang", 50), folder.resolve(Command.STDIN));
    Command.Running running =
        Command.start(folder, Map.of(), "spark", "--master", MASTER, "--output", "answers");
    server.awaitHanging();
    List<ProcessHandle> family = running.process().descendants().toList();
    assertTrue(family.size() >= 3, family.toString());
    Path scratch = fileOf(family, "-Dmillrace.spark.watch=");
    Path copy = fileOf(family, "-Dmillrace.spark.input=");
    assertTrue(Files.exists(scratch), scratch.toString());
    assertTrue(Files.exists(copy), copy.toString());
    running.process().destroyForcibly();
    for (ProcessHandle each : family) {
      each.onExit().get(60, TimeUnit.SECONDS);
    }
    assertFalse(Files.exists(scratch), scratch.toString());
    assertFalse(Files.exists(copy), copy.toString());
  }

  private static Path fileOf(List<ProcessHandle> family, String option) {
    return family.stream()
        .flatMap(each -> Stream.of(each.info().commandLine().orElse("").split(" ")))
        .filter(word -> word.startsWith(option))
        .map(word -> Path.of(word.substring(option.length())))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void workersWithAnOlderJavaAreNamed() throws Exception {
    Path older = Path.of("/usr/lib/jvm/java-17-openjdk-amd64");
    assumeTrue(Files.isExecutable(older.resolve("bin/java")), "no Java 17 is installed");
    input("ok", 10);
    Command.Ended ended =
        Command.spark(folder, MASTER, "--conf", "spark.executorEnv.JAVA_HOME=" + older);
    assertEquals(1, ended.code(), ended.toString());
    assertTrue(
        ended.err().contains("millrace spark: ")
            && ended.err().contains("a worker has an older Java"),
        ended.err());
    assertEquals(0, server.calls().size());
    assertFalse(Files.exists(folder.resolve("answers")));
  }

  @Test
  void parquetHasAColumnForEachField() throws Exception {
    Files.writeString(
        folder.resolve("urls.txt"),
        "{\"id\": 7, \"url\": \""
            + server.url("/ok/7")
            + "\", \"tag\": {\"a\": \"b\"}}\n"
            + server.url("/gone/8")
            + "\n");
    Command.Ended ended = Command.spark(folder, MASTER, "--parquet");
    assertEquals(1, ended.code(), ended.toString());
    try (var spark =
        SparkSession.builder()
            .master("local[1]")
            .config("spark.ui.enabled", false)
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.sql.warehouse.dir", folder.toString())
            .getOrCreate()) {
      var rows =
          spark
              .read()
              .parquet(folder.resolve("answers").toString())
              .selectExpr("id", "status", "attempts", "error", "body", "fields")
              .orderBy("status")
              .collectAsList();
      assertEquals("[7,200,1,null,answer 7,{\"tag\":{\"a\": \"b\"}}]", rows.get(0).toString());
      assertEquals("[2,404,1,status 404,nothing 8,null]", rows.get(1).toString());
    }
  }

  @Test
  void aStandaloneMasterWithTwoWorkers() throws Exception {
    input("ok", 400);
    try (SparkCluster cluster = SparkCluster.start(folder, Command.sparkJars(), 2)) {
      Command.Ended ended = Command.spark(folder, cluster.url(), "--workers", "2", "--jobs", "32");
      assertEquals(0, ended.code(), ended.toString());
      assertEquals(400, Command.lines(folder.resolve("answers")).size());
    }
  }

  @Test
  void onlyAsManyWorkersTakePartAsShareTheLimits() throws Exception {
    input("ok", 400);
    Path log = Files.createDirectory(folder.resolve("log"));
    try (SparkCluster cluster = SparkCluster.start(folder, Command.sparkJars(), 2)) {
      Command.Ended ended =
          Command.spark(
              folder,
              cluster.url(),
              "--workers",
              "1",
              "--rate",
              "200/s",
              "--conf",
              "spark.eventLog.enabled=true",
              "--conf",
              "spark.eventLog.compress=false",
              "--conf",
              "spark.eventLog.dir=" + log);
      assertEquals(0, ended.code(), ended.toString());
    }
    try (Stream<Path> files = Files.walk(log)) {
      Path events =
          files
              .filter(each -> each.getFileName().toString().startsWith("events_"))
              .findFirst()
              .orElseThrow();
      Set<String> workers = new TreeSet<>();
      for (String event : Files.readAllLines(events)) {
        Matcher worker =
            Pattern.compile("SparkListenerTaskEnd.*\"Executor ID\":\"(\\d+)\"").matcher(event);
        if (worker.find()) {
          workers.add(worker.group(1));
        }
      }
      assertEquals(1, workers.size(), workers.toString());
    }
  }

  @Test
  void aMasterThatIsNotThereIsOneLine() throws Exception {
    input("ok", 1);
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Command.Ended ended = Command.spark(folder, "spark://127.0.0.1:" + port);
    assertEquals(1, ended.code());
    assertEquals(
        "millrace spark: the master spark://127.0.0.1:"
            + port
            + " cannot be reached: Connection refused\n",
        ended.err());
  }
}
