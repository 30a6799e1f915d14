package io.millrace.cli.run;

import static io.millrace.cli.run.RunCommandTest.nap;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What only a process of its own can show: signals, pipes, bytes of the command line. */
class RunProcessTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  /* Spinning would take a processor from the process that is waited for. */
  private static final long POLL = 1_000_000;

  @TempDir Path folder;

  private Process start(String shell, String... args) throws IOException {
    return start(Map.of(), shell, args);
  }

  /* In the shell, "$@" is the command up to its options. */
  private Process start(Map<String, String> environment, String shell, String... args)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", shell, "millrace"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx32m",
            "-XX:-MaxFDLimit",
            "--enable-native-access=ALL-UNNAMED"));
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), "io.millrace.cli.Main", "run"));
    command.addAll(List.of(args));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectError(folder.resolve("err").toFile())
            .redirectOutput(folder.resolve("out").toFile());
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static int exitCode(Process process) throws InterruptedException {
    assertTrue(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), "it still runs");
    return process.exitValue();
  }

  @DisplayName("C2: --dry-run steers no terminal; elsewhere bytes go through")
  @Test
  void dryRunOnATerminal() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")));
    String item = "printf 'a\\033[2J\\302\\233b\\303\\251\\n' > in; ";
    assertEquals(0, exitCode(start(inFolder(item + "\"$@\" in -- echo {} > plain"), "--dry-run")));
    assertEquals("echo 'a\u001b[2J\u00c2\u009bb\u00c3\u00a9'\n", read("plain"));
    String onTerminal =
        "printf '%s ' \"$@\" > call; echo ' in -- echo {}' >> call; script -qec 'sh call' typescript < /dev/null";
    assertEquals(0, exitCode(start(inFolder(item + onTerminal), "--dry-run")));
    assertTrue(read("out").startsWith("echo 'a\\u001b[2J\\u009bb\u00c3\u00a9'"), read("out"));
  }

  private String inFolder(String script) {
    return "cd " + folder + "; " + script;
  }

  private static void send(String signal, Process process) throws Exception {
    String kill = "kill -" + signal + " " + process.pid();
    var _ = new ProcessBuilder("sh", "-c", kill).start().waitFor();
  }

  private String read(String file) throws IOException {
    return Files.readString(folder.resolve(file), StandardCharsets.ISO_8859_1);
  }

  private static void await(String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - start < PATIENCE.toNanos(), what);
      LockSupport.parkNanos(POLL);
    }
  }

  private void awaitFile(String name) {
    await("no " + name, () -> Files.exists(folder.resolve(name)));
  }

  /* Each command says that it runs, and waits until it may end. */
  private String waiting(String argument) {
    return "touch "
        + folder
        + "/on-$0; until test -e "
        + folder
        + "/go; do sleep 0.05; done; echo done $0; : "
        + argument;
  }

  private String[] args(String... all) {
    return Stream.concat(Stream.of("--jobs", "2"), Stream.of(all)).toArray(String[]::new);
  }

  @DisplayName(
      "C16: after the first signal nothing new starts, and what runs may finish, also in a terminal")
  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143", "HUP, 129"})
  void aSignalDrains(String signal, int code) throws Exception {
    Process process =
        start("exec \"$@\"", args("--", "sh", "-c", waiting(""), "{}", ":::", "1", "2", "3", "4"));
    awaitFile("on-1");
    awaitFile("on-2");
    send(signal, process);
    await("no word of it", () -> errors().contains("ending;"));
    Files.createFile(folder.resolve("go"));
    assertEquals(code, exitCode(process));
    assertEquals(List.of("done 1", "done 2"), read("out").lines().sorted().toList());
    assertFalse(Files.exists(folder.resolve("on-3")));
    assertTrue(read("err").contains("interrupted: 0 cut off, "), read("err"));
  }

  private String errors() {
    try {
      return read("err");
    } catch (IOException error) {
      throw new IllegalStateException(error);
    }
  }

  @DisplayName("C10: where few files may be open, fewer commands run at once, and none fails")
  @Test
  void openFilesAreLimited() throws Exception {
    String items =
        String.join("\n", IntStream.rangeClosed(1, 300).mapToObj(String::valueOf).toList());
    Files.writeString(folder.resolve("in"), items);
    String limited = "ulimit -n 130; exec \"$@\"";
    String in = folder.resolve("in").toString();
    assertEquals(0, exitCode(start(limited, "-P", "200", in, "--", "echo")), read("err"));
    assertEquals(300, read("out").lines().distinct().count());
    assertTrue(
        read("err")
            .matches(
                "(?s)millrace run: only \\d+ at once: the limit of open files is 130, and --jobs 200 needs \\d+;.*"),
        read("err"));
    assertEquals(0, exitCode(start(limited, "-P", "200", "--quiet", "--stdin", in, "--", "cat")));
    assertEquals("", read("err"));
    assertEquals(300, read("out").lines().distinct().count());
    String outputs = folder.resolve("outputs").toString();
    assertEquals(
        0, exitCode(start(limited, "-P", "200", "--output-dir", outputs, in, "--", "echo")));
    assertEquals("300\n", read("outputs/300.out"));
  }

  @DisplayName(
      "C10: commands have the limit of open files that was given, unless Millrace needs more")
  @Test
  void theLimitOfOpenFilesIsHandedOn() throws Exception {
    String limited = "ulimit -n 2000; ulimit -Sn 200; exec \"$@\"";
    String[] command = {"--", "sh", "-c", "echo $(ulimit -Sn) of $(ulimit -Hn)", "{}", ":::", "1"};
    assertEquals(0, exitCode(start(limited, command)), read("err"));
    assertEquals("200 of 2000\n", read("out"));
    String[] many =
        Stream.concat(Stream.of("-P", "100"), Stream.of(command)).toArray(String[]::new);
    assertEquals(0, exitCode(start(limited, many)), read("err"));
    assertFalse(read("err").contains("only"), read("err"));
    int raised = Integer.parseInt(read("out").replace(" of 2000\n", ""));
    assertTrue(raised > 100 * 6 && raised < 2000, "raised to " + raised);
  }

  @DisplayName(
      "C10: where few files may be open, no more large outputs wait for their turn than fit")
  @Test
  void waitingOutputsAreLimited() throws Exception {
    // the first one waits for a while, and the others cannot be written before it
    String script =
        "touch $0.ran; [ $0 = 1 ] && { n=0; while [ ! -e 290.ran ] && [ $n -lt 60 ]; do n=$((n+1)); sleep 0.05; done; }; head -c 60000 /dev/zero";
    String[] items = IntStream.rangeClosed(1, 300).mapToObj(String::valueOf).toArray(String[]::new);
    String[] command = args("--ordered", "--window", "1000", "--", "sh", "-c", script, "{}", ":::");
    Process process =
        start(
            inFolder("ulimit -n 200; exec \"$@\""),
            Stream.concat(Stream.of(command), Stream.of(items)).toArray(String[]::new));
    assertEquals(0, exitCode(process), read("err"));
    assertEquals(300 * 60_000, Files.size(folder.resolve("out")));
  }

  @DisplayName("C16: the second signal ends all at once, and leaves no process behind")
  @Test
  void theSecondSignalKills() throws Exception {
    String script =
        "trap '' TERM INT HUP; touch "
            + folder
            + "/on-$0; sleep "
            + nap(401)
            + " & setsid sleep "
            + nap(401)
            + " & sleep "
            + nap(401)
            + "; sleep "
            + nap(401);
    Process process =
        start("exec \"$@\"", args("--", "sh", "-c", script, "{}", ":::", "1", "2", "3"));
    awaitFile("on-1");
    awaitFile("on-2");
    send("INT", process);
    for (int more = 0; more < 100 && !process.waitFor(100, TimeUnit.MILLISECONDS); more++) {
      send("INT", process);
    }
    assertEquals(130, exitCode(process));
    await("left behind", () -> RunCommandTest.living(nap(401)).isEmpty());
  }

  @DisplayName("C16: --drain bounds how long what runs may take after the first signal")
  @Test
  void theDrainIsBounded() throws Exception {
    Process process =
        start(
            "exec \"$@\"",
            args(
                "--drain",
                "200ms",
                "--grace",
                "200ms",
                "--",
                "sh",
                "-c",
                "touch " + folder + "/on-$0; echo part; sleep " + nap(403),
                "{}",
                ":::",
                "1"));
    awaitFile("on-1");
    send("TERM", process);
    assertEquals(143, exitCode(process));
    assertEquals("part\n", read("out"));
    assertTrue(read("err").contains("1 cut off"), read("err"));
    assertEquals(List.of(), RunCommandTest.living(nap(403)));
  }

  /* Prints without end, more than memory takes; the others say one word. With this window 4 KiB of each are in memory. */
  private String[] floodsAndWords(String... options) {
    String script =
        "if [ $0 -gt 4 ]; then echo ok-$0; touch "
            + folder
            + "/on-$0; else trap 'touch "
            + folder
            + "/term-$0; exit' TERM; while :; do echo x; done; fi";
    return Stream.of(
            Stream.of("--jobs", "5", "--window", "20000", "--ordered", "--grace", "60s"),
            Stream.of(options),
            Stream.of("--", "sh", "-c", script, "{}", ":::", "1", "2", "3", "4", "5", "6"))
        .flatMap(each -> each)
        .toArray(String[]::new);
  }

  private void assertNothingIsLost() throws IOException {
    assertFalse(read("err").contains("cannot write"), read("err"));
    assertTrue(read("err").contains("4 cut off, "), read("err"));
    for (int flood = 1; flood <= 4; flood++) {
      assertTrue(Files.exists(folder.resolve("term-" + flood)), "no SIGTERM for " + flood);
    }
    Deque<String> last = new ArrayDeque<>();
    long count = 0;
    try (BufferedReader lines =
        Files.newBufferedReader(folder.resolve("out"))) { // how many there are is up to the machine
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        last.add(line);
        if (++count > 2) {
          last.remove();
        }
      }
    }
    assertEquals(List.of("ok-5", "ok-6"), List.copyOf(last));
    assertTrue(count > 10_000, "only " + count);
  }

  @DisplayName(
      "C16: the end of --drain asks commands to end that are printing, and loses nothing of what all have printed")
  @Test
  void theEndOfTheDrainBesideFloods() throws Exception {
    Process process = start("exec \"$@\"", floodsAndWords("--drain", "1s"));
    awaitFile("on-5");
    awaitFile("on-6");
    send("TERM", process);
    assertEquals(143, exitCode(process));
    assertNothingIsLost();
  }

  @DisplayName(
      "C16: --run-timeout asks commands to end that are printing, and loses nothing of what all have printed")
  @Test
  void theRunTimeoutBesideFloods() throws Exception {
    Process process = start("exec \"$@\"", floodsAndWords("--run-timeout", "5s"));
    assertEquals(3, exitCode(process));
    assertNothingIsLost();
  }

  @DisplayName("C16: kill -9 leaves no process behind either")
  @Test
  void killed() throws Exception {
    String script =
        "trap '' TERM INT HUP; touch "
            + folder
            + "/on-$0; sleep "
            + nap(405)
            + " & setsid sleep "
            + nap(405)
            + " & sleep "
            + nap(405)
            + "; sleep "
            + nap(405);
    Process process = start("exec \"$@\"", args("--", "sh", "-c", script, "{}", ":::", "1", "2"));
    awaitFile("on-1");
    awaitFile("on-2");
    send("KILL", process);
    assertEquals(137, exitCode(process));
    await("left behind", () -> RunCommandTest.living(nap(405)).isEmpty());
  }

  @DisplayName(
      "C17: a line that fits into no memory ends the run, which says so, and hangs nobody up")
  @Test
  void aLineThatFitsIntoNoMemory() throws Exception {
    Process process =
        start(
            "{ echo first; head -c 60000000 /dev/zero | tr '\\0' a; } | \"$@\"",
            args("--max-line", "100000000", "--quiet", "--", "echo"));
    assertEquals(1, exitCode(process));
    assertEquals("first\n", read("out"));
    assertEquals(
        "millrace run: item 2: the input cannot be read further: out of memory (Java heap space):"
            + " --max-line bounds what a line may take\n",
        read("err"));
  }

  @DisplayName("C16: a signal ends a run that waits for input")
  @Test
  void aSignalWhileInputIsAwaited() throws Exception {
    Process process = start("exec \"$@\"", "--", "touch", folder.resolve("on").toString() + "{}");
    process.outputWriter().write("1\n");
    process.outputWriter().flush();
    awaitFile("on1");
    send("TERM", process);
    assertEquals(143, exitCode(process));
  }

  @DisplayName("C17: a reader that goes away ends the run quietly, with 141")
  @Test
  void theReaderGoesAway() throws Exception {
    Path items = folder.resolve("items");
    Files.write(items, IntStream.range(0, 3_000).mapToObj(Integer::toString).toList());
    Process process =
        start(
            "{ \"$@\"; echo $? >&2; } | head -1",
            "--quiet",
            items.toString(),
            "--",
            "sh",
            "-c",
            "touch " + folder + "/on-$0; echo $0",
            "{}");
    assertEquals(0, exitCode(process));
    assertEquals(1, read("out").lines().count());
    assertEquals("141\n", read("err"));
    assertFalse(Files.exists(folder.resolve("on-2999")));
  }

  @DisplayName("C17: a pipe that was told not to wait for its reader loses nothing")
  @Test
  void aPipeThatDoesNotWait() throws Exception {
    // GNU dd leaves its standard output so, which the command shares
    Process process =
        start(
            "{ dd oflag=nonblock if=/dev/null status=none; \"$@\"; echo $? >&2; } | wc -c",
            args("--quiet", "--", "head", "-c", "20000000", "{}", ":::", "/dev/zero", "/dev/zero"));
    assertEquals(0, exitCode(process));
    assertEquals("40000000\n", read("out"));
    assertEquals("0\n", read("err"));
  }

  @DisplayName("C17: a full disk is said")
  @Test
  void aFullDisk() throws Exception {
    Process process = start("exec \"$@\" > /dev/full", "--quiet", "--", "echo", ":::", "1");
    assertEquals(1, exitCode(process));
    assertEquals("millrace run: cannot write the output: No space left on device\n", read("err"));
  }

  @DisplayName("C18: an output of 100 MB goes through a heap of 32 MB")
  @Test
  void largeOutputs() throws Exception {
    Process process =
        start(
            "\"$@\" | wc -c",
            args(
                "--quiet", "--", "head", "-c", "100000000", "{}", ":::", "/dev/zero", "/dev/zero"));
    assertEquals(0, exitCode(process), read("err"));
    assertEquals("200000000\n", read("out"));
  }

  @DisplayName("C17: where a standard stream is closed, no file of Java takes its place")
  @ParameterizedTest
  @CsvSource({"<&-, the input cannot be read further", ">&-, cannot write the output"})
  void closedStreams(String closing, String said) throws Exception {
    Path launcher = Path.of("../build/streams.sh").toAbsolutePath().normalize();
    String items = closing.equals("<&-") ? "" : " ::: 1";
    Process process =
        start("exec " + closing + "; . " + launcher + "; exec \"$@\" -- echo" + items, "--quiet");
    assertEquals(1, exitCode(process));
    assertEquals("", read("out"));
    assertTrue(read("err").contains(said + ": Bad file descriptor"), read("err"));
  }

  @DisplayName("C18: what does not fit into memory goes where TMPDIR says")
  @Test
  void temporaryFiles() throws Exception {
    Process process =
        start(
            Map.of("TMPDIR", folder.resolve("none").toString()),
            "exec \"$@\"",
            args("--quiet", "--", "head", "-c", "100000000", "{}", ":::", "/dev/zero"));
    assertEquals(1, exitCode(process));
    assertTrue(
        read("err").contains("cannot keep what it prints: '" + folder + "/none/"), read("err"));
  }

  @DisplayName("C2: bytes of the command line go through in any locale")
  @ParameterizedTest
  @ValueSource(strings = {"C", "C.UTF-8", "POSIX"})
  void bytesOfTheCommandLine(String locale) throws Exception {
    Process process =
        start(
            Map.of("LC_ALL", locale, "RAW", "x"),
            "raw=$(printf '\\377\\303\\251'); export RAW=\"$raw\"; printf '\\376\\n' | \"$@\" --quiet -- sh -c 'printf \"%s,%s,%s\" \"$RAW\" \"$1\" \"$2\"' sh \"$raw\" {}");
    assertEquals(0, exitCode(process), read("err"));
    assertEquals("\u00ff\u00c3\u00a9,\u00ff\u00c3\u00a9,\u00fe", read("out"));
    assertEquals("", read("err"));
  }

  @DisplayName("C5: commands inherit no files, and no terminal")
  @Test
  void nothingIsInherited() throws Exception {
    Process process =
        start(
            "exec \"$@\" 7< /dev/null",
            "--quiet",
            "--",
            "sh",
            "-c",
            "ls /proc/self/fd | tr '\\n' ' '; : < /dev/tty",
            ":::",
            "1");
    assertEquals(1, exitCode(process));
    assertEquals("0 1 2 3 ", read("out"));
  }
}
