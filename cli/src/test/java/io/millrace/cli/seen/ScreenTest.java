package io.millrace.cli.seen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.LeftOut;
import io.millrace.cli.Loopback;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a person sees in a terminal. */
class ScreenTest {
  private static final String ERASE_REST = "\u001b[K";

  /* The line of progress begins with how many are done: "3 of 6 so far" or "3/6 50 %". */
  private static final Pattern PROGRESS =
      Pattern.compile("\\d+(/\\d+ \\d+ %|( of \\d+ so( far)?)).*");

  private final Loopback server = Loopback.start();
  private final CountDownLatch free = new CountDownLatch(1);

  @TempDir Path folder;

  @BeforeAll
  static void needed() {
    LeftOut.withoutProgram("tmux", "the tests of what terminals show");
  }

  @BeforeEach
  void prepare() throws IOException {
    Script.in(folder);
    server.on("/ok", 200, "fine").on("/gone", 404, "");
    server.on(
        "/hang",
        (exchange, number) -> {
          Loopback.await(free);
          Loopback.send(exchange, 200, "late");
        });
    Files.write(
        folder.resolve("urls"),
        Stream.of("/ok", "/ok", "/gone", "/hang1", "/hang2", "/hang3").map(server::url).toList());
    // two that succeed, one that fails, and others that wait for a file
    Files.writeString(
        folder.resolve("job"),
        "case $1 in ok*) ;; gone*) exit 3;; *) until test -e free; do sleep 0.05; done;; esac\n");
    Files.writeString(folder.resolve("items"), "ok1\nok2\ngone\nhang1\nhang2\nhang3\n");
  }

  @AfterEach
  void release() {
    free.countDown();
    server.close();
  }

  private void letGo() throws IOException {
    free.countDown();
    Files.writeString(folder.resolve("free"), "");
  }

  private static String command(String which) {
    return which.equals("http")
        ? "./millrace http --jobs 2 --grace 1h urls > out; echo code $?"
        : "./millrace run --jobs 2 items -- sh job > out; echo code $?";
  }

  private static boolean isProgress(String row) {
    return PROGRESS.matcher(row).matches();
  }

  /* It is the last row, and there is no other one, nor a part of one. */
  private static String progress(List<String> screen) {
    assertEquals(
        1, screen.stream().filter(ScreenTest::isProgress).count(), String.join("\n", screen));
    assertTrue(isProgress(screen.getLast()), String.join("\n", screen));
    return screen.getLast();
  }

  private static boolean isAtWork(List<String> screen) {
    return screen.getLast().matches("3(/6| of 6 so far).*1 failed.*");
  }

  /* Each is written over the one before, in one piece, and what is left of that one is erased behind it: nothing flickers. */
  private static void assertNoFlicker(String raw, int columns) {
    String[] frames = raw.split("\r(?=\\d+[/ ])");
    assertTrue(frames.length > 1, raw);
    for (String frame : List.of(frames).subList(1, frames.length)) {
      int end = frame.indexOf(ERASE_REST);
      assertTrue(end > 0, frame);
      String text = frame.substring(0, end).replaceAll("\u001b\\[\\d+m", "");
      assertTrue(text.length() < columns, text);
      assertFalse(text.contains("\u001b"), text);
    }
  }

  @DisplayName(
      "M20: the display fits into the terminal, says what matters first, and leaves nothing")
  @ParameterizedTest
  @CsvSource({"http, 80", "http, 40", "http, 200", "run, 80", "run, 40", "run, 200"})
  void widths(String which, int columns) throws Exception {
    try (Tmux terminal = new Tmux(folder, columns)) {
      terminal.type(command(which));
      String line = progress(terminal.await("no progress", ScreenTest::isAtWork));
      assertEquals(columns >= 80, line.contains("2 of 2 running"), line);
      if (columns == 200) {
        // who waits is counted a moment before what is done
        terminal.await(
            "no average", s -> s.getLast().matches(".* average .*waiting: 1 for a slot.*"));
      }
      letGo();
      List<String> screen = terminal.awaitRow("code 1");
      assertTrue(screen.stream().noneMatch(ScreenTest::isProgress), String.join("\n", screen));
      String all = String.join(columns == 40 ? "" : "\n", screen);
      assertTrue(all.contains("millrace: 6 done in "), all);
      assertTrue(
          all.contains(which.equals("http") ? "  1 x status 404" : "  1 x exit code 3"), all);
      String raw = terminal.raw();
      assertNoFlicker(raw, columns);
      assertTrue(raw.contains("\u001b[31m1 failed\u001b[0m"), raw);
    }
  }

  @DisplayName("M20: a terminal that becomes narrower or wider keeps no part of an older line")
  @ParameterizedTest
  @ValueSource(strings = {"http", "run"})
  void resized(String which) throws Exception {
    try (Tmux terminal = new Tmux(folder, 120)) {
      terminal.type(command(which));
      terminal.await("no progress", s -> isAtWork(s) && s.getLast().contains(", 2 of 2 running,"));
      terminal.resize(44);
      String narrow =
          progress(terminal.await("still wide", s -> isAtWork(s) && isWhole(s, "2 of 2")));
      assertTrue(narrow.length() <= 41, narrow);
      terminal.resize(120);
      progress(terminal.await("still narrow", s -> s.getLast().contains(", 2 of 2 running")));
      letGo();
      List<String> screen = terminal.awaitRow("code 1");
      assertTrue(screen.stream().noneMatch(ScreenTest::isProgress), String.join("\n", screen));
    }
  }

  /* Nothing of the line that had this part is on the screen any longer. */
  private static boolean isWhole(List<String> screen, String part) {
    return screen.stream().noneMatch(row -> row.contains(part) || row.startsWith("running"));
  }

  @DisplayName("M20: NO_COLOR takes the colours, TERM=dumb all that steers; COLUMNS is obeyed")
  @ParameterizedTest
  @CsvSource({"http, NO_COLOR=1", "run, TERM=dumb"})
  void plain(String which, String variable) throws Exception {
    try (Tmux terminal = new Tmux(folder, 100, variable, "COLUMNS=60")) {
      terminal.type(command(which));
      if (variable.startsWith("NO_COLOR")) {
        String line = progress(terminal.await("no progress", ScreenTest::isAtWork));
        assertTrue(line.length() < 60, line);
      }
      letGo();
      List<String> screen = terminal.awaitRow("code 1");
      assertTrue(screen.stream().anyMatch(row -> row.startsWith("millrace: 6 done")));
      String raw = terminal.raw();
      assertFalse(raw.contains("\u001b[3"), raw);
      assertEquals(variable.startsWith("TERM"), !raw.contains("\u001b"), raw);
    }
  }

  @DisplayName("M20: Ctrl-C is told of in a line of its own, and the display goes on below it")
  @ParameterizedTest
  @CsvSource({"http, 40", "run, 80"})
  void interrupted(String which, int columns) throws Exception {
    try (Tmux terminal = new Tmux(folder, columns)) {
      terminal.type(command(which));
      terminal.await("no progress", ScreenTest::isAtWork);
      terminal.press("C-c");
      List<String> screen =
          terminal.await(
              "no word of it",
              s -> s.stream().anyMatch(row -> row.startsWith("millrace: ending")) && isAtWork(s));
      progress(screen);
      assertTrue(screen.stream().noneMatch(row -> row.contains("^C")), String.join("\n", screen));
      letGo();
      List<String> end = terminal.awaitRow("code 130");
      assertTrue(end.stream().noneMatch(ScreenTest::isProgress), String.join("\n", end));
      assertTrue(String.join("", end).contains("interrupted: 0 cut off"), String.join("\n", end));
    }
  }

  @DisplayName("M20: a second Ctrl-C gives the terminal back at once")
  @ParameterizedTest
  @ValueSource(strings = {"http", "run"})
  void interruptedTwice(String which) throws Exception {
    try (Tmux terminal = new Tmux(folder, 80)) {
      terminal.type(command(which));
      terminal.await("no progress", ScreenTest::isAtWork);
      terminal.press("C-c");
      terminal.await(
          "no word of it", s -> s.stream().anyMatch(row -> row.startsWith("millrace: ending")));
      terminal.press("C-c");
      List<String> screen =
          terminal.await("no end", s -> s.stream().anyMatch(row -> row.endsWith("code 130")));
      terminal.await("no prompt", s -> s.getLast().equals("$"));
      assertFalse(String.join("", screen).contains("\tat "), String.join("\n", screen));
    }
  }

  @DisplayName(
      "M20: what commands print to the terminal stands in lines of its own, also without an end of the last one")
  @ParameterizedTest
  @ValueSource(strings = {"", " > out"})
  void outputsAndProgress(String elsewhere) throws Exception {
    Files.writeString(
        folder.resolve("talk"),
        "echo \"out $1\"; printf 'error %s' \"$1\" >&2; "
            + "case $1 in 9*) until test -e free; do sleep 0.05; done;; esac\n");
    try (Tmux terminal = new Tmux(folder, 80)) {
      terminal.type("./millrace run --jobs 1 -- sh talk ::: 1 2 3 91 92" + elsewhere);
      terminal.await("no progress", s -> s.getLast().startsWith("3 of "));
      List<String> screen = terminal.await("no third", s -> s.contains("error 3"));
      progress(screen);
      for (String each : List.of("1", "2", "3")) {
        assertTrue(screen.contains("error " + each), String.join("\n", screen));
        assertEquals(elsewhere.isEmpty(), screen.contains("out " + each));
      }
      letGo();
      List<String> end =
          terminal.await("no end", s -> s.stream().anyMatch(row -> row.startsWith("millrace: 5")));
      assertTrue(end.contains("error 92"), String.join("\n", end));
      assertTrue(end.stream().noneMatch(ScreenTest::isProgress), String.join("\n", end));
    }
  }

  @DisplayName("M20: stopped by Ctrl-Z and brought back by fg, it goes on, and so does the display")
  @Test
  void stoppedAndContinued() throws Exception {
    try (Tmux terminal = new Tmux(folder, 80)) {
      terminal.type("set -m; HISTFILE= exec bash --norc"); // or its end writes a file
      terminal.await("no bash", s -> s.getLast().equals("$"));
      terminal.type("./millrace http --jobs 2 urls > out");
      terminal.await("no progress", ScreenTest::isAtWork);
      terminal.press("C-z");
      terminal.await("not stopped", s -> s.getLast().equals("$"));
      terminal.type("fg > /dev/null; echo code $?");
      terminal.await("not continued", ScreenTest::isAtWork);
      letGo();
      terminal.awaitRow("code 1");
      assertEquals(6, Files.readAllLines(folder.resolve("out")).size());
    }
  }

  @DisplayName("M20: a terminal that closes lets finish what is under way")
  @ParameterizedTest
  @ValueSource(strings = {"http", "run"})
  void terminalCloses(String which) throws Exception {
    // the shell hangs up what it has started, and the system does so once more
    Files.writeString(
        folder.resolve("started"),
        "echo $$ > pid; exec ./millrace "
            + (which.equals("http")
                ? "http --jobs 2 --grace 1h --output out urls"
                : "run --jobs 2 items -- sh -c 'trap \"\" HUP; sh job $0 && echo $0 >> out'"));
    ProcessHandle run;
    ProcessHandle shell;
    try (Tmux terminal = new Tmux(folder, 80)) {
      terminal.type("HISTFILE= exec bash --norc");
      terminal.await("no bash", s -> s.getLast().endsWith("$"));
      terminal.type("sh started");
      terminal.await("no progress", ScreenTest::isAtWork);
      run =
          ProcessHandle.of(Long.parseLong(Files.readString(folder.resolve("pid")).strip()))
              .orElseThrow();
      shell = run.parent().orElseThrow();
    }
    shell.onExit().get(60, TimeUnit.SECONDS);
    letGo();
    run.onExit().get(60, TimeUnit.SECONDS);
    String out = Files.readString(folder.resolve("out"));
    assertFalse(out.contains("cut off"), out);
    assertTrue(out.contains("hang1") && out.contains("hang2"), out);
  }
}
