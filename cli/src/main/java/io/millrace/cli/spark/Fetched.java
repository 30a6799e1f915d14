package io.millrace.cli.spark;

import io.millrace.cli.console.Breakdown;
import io.millrace.cli.console.Line;
import io.millrace.cli.console.ProgressDisplay;
import io.millrace.cli.console.Streams;
import io.millrace.cli.text.FileReason;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Spark's jars, in a cache of the user's own. Maven fetches them, as it does for the build: with its repositories, mirrors and
 * proxies. Each has to be the one that this command knows. See adr/0044.
 *
 * @param jars the directory that has them
 */
record Fetched(Path jars) {
  private static final List<String> FILES =
      List.of("mvnw", "build/jdk.sh", ".mvn/wrapper/maven-wrapper.properties", "pom.xml");
  private static final Pattern VERSION =
      Pattern.compile("<spark\\.version>([\\w.-]+)</spark\\.version>");
  private static final Pattern LOADED = Pattern.compile("Downloaded from .*\\.jar \\(.*");
  private static final Pattern ERROR = Pattern.compile("\\[ERROR] (.+)");
  private static final String CLASS_PATH = "classpath";

  /** It cannot be fetched. */
  static final class UnavailableException extends Exception {
    private static final long serialVersionUID = 1;

    UnavailableException(String why) {
      super(why);
    }
  }

  /** Those of the cache, which are fetched if they are not there. */
  static Fetched get(Streams streams, Jdk jdk, boolean isQuiet)
      throws UnavailableException, InterruptedException {
    String version = version();
    Path folder = folder(streams.environment());
    Path cache = folder.getParent();
    try {
      if (!Files.isDirectory(folder.resolve("jars"))) {
        Files.createDirectories(
            cache,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        fetch(folder, version, streams, jdk, isQuiet);
      }
      return new Fetched(folder.resolve("jars"));
    } catch (IOException error) {
      throw new UnavailableException(
          "cannot keep Spark in " + cache + ": " + FileReason.withName(error));
    }
  }

  /** Which Spark it is. */
  static String version() {
    Matcher version = VERSION.matcher(text("pom.xml"));
    if (!version.find()) {
      throw new IllegalStateException("no version of Spark");
    }
    return version.group(1);
  }

  /** Where it is kept. */
  static Path folder(Map<String, String> environment) {
    return cache(environment).resolve("spark-" + version());
  }

  static Path cache(Map<String, String> environment) {
    String given = environment.getOrDefault("XDG_CACHE_HOME", "");
    if (given.startsWith("/")) {
      return Path.of(given, "millrace");
    }
    // where a variable says so, and not the list of users
    String home = environment.getOrDefault("HOME", "");
    return Path.of(
        home.startsWith("/") ? home : System.getProperty("user.home"), ".cache", "millrace");
  }

  /* What is there under its name is whole: it is made beside it. */
  private static void fetch(Path folder, String version, Streams streams, Jdk jdk, boolean isQuiet)
      throws IOException, UnavailableException, InterruptedException {
    Path work = Files.createTempDirectory(folder.getParent(), ".spark");
    // a signal ends this process, and would leave both
    Thread hook =
        new Thread(
            () -> {
              ProcessHandle.current().descendants().forEach(ProcessHandle::destroy);
              Trees.remove(work);
            });
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      for (String file : FILES) {
        Path target = work.resolve(file);
        Files.createDirectories(target.getParent());
        Files.writeString(target, text(file));
      }
      if (!isQuiet) {
        streams
            .err()
            .println(
                SparkCommand.NAME
                    + ": fetching Spark "
                    + version
                    + ", about 300 MB, for this and all later runs ...");
      }
      run(work, version, streams, jdk, isQuiet);
      Path jars = Files.createDirectory(work.resolve("jars"));
      for (String each :
          Files.readString(work.resolve(CLASS_PATH)).strip().split(File.pathSeparator, -1)) {
        keep(Path.of(each), jars);
      }
      check(new Fetched(jars).files(), version);
      move(work, folder);
    } finally {
      Runtime.getRuntime().removeShutdownHook(hook);
      Trees.remove(work);
    }
  }

  /** Whoever has the repository, or is between it and here, may have put something else there. */
  static void check(List<Path> jars, String version) throws IOException, UnavailableException {
    PinnedJars pinned = PinnedJars.ofCommand();
    for (Path jar : jars) {
      Optional<String> complaint = pinned.complaint(jar);
      if (complaint.isPresent()) {
        throw new UnavailableException(
            "what was fetched is not Spark "
                + version
                + ": "
                + jar.getFileName()
                + " "
                + complaint.get()
                + ". Remove it from Maven's local repository, and look where ~/.m2/settings.xml has it from");
      }
    }
  }

  private static void move(Path work, Path folder) throws IOException {
    Files.createDirectories(folder);
    try {
      Files.move(work.resolve("jars"), folder.resolve("jars"));
    } catch (FileAlreadyExistsException another) {
      // somebody else has fetched the same
    }
  }

  /* A second name of the same file, or a copy where there can be none. */
  private static void keep(Path jar, Path jars) throws IOException {
    Path name = jars.resolve(jar.getFileName());
    try {
      Files.createLink(name, jar);
    } catch (IOException | UnsupportedOperationException elsewhere) {
      Files.copy(jar, name);
    }
  }

  private static void run(Path work, String version, Streams streams, Jdk jdk, boolean isQuiet)
      throws IOException, UnavailableException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
                "sh",
                "mvnw",
                "-B",
                "--strict-checksums",
                "-f",
                "pom.xml",
                "dependency:build-classpath",
                "-Dmdep.outputFile=" + CLASS_PATH)
            .directory(work.toFile())
            .redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", jdk.home().toString());
    Process maven = builder.start();
    maven.getOutputStream().close();
    AtomicInteger files = new AtomicInteger();
    List<String> errors = new ArrayList<>();
    Breakdown breakdown = new Breakdown(SparkCommand.NAME, streams.err(), maven::destroy);
    try (BufferedReader said = maven.inputReader(StandardCharsets.UTF_8);
        ProgressDisplay _ =
            isQuiet
                ? ProgressDisplay.none()
                : ProgressDisplay.start(
                    streams,
                    () ->
                        Line.of("fetching Spark " + version + ": " + files.get() + " jars so far"),
                    breakdown)) {
      for (String line = said.readLine(); line != null; line = said.readLine()) {
        if (LOADED.matcher(line).find()) {
          files.incrementAndGet();
        }
        Matcher error = ERROR.matcher(line);
        if (error.find()) {
          errors.add(error.group(1));
        } else if (line.startsWith("millrace:") || line.startsWith("Error:")) {
          errors.add(line);
        }
      }
      if (maven.waitFor() != 0) {
        throw new UnavailableException(
            "cannot fetch Spark "
                + version
                + ": "
                + (errors.isEmpty() ? "Maven does not say why" : errors.getFirst()));
      }
    } finally {
      maven.destroy();
    }
  }

  /** What stands in a file of the command. */
  static String text(String file) {
    try (InputStream in = Fetched.class.getResourceAsStream("maven/" + file)) {
      return new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new IllegalStateException(unreadable);
    }
  }

  /** All of them. */
  List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(jars)) {
      return all.sorted().toList();
    }
  }
}
