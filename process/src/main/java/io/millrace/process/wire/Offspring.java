package io.millrace.process.wire;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The processes that the tasks of a worker have started. They are those below it; and where the system
 * tells the environment of a process (Linux), also those whose parent has gone, which are known by a
 * variable that they have inherited.
 */
public final class Offspring {
  /** The variable. Its value is of one worker only. */
  public static final String VARIABLE = "MILLRACE_WORKER";

  /* One may start another while it is looked for. */
  private static final int ROUNDS = 20;

  private Offspring() {}

  /** Ends all processes below one. */
  public static void endBelow(ProcessHandle worker) {
    worker.descendants().forEach(ProcessHandle::destroyForcibly);
  }

  /**
   * Ends all processes that have the variable, but not the one that asks.
   *
   * @param value of the variable
   */
  public static void endMarked(String value) {
    byte[] mark = (VARIABLE + "=" + value).getBytes(StandardCharsets.US_ASCII);
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
      return contains(Files.readAllBytes(Path.of("/proc/" + process + "/environ")), mark);
    } catch (IOException somebodyElsesOrGone) {
      return false;
    }
  }

  /* Variables end with a zero. */
  private static boolean contains(byte[] environment, byte[] mark) {
    int start = 0;
    for (int i = 0; i <= environment.length; i++) {
      if (i == environment.length || environment[i] == 0) {
        if (Arrays.equals(environment, start, i, mark, 0, mark.length)) {
          return true;
        }
        start = i + 1;
      }
    }
    return false;
  }
}
