package io.millrace.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Says which tests are left out, because something is not there that {@code .ci/run} installs. */
public final class LeftOut {
  private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

  private LeftOut() {}

  /** Leaves out the test that calls this, unless there is such a program. */
  public static void withoutProgram(String name, String what) {
    unless(
        Stream.of("/usr/bin", "/bin", "/usr/sbin", "/usr/local/bin")
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, name))),
        name + " is not installed: " + what);
  }

  public static void unless(boolean isThere, String what) {
    String left = what + " are LEFT OUT";
    if (!isThere && SAID.add(left)) {
      System.out.println("\n*** " + left + " ***\n");
    }
    Assumptions.assumeTrue(isThere, left);
  }
}
