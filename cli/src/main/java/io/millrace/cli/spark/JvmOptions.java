package io.millrace.cli.spark;

import java.util.List;
import java.util.stream.Stream;

/** What Spark asks of the JVM of its driver; it starts the workers with the same by itself. */
public final class JvmOptions {
  /* As Spark's own JavaModuleOptions has them, but for packages that are no longer there: the JVM would warn of those. */
  private static final List<String> OPEN =
      List.of(
          "java.base/java.lang",
          "java.base/java.lang.invoke",
          "java.base/java.lang.reflect",
          "java.base/java.io",
          "java.base/java.net",
          "java.base/java.nio",
          "java.base/java.util",
          "java.base/java.util.concurrent",
          "java.base/java.util.concurrent.atomic",
          "java.base/jdk.internal.ref",
          "java.base/sun.nio.ch",
          "java.base/sun.nio.cs",
          "java.base/sun.util.calendar");

  /** All of them. */
  public static final List<String> OF_SPARK =
      Stream.concat(
              Stream.of(
                  "-XX:+UseParallelGC",
                  "-XX:+IgnoreUnrecognizedVMOptions",
                  "--enable-native-access=ALL-UNNAMED",
                  "--sun-misc-unsafe-memory-access=allow"),
              OPEN.stream().map(each -> "--add-opens=" + each + "=ALL-UNNAMED"))
          .toList();

  private JvmOptions() {}
}
