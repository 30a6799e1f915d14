package io.millrace.cli.resume;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.Loopback;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command is killed, interrupted and starved, in a process of its own; then it goes on. */
class KillTest {
  private static final int KILLS = Integer.getInteger("millrace.kills", 10);
  private static final int JOBS = 8;
  /* Spinning would take a processor from the process that is waited for. */
  private static final long POLL = 1_000_000;
  private static final int MOST_BEFORE_A_KILL = 60;
  private static final int ITEMS = (KILLS + 2) * MOST_BEFORE_A_KILL;

  private final Loopback server = Loopback.start();
  private final Semaphore answered = new Semaphore(0);
  private final Map<String, Integer> calls = new ConcurrentHashMap<>();

  @TempDir Path folder;

  @BeforeEach
  void install() throws IOException {
    CommandProcess.install(folder);
    server
        .on(
            "/item",
            (exchange, number) -> {
              String path = exchange.getRequestURI().getPath();
              calls.merge(path, 1, Integer::sum);
              Loopback.send(exchange, 200, "answer to " + path);
              answered.release();
            })
        .on(
            "/moved",
            (exchange, number) -> {
              String path = exchange.getRequestURI().getPath();
              calls.merge(path, 1, Integer::sum);
              exchange.getResponseHeaders().set("Location", path.replace("moved", "item"));
              exchange.sendResponseHeaders(302, -1);
            });
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  private void write(String file, int items) throws IOException {
    Files.write(
        folder.resolve(file),
        IntStream.range(0, items)
            .mapToObj(n -> server.url((n % 5 == 0 ? "/moved" : "/item") + n))
            .toList());
  }

  private void awaitAnswers(int count) throws InterruptedException {
    assertTrue(answered.tryAcquire(count, 60, TimeUnit.SECONDS), "no answers");
  }

  @DisplayName(
      "H23: killed again and again, a run calls nothing again whose line was written, and its output is that of a run"
          + " that was never killed")
  @Test
  void killedAgainAndAgain() throws Exception {
    write("urls", ITEMS);
    CommandProcess whole = CommandProcess.millrace(folder, "http", "--quiet", "urls");
    assertEquals(0, whole.exitCode());
    Set<String> expected = lines("out");
    assertEquals(ITEMS, expected.size());
    calls.clear();
    answered.drainPermits();

    long seed = System.nanoTime();
    Random random = new Random(seed);
    Set<String> written = new HashSet<>();
    for (int kill = 0; kill < KILLS; kill++) {
      CommandProcess run = run();
      awaitAnswers(1 + random.nextInt(MOST_BEFORE_A_KILL / 2));
      run.process().destroyForcibly().waitFor();
      answered.drainPermits();
      assertFalse(Files.exists(folder.resolve("answers")), "seed " + seed);
      for (String line : lines("answers.unfinished")) {
        assertTrue(expected.contains(line), () -> "seed " + seed + ": " + line);
        written.add(line);
      }
    }
    Map<String, Integer> before = Map.copyOf(calls);
    CommandProcess last = run();
    assertEquals(0, last.exitCode(), last::errors);
    assertEquals(expected, lines("answers"));
    assertEquals(ITEMS, Files.readAllLines(folder.resolve("answers")).size());
    assertFalse(Files.exists(folder.resolve("answers.unfinished")));
    for (String line : written) {
      String path = line.replaceFirst(".*\"url\":\"http://[^/]*([^\"]*)\".*", "$1");
      assertEquals(before.get(path), calls.get(path), () -> "seed " + seed + ": " + path);
    }
    int repeated = calls.values().stream().mapToInt(times -> times - 1).sum();
    assertTrue(repeated <= KILLS * 2 * JOBS, () -> "seed " + seed + ": " + repeated);
  }

  private CommandProcess run() throws IOException {
    return CommandProcess.millrace(
        folder,
        "http",
        "--quiet",
        "--jobs",
        "" + JOBS,
        "--checkpoint",
        "run.checkpoint",
        "--output",
        "answers",
        "urls");
  }

  /** The lines of a file without their times; a torn one would be another one. */
  private Set<String> lines(String file) throws IOException {
    Set<String> lines = new HashSet<>();
    Path path = folder.resolve(file);
    if (Files.exists(path)) {
      String all = Files.readString(path);
      assertTrue(all.isEmpty() || all.endsWith("\n"), "torn");
      all.lines().map(line -> line.replaceFirst(",\"millis\":\\d+", "")).forEach(lines::add);
    }
    return lines;
  }

  @DisplayName(
      "H21: after a signal the command that goes on is printed, and works as it stands, odd names and all")
  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  void theCommandThatGoesOn(String signal, int code) throws Exception {
    Semaphore open = new Semaphore(0);
    Semaphore hanging = new Semaphore(0);
    server.on(
        "/slow",
        (exchange, number) -> {
          hanging.release();
          Loopback.await(open);
          Loopback.send(exchange, 200, "done");
        });
    Files.write(
        folder.resolve("the user's list"),
        IntStream.range(0, 40).mapToObj(n -> server.url("/slow" + n)).toList());
    CommandProcess run =
        CommandProcess.shell(
            folder,
            "exec ./millrace http --jobs 2 --grace 1h --checkpoint 'run $1' < \"the user's list\" > 'all of it'");
    assertTrue(hanging.tryAcquire(2, 60, TimeUnit.SECONDS));
    run.signal(signal);
    while (!run.err().contains("ending; what is under way")) {
      assertTrue(run.process().isAlive(), run::errors);
      LockSupport.parkNanos(POLL);
    }
    open.release(1_000);
    assertEquals(code, run.exitCode());
    assertEquals(2, run.read("all of it").lines().count());
    List<String> said = run.err().lines().toList();
    int at = said.indexOf("  to go on:");
    assertTrue(at >= 0, run.err());
    CommandProcess again = CommandProcess.shell(folder, said.get(at + 1).strip());
    assertEquals(0, again.exitCode(), again::errors);
    assertEquals(40, again.read("all of it").lines().distinct().count());
    assertEquals(40, server.requests().size(), "requests");
    assertTrue(again.err().contains("40 done (2 restored)"), again.err());
  }

  @DisplayName(
      "H21: the very same command goes on after a kill and after signals, with all its files")
  @Test
  void theSameCommandAgainAndAgain() throws Exception {
    Semaphore open = new Semaphore(0);
    Semaphore hanging = new Semaphore(0);
    server.on(
        "/slow",
        (exchange, number) -> {
          hanging.release();
          Loopback.await(open);
          Loopback.send(exchange, 200, "done");
        });
    Files.write(
        folder.resolve("urls"),
        IntStream.range(0, 12).mapToObj(n -> server.url("/slow" + n)).toList());
    String command =
        "exec ./millrace http --jobs 1 --grace 1h --checkpoint c --output answers --failed failed --log log"
            + " --report report.html urls";
    for (String signal : List.of("KILL", "TERM", "INT", "KILL")) {
      CommandProcess run = CommandProcess.shell(folder, command);
      assertTrue(hanging.tryAcquire(1, 60, TimeUnit.SECONDS), run::errors);
      open.release();
      assertTrue(hanging.tryAcquire(1, 60, TimeUnit.SECONDS), run::errors);
      run.signal(signal);
      if (!signal.equals("KILL")) {
        while (!run.err().contains("ending; what is under way")) {
          assertTrue(run.process().isAlive(), run::errors);
          LockSupport.parkNanos(POLL);
        }
      }
      open.release();
      assertTrue(Set.of(137, 143, 130).contains(run.exitCode()), run::errors);
      hanging.drainPermits();
      while (open.availablePermits() > 0) { // for the request of a run that was killed
        assertFalse(Thread.interrupted(), "nobody takes it");
        LockSupport.parkNanos(POLL);
      }
    }
    open.release(1_000);
    CommandProcess last = CommandProcess.shell(folder, command);
    assertEquals(0, last.exitCode(), last::errors);
    assertEquals(12, last.read("answers").lines().distinct().count());
    assertEquals("", last.read("failed"));
    assertTrue(last.read("report.html").contains("</html>"));
    assertTrue(last.read("log").lines().allMatch(line -> line.endsWith("}")), last.read("log"));
  }

  @DisplayName("H21: the second signal ends at once, and what was done before is kept")
  @Test
  void theSecondSignal() throws Exception {
    Semaphore hanging = new Semaphore(0);
    server.on(
        "/hang",
        (exchange, number) -> {
          hanging.release();
          server.hang();
        });
    Files.write(folder.resolve("urls"), List.of(server.url("/item1"), server.url("/hang")));
    CommandProcess run =
        CommandProcess.millrace(folder, "http", "--grace", "1h", "--checkpoint", "c", "urls");
    assertTrue(hanging.tryAcquire(1, 60, TimeUnit.SECONDS));
    while (run.read("out").isEmpty()) {
      assertTrue(run.process().isAlive(), run::errors);
      LockSupport.parkNanos(POLL);
    }
    for (int more = 0; more < 100 && run.process().isAlive(); more++) {
      run.signal("TERM");
      if (run.process().waitFor(100, TimeUnit.MILLISECONDS)) {
        break;
      }
    }
    assertEquals(143, run.exitCode());
    CommandProcess info = CommandProcess.millrace(folder, "info", "--json", "c");
    assertEquals(0, info.exitCode(), info::errors);
    assertTrue(info.read("out").contains("\"succeeded\":1,"), info.read("out"));
    assertTrue(info.read("out").contains("\"holder\":null"), info.read("out"));
  }

  @DisplayName(
      "H18: a second run on a checkpoint is refused, and told which process has it and since when")
  @Test
  void theSecondRunIsRefused() throws Exception {
    Semaphore hanging = new Semaphore(0);
    server.on(
        "/hang",
        (exchange, number) -> {
          hanging.release();
          server.hang();
        });
    Files.write(folder.resolve("urls"), List.of(server.url("/hang")));
    CommandProcess run =
        CommandProcess.millrace(folder, "http", "--checkpoint", "c", "--output", "answers", "urls");
    assertTrue(hanging.tryAcquire(1, 60, TimeUnit.SECONDS));
    Cli second =
        Cli.run(
            "",
            "http",
            "--checkpoint",
            folder.resolve("c").toString(),
            "--output",
            folder.resolve("answers").toString(),
            folder.resolve("urls").toString());
    assertEquals(4, second.code(), second.err());
    assertTrue(second.err().contains("process " + run.process().pid() + " on "), second.err());
    assertTrue(second.err().contains(", since 20"), second.err());
    Cli info = Cli.run("", "info", folder.resolve("c").toString());
    assertTrue(
        info.out().contains("in use          by process " + run.process().pid()), info.out());
    Cli other =
        Cli.run(
            "",
            "http",
            "--checkpoint",
            folder.resolve("d").toString(),
            "--output",
            folder.resolve("answers").toString(),
            folder.resolve("urls").toString());
    assertEquals(2, other.code(), other.err());
    assertTrue(other.err().contains("another run writes to"), other.err());
    run.process().destroyForcibly().waitFor();
  }

  @DisplayName("H23: when no more can be stored, the run ends, says what to do, and goes on later")
  @Test
  void noRoom() throws Exception {
    server.on("/large", 200, "x".repeat(700_000));
    int items = 30;
    Files.write(
        folder.resolve("urls"),
        IntStream.range(0, items).mapToObj(n -> server.url("/large" + n)).toList());
    String command = "http --quiet --jobs 2 --checkpoint c --output answers urls";
    // in blocks of 512 bytes: room for the library of the database, but not for all answers
    CommandProcess full =
        CommandProcess.shell(folder, "ulimit -f 12000; exec ./millrace " + command);
    assertEquals(1, full.exitCode(), full::errors);
    assertFalse(Files.exists(folder.resolve("answers")));
    assertTrue(full.err().startsWith("millrace http: "), full.err());
    assertTrue(full.err().contains("start the run again"), full.err());
    assertFalse(full.err().contains("\tat "), full.err());
    int before = server.requests().size();
    CommandProcess again = CommandProcess.shell(folder, "exec ./millrace " + command);
    assertEquals(0, again.exitCode(), again::errors);
    assertEquals(items, Files.readAllLines(folder.resolve("answers")).size());
    assertTrue(before < items, "requests before the end");
    assertTrue(server.requests().size() < items + before, "requests");
  }
}
