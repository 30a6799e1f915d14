package io.millrace.cli.spark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The JDK that the driver runs on: that of the command if it is one, or else what stands in {@code JAVA_HOME}, on the path, or
 * where JDKs usually are.
 */
record Jdk(Path home) {
  static Jdk find() throws Fetched.UnavailableException, IOException, InterruptedException {
    Path own = Path.of(System.getProperty("java.home"));
    if (Files.isExecutable(own.resolve("bin/javac"))) {
      return new Jdk(own);
    }
    Process shell =
        new ProcessBuilder(
                "sh", "-c", Fetched.text("build/jdk.sh") + "\nprintf '%s' \"$JAVA_HOME\"")
            .start();
    shell.getOutputStream().close();
    String home = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (shell.waitFor() != 0) {
      throw new Fetched.UnavailableException(
          "Spark needs a JDK of Java 25, and the Java that comes with the command is less: install one, or set JAVA_HOME to it");
    }
    return new Jdk(Path.of(home));
  }

  Path java() {
    return home.resolve("bin/java");
  }
}
