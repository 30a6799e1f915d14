package io.millrace.cli.packaged;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What {@code ./millrace package} has made, and how it is run: with nothing around it. */
record Archive(Path home) {
  /** The project. */
  static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

  /** What came of a program. */
  record Ended(int code, String out, String err) {}

  /** The file that was made last whose name is like that. */
  static Path file(String glob) throws IOException {
    try (Stream<Path> files = Files.list(PROJECT.resolve("target"))) {
      var matcher = PROJECT.getFileSystem().getPathMatcher("glob:" + glob);
      return files
          .filter(each -> matcher.matches(each.getFileName()))
          .max((file, other) -> Long.compare(changed(file), changed(other)))
          .orElseThrow(() -> new AssertionError("no " + glob + ": run packaging/test"));
    }
  }

  private static long changed(Path file) {
    return file.toFile().lastModified();
  }

  /** Unpacks it. */
  static Archive unpack(Path folder) throws IOException, InterruptedException {
    Path archive = file("millrace-*.tar.gz");
    Ended tar = run(Map.of(), folder, "tar", "-xzf", archive.toString());
    if (tar.code() != 0) {
      throw new AssertionError(tar.err());
    }
    try (Stream<Path> all = Files.list(folder)) {
      return new Archive(all.toList().getFirst());
    }
  }

  Path command() {
    return home.resolve("bin/millrace");
  }

  Path java() {
    return home.resolve("runtime/bin/java");
  }

  /** The jars in the order in which Java searches them. */
  List<Path> jars() throws IOException {
    try (Stream<Path> all = Files.list(home.resolve("lib"))) {
      return all.filter(each -> each.toString().endsWith(".jar")).sorted().toList();
    }
  }

  /** Runs a program with no other variables than these. */
  static Ended run(Map<String, String> environment, Path directory, String... words)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile("millrace-packaged", ".out");
    Path err = Files.createTempFile("millrace-packaged", ".err");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(programInPath(words)).directory(directory.toFile());
      builder.environment().clear();
      builder.environment().putAll(environment);
      int code =
          builder
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start()
              .waitFor();
      return new Ended(code, read(out), read(err));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }

  private static List<String> programInPath(String... words) {
    List<String> all = new ArrayList<>(Arrays.asList(words));
    if (!words[0].contains("/")) {
      all.addAll(0, List.of("/usr/bin/env", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"));
    }
    return all;
  }
}
