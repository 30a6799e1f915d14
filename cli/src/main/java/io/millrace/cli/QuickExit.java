package io.millrace.cli;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Ends the process at once. {@link System#exit} gives each thread that is inside the kernel 300 ms to come back ({@code
 * VM_Exit::wait_for_threads_in_native_to_block} of HotSpot), and where virtual threads have used sockets, there is one that never
 * does: it waits for all sockets, until the process ends. A short command would take twice its time.
 */
final class QuickExit {
  private QuickExit() {}

  /**
   * Ends the process. With options for Java that somebody has given, it ends as Java's programs do: these may be for something
   * that is written at the end, such as a recording.
   */
  static void exit(int code) {
    if (!hasOptions(System.getenv())) {
      quick().ifPresent(end -> call(end, code));
    }
    System.exit(code);
  }

  static boolean hasOptions(Map<String, String> environment) {
    return Stream.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS")
        .anyMatch(environment::containsKey);
  }

  /** What ends the process without Java's end; empty where that is not to be had. */
  @SuppressWarnings("restricted") // the launcher allows native access
  static Optional<MethodHandle> quick() {
    if (!QuickExit.class.getModule().isNativeAccessEnabled()) {
      return Optional.empty(); // Java would warn of it
    }
    try {
      Linker linker = Linker.nativeLinker();
      return linker
          .defaultLookup()
          .find("_exit")
          .map(end -> linker.downcallHandle(end, FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT)));
    } catch (RuntimeException | Error notHere) { // then Java's own way is left
      return Optional.empty();
    }
  }

  private static void call(MethodHandle end, int code) {
    try {
      end.invokeExact(code);
    } catch (Throwable notPossible) { // then Java's own way is left
      System.exit(code);
    }
  }
}
