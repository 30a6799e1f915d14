package io.millrace.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Waits for ends of processes, without polling. */
final class Gone {
  private Gone() {}

  static void await(long process) throws Exception {
    var handle = ProcessHandle.of(process);
    if (handle.isPresent()) {
      handle.get().onExit().get(Quiet.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  /** No process that this one has started is left; also none that it has left to others. */
  static void assertNoChildren() {
    List<String> left =
        ProcessHandle.current()
            .descendants()
            .filter(ProcessHandle::isAlive)
            .map(child -> child.pid() + " " + child.info().commandLine().orElse("?"))
            .collect(Collectors.toList());
    assertEquals(List.of(), left, "processes that are left behind");
  }
}
