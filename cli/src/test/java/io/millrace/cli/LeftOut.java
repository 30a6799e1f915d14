package io.millrace.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Says which tests are left out, because something is not there that {@code .ci/run} installs. */
public final class LeftOut {
  private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

  private LeftOut() {}

  /** Leaves out the test that calls this, unless there is such a program; answers where it is, which may not be in the path. */
  public static String withoutProgram(String name, String what) {
    Optional<Path> program =
        Stream.of("/usr/bin", "/bin", "/usr/sbin", "/usr/local/bin")
            .map(folder -> Path.of(folder, name))
            .filter(Files::isExecutable)
            .findFirst();
    unless(program.isPresent(), name + " is not installed: " + what);
    return program.map(Path::toString).orElse(name);
  }

  public static void unless(boolean isThere, String what) {
    String left = what + " are LEFT OUT";
    if (!isThere && SAID.add(left)) {
      System.out.println("\n*** " + left + " ***\n");
    }
    Assumptions.assumeTrue(isThere, left);
  }
}
