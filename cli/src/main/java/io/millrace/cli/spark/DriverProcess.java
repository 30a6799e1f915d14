package io.millrace.cli.spark;

import io.millrace.cli.console.ExitStatus;
import io.millrace.cli.console.Signals;
import io.millrace.cli.console.Streams;
import io.millrace.cli.text.FileReason;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The driver is another process: Spark needs options of the JVM and some hundred jars that no other command should pay for. It
 * reads the same arguments, and writes to the same standard error. It ends when its standard input does, so when this process dies as well.
 *
 * @param args of the command
 */
record DriverProcess(List<String> args) implements SparkEngine {
  /** With what the driver is told to look at its standard input, and which directory it removes if nobody else is left. */
  static final String WATCH = "millrace.spark.watch";

  /** With what the driver is told which jars the workers need. */
  static final String JARS = "millrace.spark.jars";

  /** Where the jars are that only the driver needs; the launchers say so. */
  private static final String LIBRARIES = "millrace.spark.lib";

  private static final int LARGEST_PORT = 65_535;
  private static final int CONNECT_MILLIS = 10_000;
  private static final int UNKNOWN_SIGNAL = 128;

  /* Spark has a logger of its own; what keeps checkpoints and draws plots is for one process. */
  private static final Predicate<String> UNUSED =
      name -> name.startsWith("slf4j-") || name.startsWith("sqlite-") || name.startsWith("uplot");

  @Override
  public int run(SparkJob job, Streams streams) {
    try {
      Optional<String> unreachable = job.master().flatMap(DriverProcess::unreachable);
      if (unreachable.isPresent()) {
        return failed(streams, unreachable.get());
      }
      Jdk jdk = Jdk.find();
      Fetched spark = Fetched.get(streams, jdk, job.isQuiet());
      Path scratch = Files.createTempDirectory("millrace-spark");
      try {
        return run(job, streams, command(job, jdk, spark, scratch), jdk, scratch);
      } finally {
        Trees.remove(scratch);
      }
    } catch (Fetched.UnavailableException error) {
      return failed(streams, String.valueOf(error.getMessage()));
    } catch (IOException error) {
      return failed(streams, "the driver cannot be started: " + FileReason.withName(error));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return failed(streams, "interrupted");
    }
  }

  private static int failed(Streams streams, String why) {
    streams.err().println(SparkCommand.NAME + ": " + why);
    return ExitStatus.FAILED;
  }

  /* Spark would try for a minute, and say little. */
  private static Optional<String> unreachable(String master) {
    String start = "spark://";
    if (!master.startsWith(start)) {
      return master.startsWith("local")
          ? Optional.empty()
          : Optional.of("--master " + master + " needs spark-submit, of that cluster");
    }
    String why = "";
    for (String each : master.substring(start.length()).split(",", -1)) {
      int colon = each.lastIndexOf(':');
      int port = Integer.parseInt(each.substring(colon + 1));
      if (port > LARGEST_PORT) {
        why = "there is no port " + port;
        continue;
      }
      InetSocketAddress address = new InetSocketAddress(each.substring(0, colon), port);
      if (address.isUnresolved()) {
        why = "there is no host of that name";
        continue;
      }
      try (Socket socket = new Socket()) {
        socket.connect(address, CONNECT_MILLIS);
        return Optional.empty();
      } catch (IOException refused) {
        why = String.valueOf(refused.getMessage());
      }
    }
    return Optional.of("the master " + master + " cannot be reached: " + why);
  }

  private List<String> command(SparkJob job, Jdk jdk, Fetched spark, Path scratch)
      throws IOException, Fetched.UnavailableException {
    List<Path> own = own();
    Path home = Files.createDirectory(scratch.resolve("home"));
    Files.createSymbolicLink(home.resolve("jars"), spark.jars());
    Path temporary = Files.createDirectory(scratch.resolve("tmp"));
    List<String> command = new ArrayList<>(List.of(jdk.java().toString()));
    command.addAll(JvmOptions.OF_SPARK);
    command.addAll(
        List.of(
            "-Djava.io.tmpdir=" + temporary,
            "-D" + Spool.PROPERTY + "=" + job.input(),
            "-D" + Spool.COPY + "=" + job.isCopy(),
            "-D" + WATCH + "=" + scratch,
            "-D" + JARS + "=" + own.stream().map(Path::toString).collect(Collectors.joining(",")),
            "-cp",
            Stream.concat(own.stream(), spark.files().stream())
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator)),
            "io.millrace.cli.Main"));
    command.addAll(args);
    return command;
  }

  /* The jars of the command, and those that only the driver and the workers need. */
  private static List<Path> own() throws IOException, Fetched.UnavailableException {
    List<Path> all = new ArrayList<>();
    for (String each : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path jar = Path.of(each).toAbsolutePath();
      if (each.endsWith(".jar") && !UNUSED.test(jar.getFileName().toString())) {
        all.add(jar);
      }
    }
    Path libraries =
        Path.of(
            System.getProperty(
                LIBRARIES, all.isEmpty() ? "" : all.getFirst().resolveSibling("spark").toString()));
    if (!Files.isDirectory(libraries)) {
      throw new Fetched.UnavailableException(
          "this installation has no part for Spark: there is no directory " + libraries);
    }
    try (Stream<Path> more = Files.list(libraries)) {
      more.filter(jar -> jar.toString().endsWith(".jar")).sorted().forEach(all::add);
    }
    return all;
  }

  private static int run(SparkJob job, Streams streams, List<String> command, Jdk jdk, Path scratch)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("JAVA_HOME", jdk.home().toString());
    builder.environment().put("SPARK_HOME", scratch.resolve("home").toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.13");
    if (job.master().orElse("").startsWith("local")) {
      builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    }
    Process driver = builder.start();
    Set<ProcessHandle> family = ConcurrentHashMap.newKeySet();
    Thread hook = new Thread(() -> kill(driver, family));
    Runtime.getRuntime().addShutdownHook(hook);
    try (Signals signals =
        Signals.handle(
            streams.err(),
            () -> stop(driver, job, streams),
            () -> {
              kill(driver, family);
              Trees.remove(scratch);
            })) {
      while (!driver.waitFor(1, TimeUnit.SECONDS)) {
        family.removeIf(each -> !each.isAlive());
        driver.descendants().forEach(family::add);
      }
      kill(driver, family);
      int code = driver.exitValue();
      if (code > UNKNOWN_SIGNAL && signals.exitCode().isEmpty()) {
        streams
            .err()
            .println(
                SparkCommand.NAME
                    + ": the driver was killed, by signal "
                    + (code - UNKNOWN_SIGNAL));
        return ExitStatus.FAILED;
      }
      return signals.exitCode().orElse(code);
    } finally {
      Runtime.getRuntime().removeShutdownHook(hook);
    }
  }

  /* The driver ends the job, then its workers, then itself. */
  private static void stop(Process driver, SparkJob job, Streams streams) {
    if (!job.isQuiet()) {
      streams
          .err()
          .println("millrace: ending; what is under way is cut off, a second signal ends at once");
    }
    try {
      OutputStream in = driver.getOutputStream();
      in.write("stop\n".getBytes(StandardCharsets.US_ASCII));
      in.flush();
    } catch (IOException ended) {
      // it has ended already
    }
  }

  /* Workers end by themselves when their driver is gone; but not at once. */
  private static void kill(Process driver, Set<ProcessHandle> family) {
    driver.descendants().forEach(family::add);
    driver.destroyForcibly();
    family.forEach(ProcessHandle::destroyForcibly);
  }
}
