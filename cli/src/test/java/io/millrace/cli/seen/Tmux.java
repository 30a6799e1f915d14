package io.millrace.cli.seen;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** A terminal, with a shell in it. */
final class Tmux implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  /* Each look starts a process, which slows down the one that is waited for. */
  private static final long POLL = 5_000_000;
  private static final int ROWS = 16;

  private final Path folder;
  private final Path socket;

  /** Opens one; the shell has its prompt in the last row, as in a window that is in use. */
  Tmux(Path folder, int columns, String... variables) throws Exception {
    this.folder = folder;
    this.socket = folder.resolve("tmux");
    List<String> command =
        new ArrayList<>(
            List.of("new-session", "-d", "-x", columns + "", "-y", ROWS + "", "env", "-i"));
    command.addAll(List.of("PATH=/usr/bin:/bin", "HOME=" + folder, "PS1=$ ", "TERM=screen"));
    command.addAll(List.of(variables));
    command.addAll(List.of("sh", "-c", "cd " + folder + "; yes '' | head -" + ROWS + "; exec sh"));
    tmux(command.toArray(String[]::new));
    await("no prompt", screen -> screen.getLast().equals("$"));
    tmux("pipe-pane", "cat > " + folder.resolve("raw"));
  }

  private String tmux(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("tmux", "-S", socket.toString(), "-f", "/dev/null"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor() == 0, printed);
    return printed;
  }

  /** Types a line. */
  void type(String line) throws Exception {
    tmux("send-keys", "-l", line);
    tmux("send-keys", "Enter");
  }

  /** Presses a key, as {@code C-c}. */
  void press(String key) throws Exception {
    tmux("send-keys", key);
  }

  void resize(int columns) throws Exception {
    tmux("resize-window", "-x", columns + "");
  }

  /** What stands there, without blank rows. */
  List<String> screen() throws Exception {
    return tmux("capture-pane", "-p")
        .lines()
        .map(String::stripTrailing)
        .filter(Predicate.not(String::isEmpty))
        .toList();
  }

  /** The rows that are like that. */
  List<String> rows(Predicate<String> wanted) throws Exception {
    return screen().stream().filter(wanted).toList();
  }

  /** The screen, as soon as it is like that. */
  List<String> await(String otherwise, Predicate<List<String>> wanted) throws Exception {
    long start = System.nanoTime();
    List<String> seen = screen();
    while (seen.isEmpty() || !wanted.test(seen)) {
      assertTrue(
          System.nanoTime() - start < PATIENCE.toNanos(),
          () -> otherwise + ": " + String.join("\n", lastScreen()));
      LockSupport.parkNanos(POLL);
      seen = screen();
    }
    return seen;
  }

  private List<String> lastScreen() {
    try {
      return screen();
    } catch (Exception gone) {
      return List.of(gone.toString());
    }
  }

  /** The screen when a row is this. */
  List<String> awaitRow(String row) throws Exception {
    return await("no row '" + row + "'", screen -> screen.contains(row));
  }

  /** All that was written to it since it was opened. */
  String raw() throws IOException {
    return Files.readString(folder.resolve("raw"), StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    try {
      tmux("kill-server");
    } catch (IOException unknown) {
      throw unknown;
    } catch (Exception interrupted) {
      throw new IOException(interrupted);
    }
  }
}
