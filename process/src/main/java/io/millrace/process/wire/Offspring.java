package io.millrace.process.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * The processes that the tasks of a worker have started. They are those below it; and where the system
 * tells the environment of a process (Linux), also those whose parent has gone, which are known by a
 * variable that they have inherited.
 */
public final class Offspring {
  /** The variable. Its value is of one worker only; that of a worker in a task begins with the value that the task has. */
  public static final String VARIABLE = "MILLRACE_WORKER";

  private static final char BELOW = '/';

  /* One may start another while it is looked for. */
  private static final int ROUNDS = 20;

  /* For a second in all: then whoever waits for the end of a worker waits no longer. */
  private static final int LOOKS = 11;
  private static final long PAUSE_NANOS = 100_000_000;

  private Offspring() {}

  /** A value of the variable for a new worker. */
  public static String newMark() {
    String own = System.getenv(VARIABLE);
    String mark = UUID.randomUUID().toString();
    return own == null ? mark : own + BELOW + mark;
  }

  /** All processes below one; none if they cannot be seen, for example for lack of descriptors. */
  public static List<ProcessHandle> below(ProcessHandle worker) {
    try (Stream<ProcessHandle> all = worker.descendants()) {
      return all.toList();
    } catch (RuntimeException unseen) {
      return List.of();
    }
  }

  /**
   * Ends all processes that have the variable with this value, or one below it, but not the one that asks. While they cannot be seen, for example for lack
   * of descriptors, it tries again, for a second in all.
   *
   * @param value of the variable
   * @throws RuntimeException if they could not be seen
   */
  public static void endMarked(String value) {
    byte[] mark = (VARIABLE + "=" + value).getBytes(StandardCharsets.US_ASCII);
    for (int look = 1; ; look++) {
      try {
        endMarked(mark);
        return;
      } catch (RuntimeException unseen) {
        if (look == LOOKS) {
          throw unseen;
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private static void endMarked(byte[] mark) {
    for (int round = 0; round < ROUNDS; round++) {
      List<ProcessHandle> marked = marked(mark);
      if (marked.isEmpty()) {
        return;
      }
      marked.forEach(ProcessHandle::destroyForcibly);
    }
  }

  private static List<ProcessHandle> marked(byte[] mark) {
    ProcessHandle self = ProcessHandle.current();
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.filter(each -> !each.equals(self) && isMarked(each.pid(), mark)).toList();
    }
  }

  private static boolean isMarked(long process, byte[] mark) {
    try {
      return contains(environment(Long.toString(process)), mark);
    } catch (NoSuchFileException | AccessDeniedException goneOrSomebodyElses) {
      return false;
    } catch (IOException e) {
      requireSight();
      return false;
    }
  }

  private static byte[] environment(String process) throws IOException {
    return Files.readAllBytes(Path.of("/proc", process, "environ"));
  }

  /* What can read not even its own has no descriptor left: it knows nothing of the others. */
  private static void requireSight() {
    try {
      var _ = environment("self");
    } catch (IOException blind) {
      throw new UncheckedIOException(blind);
    }
  }

  /* Variables end with a zero. */
  private static boolean contains(byte[] environment, byte[] mark) {
    int start = 0;
    for (int i = 0; i <= environment.length; i++) {
      if (i == environment.length || environment[i] == 0) {
        if (isMark(environment, start, i, mark)) {
          return true;
        }
        start = i + 1;
      }
    }
    return false;
  }

  private static boolean isMark(byte[] variable, int from, int to, byte[] mark) {
    int end = from + mark.length;
    return end <= to
        && Arrays.equals(variable, from, end, mark, 0, mark.length)
        && (end == to || variable[end] == BELOW);
  }
}
