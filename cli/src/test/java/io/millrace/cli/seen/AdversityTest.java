package io.millrace.cli.seen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.millrace.cli.Cli;
import io.millrace.cli.LeftOut;
import io.millrace.cli.Loopback;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** What happens to commands that run for long: disks fill up, readers go away, servers die, processes are stopped. */
class AdversityTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  /* Spinning would take a processor from the process that is waited for. */
  private static final long POLL = 1_000_000;

  private final Loopback server = Loopback.start().on("/ok", 200, "fine");

  @TempDir Path folder;

  @BeforeEach
  void prepare() throws IOException {
    Script.in(folder);
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  private Process start(String script) throws IOException {
    return new ProcessBuilder("sh", "-c", script)
        .directory(folder.toFile())
        .redirectError(folder.resolve("err").toFile())
        .redirectOutput(folder.resolve("out").toFile())
        .start();
  }

  private int sh(String script) throws Exception {
    return code(start(script));
  }

  private static int code(Process process) throws InterruptedException {
    assertTrue(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), "it still runs");
    return process.exitValue();
  }

  private String read(String name) throws IOException {
    return Files.readString(folder.resolve(name), StandardCharsets.UTF_8);
  }

  private static void await(String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - start < PATIENCE.toNanos(), what);
      LockSupport.parkNanos(POLL);
    }
  }

  private void urls(int count) throws IOException {
    Files.write(
        folder.resolve("urls"),
        IntStream.range(0, count).mapToObj(n -> server.url("/ok" + n)).toList());
  }

  @DisplayName("C17: head ends a run quietly, and --failed and --log have whole lines")
  @ParameterizedTest
  @CsvSource({
    "./millrace http --jobs 4 --failed failed --log log urls",
    "./millrace run --jobs 4 --failed failed --log log urls -- sh -c 'echo; exit 1'"
  })
  void head(String command) throws Exception {
    urls(3_000);
    assertEquals(0, sh("{ " + command + "; echo $? > code; } | head -n 1"));
    assertEquals(1, read("out").lines().count());
    assertEquals("141\n", read("code"), read("err"));
    assertFalse(read("err").contains("Exception"), read("err"));
    assertTrue(read("failed").isEmpty() || read("failed").endsWith("\n"));
    read("log").lines().forEach(JsonMapper.shared()::readTree);
  }

  /** A disk of 64 KB, as long as a test takes. */
  private final class Disk implements AutoCloseable {
    private final Path place;

    Disk() throws Exception {
      place = Files.createDirectory(folder.resolve("disk"));
      LeftOut.unless(
          mount("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place.toString()),
          "A disk cannot be mounted here: the tests of full disks");
    }

    private static boolean mount(String... command) throws Exception {
      try {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor()
            == 0;
      } catch (IOException notThere) {
        return false;
      }
    }

    @Override
    public void close() throws IOException {
      try {
        assertTrue(mount("umount", place.toString()), "still mounted");
      } catch (IOException | RuntimeException failed) {
        throw failed;
      } catch (Exception interrupted) {
        throw new IOException(interrupted);
      }
    }
  }

  @DisplayName("C17: a full disk ends the run with a word of it, and leaves whole lines")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "./millrace http --jobs 4 --output disk/lines urls",
        "./millrace http --jobs 4 urls > disk/lines",
        "./millrace http --jobs 4 --expect 404 --failed disk/lines urls",
        "./millrace run --jobs 4 --failed disk/lines urls -- false",
        "./millrace run --jobs 4 urls -- echo a line of an output > disk/lines",
      })
  void fullDisk(String command) throws Exception {
    urls(4_000);
    try (Disk _ = new Disk()) {
      assertEquals(1, sh(command), read("err"));
      assertTrue(read("err").contains("No space left on device"), read("err"));
      assertFalse(read("err").contains("Exception"), read("err"));
      String lines = read("disk/lines");
      assertTrue(lines.length() > 30_000, lines.length() + " bytes");
      assertTrue(command.contains(">") || lines.endsWith("\n"), "a part of a line");
    }
  }

  @DisplayName("M15: a disk that fills up ends the log, and nothing else")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "./millrace http --jobs 4 --log disk/log urls",
        "./millrace run --jobs 4 --log disk/log urls -- true"
      })
  void fullDiskOfTheLog(String command) throws Exception {
    urls(600);
    try (Disk _ = new Disk()) {
      assertEquals(0, sh(command), read("err"));
      assertTrue(
          read("err").contains("--log is not complete: 'disk/log': No space left"), read("err"));
      assertTrue(read("err").contains("600 done"), read("err"));
      assertTrue(read("disk/log").endsWith("}\n"));
    }
  }

  @DisplayName(
      "C16: a process that is stopped for a while goes on, keeps its rate, and loses nothing")
  @Test
  void stopAndContinueHttp() throws Exception {
    urls(60);
    Process process = start("exec ./millrace http --jobs 4 --rate 40/s urls");
    await("no request", () -> server.requests().size() >= 10);
    signal("STOP", process);
    long stopped = System.nanoTime();
    await("time stands still", () -> System.nanoTime() - stopped > 700_000_000);
    int before = server.requests().size();
    long continued = System.nanoTime();
    signal("CONT", process);
    assertEquals(0, code(process), read("err"));
    double seconds = (System.nanoTime() - continued) / 1e9;
    assertEquals(60, read("out").lines().filter(line -> line.contains("\"status\":200")).count());
    // 28 permits would have come meanwhile; a few requests were under way
    assertTrue(seconds > (60 - before - 8) / 40.0 * 0.85, seconds + " s after " + before);
  }

  @DisplayName("C16: so does a run of commands, also if they end while it is stopped")
  @Test
  void stopAndContinueRun() throws Exception {
    Process process =
        start(
            "exec ./millrace run --jobs 2 --ordered -- sh -c 'echo $0; echo >> ran' ::: $(seq 60)");
    await("nothing ran", () -> size("ran") >= 6);
    signal("STOP", process);
    long stopped = System.nanoTime();
    await("time stands still", () -> System.nanoTime() - stopped > 300_000_000);
    signal("CONT", process);
    assertEquals(0, code(process), read("err"));
    assertEquals(
        IntStream.rangeClosed(1, 60).mapToObj(Integer::toString).toList(),
        read("out").lines().toList());
  }

  private long size(String name) {
    try {
      return Files.exists(folder.resolve(name)) ? Files.size(folder.resolve(name)) : 0;
    } catch (IOException error) {
      throw new IllegalStateException(error);
    }
  }

  private static void signal(String name, Process process) throws Exception {
    assertEquals(
        0, new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid()).start().waitFor());
  }

  @DisplayName("M18: 10,000 failures take a few lines of standard error, and all are in --failed")
  @ParameterizedTest
  @ValueSource(strings = {"http", "run"})
  void manyFailures(String which) throws IOException {
    String in =
        IntStream.range(0, 10_000)
            .mapToObj(n -> "{\"id\":" + n + ",\"url\":\"ftp://no" + n % 7 + "/\"}\n")
            .collect(Collectors.joining());
    List<String> arguments =
        new ArrayList<>(List.of(which, "--jobs", "16", "--failed", folder.resolve("f").toString()));
    if (which.equals("run")) {
      arguments.addAll(List.of("--", folder.resolve("no-such-program").toString(), "{id}"));
    }
    Cli cli = Cli.run(in, arguments.toArray(String[]::new));
    assertEquals(1, cli.code(), cli.err());
    assertTrue(cli.err().contains("10,000 failed"), cli.err());
    assertTrue(cli.err().lines().count() < 40, cli.err());
    assertTrue(cli.err().contains("10,000 x "), cli.err());
    assertEquals(
        in.lines().sorted().toList(),
        Files.readAllLines(folder.resolve("f")).stream().sorted().toList());
  }

  /** A server that can die, and come back under its address. */
  private static final class Mortal {
    private final AtomicInteger answered = new AtomicInteger();
    private HttpServer server = begin(0);
    private final int port = server.getAddress().getPort();

    private HttpServer begin(int at) {
      try {
        HttpServer begun =
            HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), at), 100);
        begun.createContext(
            "/",
            exchange -> {
              try (exchange) {
                answered.incrementAndGet();
                Loopback.send(exchange, 200, "fine");
              }
            });
        begun.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        begun.start();
        return begun;
      } catch (IOException error) {
        throw new AssertionError(error);
      }
    }

    void die() {
      server.stop(0);
    }

    void comeBack() {
      server = begin(port);
    }
  }

  @DisplayName("H13: a server that dies and comes back costs retries, and no line")
  @Test
  void theServerComesBack() throws Exception {
    Mortal mortal = new Mortal();
    String in =
        IntStream.range(0, 300)
            .mapToObj(n -> "http://127.0.0.1:" + mortal.port + "/" + n + "\n")
            .collect(Collectors.joining());
    Path log = folder.resolve("log");
    CompletableFuture<Cli> run =
        CompletableFuture.supplyAsync(
            () ->
                Cli.run(
                    in,
                    "http",
                    "--jobs",
                    "4",
                    "--rate",
                    "400/s",
                    "--retries",
                    "12",
                    "--log",
                    log.toString()),
            Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory()));
    await("no answer", () -> mortal.answered.get() >= 50);
    mortal.die();
    await("no retry", () -> hasRetry(log) || run.isDone());
    mortal.comeBack();
    Cli cli = run.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    mortal.die();
    assertEquals(0, cli.code(), cli.err());
    assertEquals(300, cli.lines().size());
    assertTrue(cli.lines().stream().anyMatch(line -> line.get("attempts").intValue() > 1));
    assertTrue(cli.err().contains("300 ok, 0 failed"), cli.err());
  }

  private static boolean hasRetry(Path log) {
    try {
      return Files.exists(log) && Files.readString(log).contains("\"retry\"");
    } catch (IOException error) {
      throw new IllegalStateException(error);
    }
  }
}
