package io.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

/** What only a process of its own can show: signals, pipes, exit codes. */
class ProcessTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  /* Spinning would take a processor from the process that is waited for. */
  private static final long POLL = 1_000_000;

  private final Loopback server = Loopback.start();
  private final Semaphore hanging = new Semaphore(0);

  @TempDir Path folder;

  @BeforeEach
  void answers() {
    server
        .on("/ok", 200, "fine")
        .on(
            "/hang",
            (exchange, number) -> {
              hanging.release();
              server.hang();
            });
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  private Process start(String shell, String... args) throws IOException {
    return builder(shell, args).start();
  }

  private ProcessBuilder builder(String shell, String... args) {
    List<String> command = new ArrayList<>(List.of("sh", "-c", shell, "millrace"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path")));
    command.add("io.millrace.cli.Main");
    command.addAll(List.of(args));
    return new ProcessBuilder(command)
        .redirectError(folder.resolve("err").toFile())
        .redirectOutput(folder.resolve("out").toFile());
  }

  private Process http(String... urls) throws IOException {
    Path file = Files.write(folder.resolve("urls"), List.of(urls));
    Path output = folder.resolve("lines");
    return start(
        "exec \"$@\"",
        "http",
        "--grace",
        "100ms",
        "--jobs",
        "2",
        "--output",
        output.toString(),
        file.toString());
  }

  @DisplayName("where few files may be open, fewer requests are under way, and none fails")
  @Test
  void openFilesAreLimited() throws Exception {
    Path urls =
        Files.write(
            folder.resolve("urls"),
            IntStream.range(0, 300).mapToObj(number -> server.url("/ok") + "?" + number).toList());
    Process process =
        start(
            "ulimit -n 130; exec \"$@\"",
            "http",
            "--jobs",
            "200",
            "--retries",
            "0",
            "--save-dir",
            folder.resolve("saved").toString(),
            urls.toString());
    assertEquals(0, exitCode(process), read("out"));
    assertTrue(
        read("err")
            .matches(
                "(?s)millrace http: only \\d+ at once: the limit of open files is 130, and --jobs 200 needs \\d+;.*"),
        read("err"));
  }

  private static void send(String signal, Process process)
      throws IOException, InterruptedException {
    assertEquals(0, trySend(signal, process));
  }

  /* Not 0 if there is no such process any more. */
  private static int trySend(String signal, Process process)
      throws IOException, InterruptedException {
    String kill = "kill -" + signal + " " + process.pid();
    return new ProcessBuilder("sh", "-c", kill).start().waitFor();
  }

  private static int exitCode(Process process) throws InterruptedException {
    assertTrue(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), "it still runs");
    return process.exitValue();
  }

  private void awaitHanging(int count) throws InterruptedException {
    assertTrue(hanging.tryAcquire(count, PATIENCE.toSeconds(), TimeUnit.SECONDS), "no request");
  }

  private void awaitError(String text) throws IOException {
    long start = System.nanoTime();
    while (!read("err").contains(text)) {
      assertTrue(System.nanoTime() - start < PATIENCE.toNanos(), read("err"));
      LockSupport.parkNanos(POLL);
    }
  }

  private String read(String file) throws IOException {
    return Files.readString(folder.resolve(file), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143", "HUP, 129"})
  void aSignalStopsTheRunAndKeepsWhatIsDone(String signal, int code) throws Exception {
    List<String> urls = new ArrayList<>(List.of(server.url("/ok")));
    IntStream.range(0, 50).forEach(number -> urls.add(server.url("/hang" + number)));
    Process process = http(urls.toArray(String[]::new));
    awaitHanging(2);
    send(signal, process);
    assertEquals(code, exitCode(process));
    List<String> lines = read("lines").lines().toList();
    assertEquals(3, lines.size(), "one answer and two that were cut off");
    assertTrue(read("lines").endsWith("}\n"));
    assertEquals(
        2,
        lines.stream()
            .map(JsonMapper.shared()::readTree)
            .filter(line -> line.has("error"))
            .filter(line -> line.get("error").stringValue().equals("cut off by an interrupt"))
            .count());
    assertTrue(read("err").contains("1 done in "), read("err"));
    assertTrue(read("err").contains("interrupted: 2 cut off, "), read("err"));
    assertTrue(read("err").contains("nothing read after line "), read("err"));
    assertFalse(read("err").contains("Exception"), read("err"));
  }

  @DisplayName(
      "R1: after a signal what is under way finishes within --grace, and nothing new starts")
  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143", "HUP, 129"})
  void aSignalDrains(String signal, int code) throws Exception {
    Semaphore open = new Semaphore(0);
    server.on(
        "/slow",
        (exchange, number) -> {
          hanging.release();
          Loopback.await(open);
          Loopback.send(exchange, 200, "done");
        });
    Path file = folder.resolve("urls");
    Files.write(file, IntStream.range(0, 50).mapToObj(n -> server.url("/slow" + n)).toList());
    Process process = start("exec \"$@\"", "http", "--jobs", "2", "--grace", "1h", file.toString());
    awaitHanging(2);
    send(signal, process);
    awaitError("ending; what is under way may finish");
    open.release(50);
    assertEquals(code, exitCode(process));
    long answered = read("out").lines().filter(line -> line.contains("\"status\":200")).count();
    assertEquals(2, answered, read("out"));
    assertEquals(2, server.requests().size(), "requests");
    assertTrue(read("err").contains("interrupted: 0 cut off, "), read("err"));
  }

  @DisplayName("R1: a second signal ends at once, with the code of that signal")
  @Test
  void aSecondSignalEndsTheGrace() throws Exception {
    Path file = Files.write(folder.resolve("urls"), List.of(server.url("/hang")));
    Process process = start("exec \"$@\"", "http", "--grace", "1h", file.toString());
    awaitHanging(1);
    send("TERM", process);
    for (int more = 0; more < 100 && !process.waitFor(100, TimeUnit.MILLISECONDS); more++) {
      trySend("TERM", process);
    }
    assertEquals(143, exitCode(process));
  }

  @DisplayName(
      "R1: hung up twice, as when a terminal closes, it still lets finish what is under way")
  @Test
  void hangingUpTwiceIsOnce() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    server.on(
        "/slow",
        (exchange, number) -> {
          hanging.release();
          Loopback.await(open);
          Loopback.send(exchange, 200, "done");
        });
    Path file = Files.write(folder.resolve("urls"), List.of(server.url("/slow")));
    Process process = start("exec \"$@\"", "http", "--grace", "1h", file.toString());
    awaitHanging(1);
    send("HUP", process);
    awaitError("ending; what is under way may finish");
    send("HUP", process);
    open.countDown();
    assertEquals(129, exitCode(process));
    assertTrue(read("out").contains("\"status\":200"), read("out") + read("err"));
  }

  @DisplayName("R1: started with nohup, it hears of no hang-up")
  @Test
  void nohup() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    server.on(
        "/slow",
        (exchange, number) -> {
          hanging.release();
          Loopback.await(open);
          Loopback.send(exchange, 200, "done");
        });
    Path file =
        Files.write(folder.resolve("urls"), List.of(server.url("/slow"), server.url("/ok")));
    Process process = start("exec nohup \"$@\"", "http", "--jobs", "1", file.toString());
    awaitHanging(1);
    send("HUP", process);
    open.countDown();
    assertEquals(0, exitCode(process), read("err"));
    assertEquals(2, read("out").lines().count());
  }

  @Test
  void aSignalEndsARunThatWaitsForInput() throws Exception {
    Process process = start("exec \"$@\"", "http", "--grace", "100ms");
    process.outputWriter().write(server.url("/hang") + "\n");
    process.outputWriter().flush();
    awaitHanging(1);
    send("INT", process);
    assertEquals(130, exitCode(process));
    assertTrue(read("err").contains("interrupted: 1 cut off"), read("err"));
  }

  @Test
  void aSecondSignalEndsARunThatCannotStop() throws Exception {
    server.on("/big", 200, "x".repeat(1_000_000));
    Path file =
        Files.write(folder.resolve("urls"), List.of(server.url("/big"), server.url("/hang")));
    // the answer does not fit into the pipe, and nobody reads it
    Process process =
        builder("exec \"$@\"", "http", "--jobs", "1", file.toString())
            .redirectOutput(ProcessBuilder.Redirect.PIPE)
            .start();
    awaitHanging(1);
    send("INT", process);
    // a signal that comes before the first one was handled is merged with it
    for (int more = 0; more < 100 && !process.waitFor(100, TimeUnit.MILLISECONDS); more++) {
      trySend("INT", process);
    }
    assertEquals(130, exitCode(process));
    assertFalse(read("err").contains("done in"), read("err"));
  }

  @Test
  void aPipeThatClosesEndsTheRunQuietly() throws Exception {
    Path file = folder.resolve("urls");
    Files.write(
        file, IntStream.range(0, 2_000).mapToObj(number -> server.url("/ok" + number)).toList());
    Process process =
        start("{ \"$@\"; echo $? >&2; } | head -1", "http", "--quiet", file.toString());
    assertEquals(0, exitCode(process));
    assertEquals(1, read("out").lines().count());
    assertEquals("141\n", read("err"));
    assertTrue(server.requests().size() < 2_000, "the run went on");
  }

  @Test
  void anOutputThatIsFullIsSaid() throws Exception {
    Path file = Files.write(folder.resolve("urls"), List.of(server.url("/ok")));
    Process process = start("exec \"$@\" > /dev/full", "http", "--quiet", file.toString());
    assertEquals(1, exitCode(process));
    assertEquals("millrace http: cannot write the output: No space left on device\n", read("err"));
  }

  @Test
  void standardErrorThatIsNoTerminalHasNoEscapes() throws Exception {
    Process process = http(server.url("/ok"));
    assertEquals(0, exitCode(process));
    assertFalse(read("err").contains("\u001b") || read("err").contains("\r"), read("err"));
  }

  @DisplayName("H9: --force does not replace the input, also if it comes by standard input")
  @Test
  void theInputIsNotReplacedByTheOutput() throws Exception {
    Path file = Files.write(folder.resolve("urls"), List.of(server.url("/ok")));
    Process process =
        start("exec \"$@\" < " + file, "http", "--output", file.toString(), "--force");
    assertEquals(2, exitCode(process));
    assertTrue(read("err").contains("is also the input"), read("err"));
    assertEquals(List.of(server.url("/ok")), Files.readAllLines(file));
  }

  @DisplayName(
      "H9: what the shell has opened is compared as well: no answers go to the input, and no text into a checkpoint")
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "< urls >> urls; http; standard output is also the input (standard input)",
        "2>> urls; run urls -- cat; standard error is also the input 'urls'",
        ">> urls; http --dry-run urls; standard output is also the input 'urls'",
        "> log; http --force --log log urls; --log 'log' is also standard output",
        ">> c; info c; the checkpoint 'c' is also standard output"
      })
  void whatTheShellHasOpenedIsCompared(String redirection, String arguments, String problem)
      throws Exception {
    Files.write(folder.resolve("urls"), List.of(server.url("/ok")));
    Files.writeString(folder.resolve("c"), "precious");
    Process process =
        start("cd '" + folder + "'; exec \"$@\" " + redirection, arguments.split(" "));
    assertEquals(2, exitCode(process), read("err"));
    String said = read("err") + read("urls");
    assertTrue(said.contains(problem), said);
    assertEquals("precious", read("c"));
    assertEquals(0, server.requests().size());
  }

  @DisplayName("H9: a pipe under a number is written to, as that of a process substitution")
  @Test
  void aPipeUnderANumberIsWrittenTo() throws Exception {
    Process process =
        start(
            "\"$@\" 3>&1 > /dev/null | cat > '" + folder + "/piped'",
            "http",
            "--force",
            "--output",
            "/dev/fd/3",
            server.url("/ok"));
    assertEquals(0, exitCode(process), read("err"));
    assertTrue(read("piped").contains("\"body\":\"fine\""), read("piped"));
  }

  @DisplayName("H9: /dev/stdout and /dev/stderr are written to behind what is there")
  @ParameterizedTest
  @CsvSource({"/dev/stdout, 1, ''", "/proc/self/fd/2, 2, ''", "/dev/stdout, 1, --checkpoint"})
  void standardStreamsAreContinued(String name, String number, String checkpoint) throws Exception {
    Path file = Files.writeString(folder.resolve("all"), "before\n");
    List<String> arguments = new ArrayList<>(List.of("http", "--quiet", "--force"));
    if (!checkpoint.isEmpty()) {
      arguments.addAll(List.of(checkpoint, folder.resolve("c").toString()));
    }
    arguments.addAll(List.of("--output", name, server.url("/ok")));
    Process process =
        start(
            "{ echo first >&N; \"$@\"; echo last >&N; } N>> '".replace("N", number) + file + "'",
            arguments.toArray(String[]::new));
    assertEquals(0, exitCode(process), read("err"));
    List<String> lines = read("all").lines().filter(line -> !line.startsWith("WARNING")).toList();
    assertEquals(
        List.of("before", "first", "last"), List.of(lines.get(0), lines.get(1), lines.getLast()));
    assertTrue(read("all").contains("\"body\":\"fine\"}\n"), read("all"));
    assertFalse(Files.exists(folder.resolve("all.unfinished")));
  }

  @DisplayName(
      "H9: standard output and standard error may be one file, and a pipe may be input and output")
  @ParameterizedTest
  @ValueSource(strings = {"> both 2>&1", "| cat > both"})
  void standardStreamsMayBeOneFile(String redirection) throws Exception {
    Path file = Files.write(folder.resolve("urls"), List.of(server.url("/ok")));
    Process process =
        start(
            "cat '" + file + "' | \"$@\" " + redirection.replace("both", folder + "/both"), "http");
    assertEquals(0, exitCode(process), read("err"));
    assertTrue(read("both").contains("\"body\":\"fine\""), read("both"));
  }

  @DisplayName(
      "H9: whenever a signal comes, what was done, cut off, not started and skipped is what was read")
  @ParameterizedTest
  @ValueSource(ints = {1, 20, 60, 150, 400})
  void theReportAddsUp(int answered) throws Exception {
    Semaphore answers = new Semaphore(0);
    server.on(
        "/slow",
        (exchange, number) -> {
          answers.release();
          Loopback.send(exchange, 200, "");
        });
    Path file = folder.resolve("urls");
    try (PrintWriter urls = new PrintWriter(Files.newBufferedWriter(file))) {
      for (int number = 0; number < 200_000; number++) {
        urls.println(number % 5 == 0 ? "# " + number : server.url("/slow" + number));
      }
    }
    Path output = folder.resolve("lines");
    Process process = start("exec \"$@\"", "http", "--output", output.toString(), file.toString());
    assertTrue(answers.tryAcquire(answered, PATIENCE.toSeconds(), TimeUnit.SECONDS));
    send("INT", process);
    assertEquals(130, exitCode(process));
    // the line about the signal is before it
    String summary = read("err").substring(read("err").lastIndexOf("millrace: "));
    Matcher report =
        Pattern.compile(
                "millrace: ([\\d,]+) done .*interrupted: ([\\d,]+) cut off, ([\\d,]+) not started,"
                    + " ([\\d,]+) blank or comments, nothing read after line ([\\d,]+)\\s.*--checkpoint FILE does that\\s*",
                Pattern.DOTALL)
            .matcher(summary);
    assertTrue(report.matches(), read("err"));
    long[] counts = new long[5];
    for (int index = 0; index < 5; index++) {
      counts[index] = Long.parseLong(report.group(index + 1).replace(",", ""));
    }
    assertEquals(counts[4], counts[0] + counts[1] + counts[2] + counts[3], read("err"));
    assertEquals(counts[0] + counts[1], read("lines").lines().count(), read("err"));
    assertTrue(answers.availablePermits() + answered <= counts[0] + counts[1], read("err"));
  }

  @DisplayName("H11: help and version that cannot be written are an error")
  @ParameterizedTest
  @ValueSource(strings = {"--version", "--help", "run --help", "http --help"})
  void helpThatCannotBeWritten(String arguments) throws Exception {
    Process process = start("exec \"$@\" " + arguments + " > /dev/full");
    assertEquals(1, exitCode(process));
    assertEquals("millrace: cannot write the output: No space left on device\n", read("err"));
  }
}
