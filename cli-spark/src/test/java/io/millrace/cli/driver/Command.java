package io.millrace.cli.driver;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.millrace.outside.SparkCluster;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The command as a process, as it is installed: its own jars, those beside them for the driver, and Spark in the cache, as if it had
 * been fetched. All are those that the tests run with.
 */
final class Command {
  private static final Path TARGET = Path.of("target").toAbsolutePath();
  private static final Path JARS = TARGET.resolve("command/lib");
  private static final Path CACHE = TARGET.resolve("command/cache");
  private static final Path SPARK = CACHE.resolve("millrace/spark-" + version() + "/jars");

  /** Where its standard input is, if there is any. */
  static final String STDIN = "stdin.txt";

  private static boolean isInstalled;

  private Command() {}

  /** What came of it. */
  record Ended(int code, String out, String err) {
    @Override
    public String toString() {
      return code + ": " + out + err;
    }
  }

  /** One that runs. */
  record Running(Process process, Path out, Path err) {
    Ended await() throws IOException, InterruptedException {
      Ended ended = end();
      assertFalse(ended.err().contains("\tat "), "a stack trace: " + ended.err());
      assertFalse(ended.err().contains("WARN"), ended.err());
      return ended;
    }

    /** As {@link #await}, also if Spark itself says something. */
    Ended end() throws IOException, InterruptedException {
      if (!process.waitFor(200, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new AssertionError("it does not end: " + Files.readString(err));
      }
      return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
    }
  }

  private static String version() {
    return org.apache.spark.package$.MODULE$.SPARK_VERSION();
  }

  private static List<Path> classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(Path::of)
        .filter(each -> !each.endsWith("test-classes"))
        .toList();
  }

  /* Of the project, and not a library. */
  private static boolean isOwn(Path entry) {
    return Files.isDirectory(entry)
        || entry.getFileName().toString().startsWith("millrace-")
        || entry.toString().contains("bucket4j");
  }

  private static boolean isOfCommand(Path jar) {
    return jar.toString()
        .matches(
            ".*(info.picocli|tools.jackson|httpcomponents.(client5|core5)|sqlite-jdbc|uplot).*");
  }

  private static boolean isOfDriver(Path entry) {
    return entry
        .toString()
        .matches(
            ".*(/cli-spark/|/spark/target|/cluster/target|bucket4j|millrace-(cli-spark|spark|cluster)-).*");
  }

  /** Lays it out. */
  private static synchronized List<Path> install() throws IOException {
    Files.createDirectories(JARS.resolve("spark"));
    Files.createDirectories(SPARK);
    List<Path> own = new ArrayList<>();
    int number = 0;
    for (Path each : classPath()) {
      if (isOwn(each)) {
        Path folder = isOfDriver(each) ? JARS.resolve("spark") : JARS;
        Path jar = folder.resolve("own-" + number++ + ".jar");
        if (!isInstalled) {
          Files.deleteIfExists(jar); // of an earlier build
          pack(each, jar);
        }
        if (!isOfDriver(each)) {
          own.add(jar);
        }
      } else if (isOfCommand(each)) {
        own.add(each);
      } else if (each.getFileName().toString().startsWith("slf4j-api")) {
        own.add(each); // the driver has Spark's
        link(each);
      } else if (!each.toString().matches(".*(junit|opentest4j|apiguardian|surefire).*")) {
        link(each);
      }
    }
    isInstalled = true;
    return own;
  }

  private static void link(Path jar) throws IOException {
    try {
      Files.createSymbolicLink(SPARK.resolve(jar.getFileName()), jar.toAbsolutePath());
    } catch (FileAlreadyExistsException there) {
      // from an earlier run
    }
  }

  private static void pack(Path entry, Path jar) throws IOException {
    if (!Files.isDirectory(entry)) {
      Files.copy(entry, jar);
      return;
    }
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> files = Files.walk(entry)) {
      for (Path each : files.filter(Files::isRegularFile).collect(Collectors.toList())) {
        out.putNextEntry(new JarEntry(entry.relativize(each).toString().replace('\\', '/')));
        Files.copy(each, out);
        out.closeEntry();
      }
    }
  }

  /** Spark's own jars. */
  static Path sparkJars() throws IOException {
    install();
    return SPARK;
  }

  static Path java() {
    return Path.of(System.getProperty("java.home"), "bin/java");
  }

  /** Starts it. */
  static Running start(Path folder, Map<String, String> environment, String... args)
      throws IOException {
    List<String> words = new ArrayList<>();
    words.add(java().toString());
    words.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-Dmillrace.spark.lib=" + JARS.resolve("spark"),
            "-cp",
            install().stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)),
            "io.millrace.cli.Main"));
    words.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().put("XDG_CACHE_HOME", CACHE.toString());
    builder.environment().putAll(environment);
    return start(folder, builder);
  }

  private static Running start(Path folder, ProcessBuilder builder) throws IOException {
    Path input = folder.resolve(STDIN);
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    builder
        .directory(folder.toFile())
        .redirectInput(Files.exists(input) ? input.toFile() : new File("/dev/null"))
        .redirectOutput(out.toFile())
        .redirectError(err.toFile());
    return new Running(builder.start(), out, err);
  }

  /** Starts it by {@code spark-submit}, which has options of its own. */
  static Running submit(Path folder, SparkCluster cluster, List<String> ofSubmit, String... args)
      throws IOException, InterruptedException {
    List<Path> jars = new ArrayList<>(install());
    jars.removeIf(jar -> jar.toString().matches(".*(slf4j-api|sqlite|uplot).*"));
    List<Path> ofDriver;
    try (Stream<Path> files = Files.list(JARS.resolve("spark"))) {
      ofDriver = files.sorted().toList();
    }
    jars.addAll(ofDriver);
    List<String> words =
        new ArrayList<>(
            List.of("org.apache.spark.deploy.SparkSubmit", "--master", cluster.url(), "--jars"));
    words.add(jars.stream().map(Path::toString).collect(Collectors.joining(",")));
    words.addAll(ofSubmit);
    words.addAll(List.of("--class", "io.millrace.cli.Main", ofDriver.getFirst().toString()));
    words.add("spark");
    words.addAll(List.of(args));
    return start(folder, cluster.program(words));
  }

  static Ended run(Path folder, String... args) throws IOException, InterruptedException {
    return start(folder, Map.of(), args).await();
  }

  /** Sends the lines of {@code urls.txt} by these workers, and waits for that; the answers are in {@code answers}. */
  static Ended spark(Path folder, String master, String... options)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("spark", "--master", master));
    words.addAll(List.of(options));
    words.addAll(List.of("--output", "answers", "urls.txt"));
    return run(folder, words.toArray(String[]::new));
  }

  /** What stands in the parts of an output, in the order of the parts. */
  static List<String> lines(Path output) throws IOException {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> parts = Files.list(output)) {
      for (Path part :
          parts
              .filter(each -> each.getFileName().toString().startsWith("part-"))
              .sorted()
              .toList()) {
        lines.addAll(Files.readAllLines(part, StandardCharsets.UTF_8));
      }
    }
    return lines;
  }
}
