package io.millrace.cli.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.outside.SparkCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command in a driver that {@code spark-submit} has started, on a cluster of two workers. */
@Tag("cluster")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SubmittedTest {
  private static final Pattern NUMBER = Pattern.compile("/(\\d+)\"");

  @TempDir Path folder;

  private Server server;
  private SparkCluster cluster;

  @BeforeEach
  void start() throws Exception {
    server = Server.start();
    cluster = SparkCluster.start(folder, Command.sparkJars(), 2);
  }

  @AfterEach
  void stop() {
    cluster.close();
    server.close();
  }

  private void input(String kind, int lines) throws Exception {
    Files.write(
        folder.resolve("urls.txt"),
        IntStream.range(0, lines).mapToObj(line -> server.url("/" + kind + "/" + line)).toList());
  }

  private Command.Running submit(List<String> ofSubmit, String... options) throws Exception {
    List<String> words = new ArrayList<>(List.of(options));
    words.addAll(List.of("--output", "answers", "urls.txt"));
    return Command.submit(folder, cluster, ofSubmit, words.toArray(String[]::new));
  }

  private static void await(Command.Running running, BooleanSupplier condition) throws Exception {
    while (!condition.getAsBoolean()) {
      if (!running.process().isAlive()) {
        throw new AssertionError("it has ended: " + running.end());
      }
      Thread.onSpinWait();
      Thread.yield();
    }
  }

  /** Each line of the input has one answer, in that order. */
  private void assertAllInOrder(int lines) throws Exception {
    List<Integer> numbers =
        Command.lines(folder.resolve("answers")).stream().map(SubmittedTest::number).toList();
    assertEquals(IntStream.range(0, lines).boxed().toList(), numbers);
  }

  private static int number(String answer) {
    Matcher url = NUMBER.matcher(answer);
    assertTrue(url.find(), answer);
    return Integer.parseInt(url.group(1));
  }

  private long repeated(int lines) {
    return server.calls().values().stream().mapToLong(calls -> calls).sum() - lines;
  }

  @Test
  void aWorkerThatIsKilledLosesNothing() throws Exception {
    input("ok", 800);
    Command.Running running =
        submit(
            List.of(),
            "--workers",
            "2",
            "--jobs",
            "16",
            "--rate",
            "200/s",
            "--ordered",
            "--part-lines",
            "50");
    await(running, () -> server.calls().size() > 200);
    cluster.executors().getFirst().destroyForcibly();
    Command.Ended ended = running.end();
    assertEquals(0, ended.code(), ended.toString());
    assertAllInOrder(800);
    assertTrue(repeated(800) <= 4 * 50, repeated(800) + " repeated");
    assertTrue(server.most() <= 16, server.most() + " at once");
    List<Long> times = server.times().stream().sorted().toList();
    double seconds = (times.getLast() - times.getFirst()) / 1e9;
    System.out.printf(
        "spark-submit: a worker killed: %d calls in %.2f s, %d repeated, %d at once%n",
        times.size(), seconds, repeated(800), server.most());
    assertTrue(seconds > 0.99 * times.size() / 200, seconds + " s");
  }

  @Test
  void aTaskThatSparkDoesTwiceOnPurposeHasOneAnswerForEachLine() throws Exception {
    List<String> urls = new ArrayList<>();
    IntStream.range(0, 240)
        .forEach(line -> urls.add(server.url((line == 77 ? "/stuck/" : "/ok/") + line)));
    Files.write(folder.resolve("urls.txt"), urls);
    Command.Running running =
        submit(
            List.of(),
            "--conf",
            "spark.speculation=true",
            "--conf",
            "spark.speculation.quantile=0.5",
            "--conf",
            "spark.speculation.minTaskRuntime=10s",
            "--workers",
            "2",
            "--jobs",
            "16",
            "--ordered",
            "--timeout",
            "200s",
            "--part-lines",
            "20");
    Command.Ended ended = running.end();
    assertEquals(0, ended.code(), ended.toString());
    assertAllInOrder(240);
    assertEquals(2, server.calls().get("/stuck/77"));
    assertTrue(server.calls().values().stream().allMatch(calls -> calls <= 2));
    assertTrue(server.most() <= 16, server.most() + " at once");
    assertTrue(ended.err().contains("240 done"), ended.err());
  }

  @Test
  void aWorkerThatIsDecommissionedEndsWhatItDoesAndNobodyElseSharesTheLimits() throws Exception {
    input("held", 64);
    Command.Running running =
        submit(
            List.of("--conf", "spark.decommission.enabled=true"),
            "--workers",
            "2",
            "--jobs",
            "8",
            "--timeout",
            "200s",
            "--ordered",
            "--part-lines",
            "4");
    await(running, () -> server.running() == 8);
    cluster.decommission(0);
    cluster.startWorker();
    // an executor begins there, in place of the one that ends what it does, and has to go as long
    // as that works
    await(running, () -> !cluster.executors(2).isEmpty());
    ProcessHandle early = cluster.executors(2).getFirst();
    await(running, () -> !early.isAlive() || server.running() > 8);
    server.release();
    Command.Ended ended = running.end();
    assertEquals(0, ended.code(), ended.toString());
    assertAllInOrder(64);
    assertEquals(8, server.most());
    assertEquals(0, repeated(64));
  }

  @Test
  void aDriverThatIsKilledTakesItsWorkersAlongAndWhatIsWholeStays() throws Exception {
    input("ok", 4_000);
    Command.Running running =
        submit(List.of(), "--workers", "2", "--rate", "200/s", "--part-lines", "20");
    await(running, () -> server.calls().size() > 400);
    running.process().destroyForcibly();
    running.process().onExit().join();
    cluster.executors().forEach(executor -> executor.onExit().join());
    Path answers = folder.resolve("answers");
    assertTrue(Files.notExists(answers.resolve("_SUCCESS")));
    List<Integer> numbers =
        Command.lines(answers).stream().map(SubmittedTest::number).sorted().toList();
    assertEquals(numbers.stream().distinct().toList(), numbers);
    assertEquals(0, numbers.size() % 20);
    assertTrue(numbers.size() > 200, numbers.size() + " answers");
    Command.Ended again = submit(List.of(), "--workers", "2").end();
    assertEquals(2, again.code(), again.toString());
    assertTrue(again.err().contains("is there already"), again.err());
  }

  @Test
  void aWorkerThatIsFrozenLosesNothing() throws Exception {
    input("ok", 1_200);
    Command.Running running =
        submit(
            List.of(
                "--conf",
                "spark.network.timeout=12s",
                "--conf",
                "spark.network.timeoutInterval=3s",
                "--conf",
                "spark.executor.heartbeatInterval=1s"),
            "--workers",
            "2",
            "--jobs",
            "16",
            "--rate",
            "100/s",
            "--ordered",
            "--part-lines",
            "50");
    await(running, () -> server.calls().size() > 200);
    ProcessHandle frozen = cluster.executors().getFirst();
    signal("STOP", frozen);
    // another one takes its place
    await(running, () -> cluster.executors().size() > 2 || !frozen.isAlive());
    signal("CONT", frozen);
    Command.Ended ended = running.end();
    assertEquals(0, ended.code(), ended.toString());
    assertAllInOrder(1_200);
    assertTrue(repeated(1_200) <= 4 * 50, repeated(1_200) + " repeated");
    assertTrue(server.most() <= 16, server.most() + " at once");
    List<Long> times = server.times().stream().sorted().toList();
    double seconds = (times.getLast() - times.getFirst()) / 1e9;
    System.out.printf(
        "spark-submit: a worker frozen: %d calls in %.2f s, %d repeated, %d at once%n",
        times.size(), seconds, repeated(1_200), server.most());
    assertTrue(seconds > 0.99 * times.size() / 100, seconds + " s");
  }

  private static void signal(String name, ProcessHandle process) throws Exception {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }
}
