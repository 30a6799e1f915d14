package io.millrace.outside;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A standalone cluster of Spark: a master and workers with 4 slots each, processes of this machine that start as Spark's own scripts start
 * them. Each worker has a host of its own, because Spark does no slow task twice on one host.
 */
public final class SparkCluster implements AutoCloseable {
  private static final String MASTER_HOST = "127.0.0.1";

  private final Path folder;
  private final Path home;
  private final String url;
  private final List<Process> workers = new ArrayList<>();
  private final Process master;

  private SparkCluster(Path folder, Path jars) throws IOException, InterruptedException {
    this.folder = folder;
    home = Files.createDirectory(folder.resolve("spark-home"));
    Files.createSymbolicLink(home.resolve("jars"), jars.toAbsolutePath());
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    url = "spark://" + MASTER_HOST + ":" + port;
    master =
        daemon(
            MASTER_HOST,
            "master.Master",
            "--host",
            MASTER_HOST,
            "--port",
            Integer.toString(port),
            "--webui-port",
            "0");
    while (!answers(port)) {
      if (!master.isAlive()) {
        throw new IOException("the master has ended: see " + folder);
      }
      Thread.onSpinWait();
      Thread.yield();
    }
  }

  /** Starts it, with Spark from a directory of jars, and its files in a directory. */
  public static SparkCluster start(Path folder, Path jars, int workers)
      throws IOException, InterruptedException {
    SparkCluster cluster = new SparkCluster(folder, jars);
    for (int worker = 0; worker < workers; worker++) {
      cluster.startWorker();
    }
    return cluster;
  }

  /** Starts another worker. */
  public void startWorker() throws IOException, InterruptedException {
    String host = "127.0.0." + (1 + workers.size());
    workers.add(
        daemon(
            host,
            "worker.Worker",
            "--host",
            host,
            "--cores",
            "4",
            "--memory",
            "1g",
            "--webui-port",
            "0",
            "--work-dir",
            folder.resolve("work-" + workers.size()).toString(),
            url));
  }

  private static boolean answers(int port) {
    try (Socket socket = new Socket(MASTER_HOST, port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  private Process daemon(String host, String name, String... args)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("org.apache.spark.deploy." + name));
    words.addAll(List.of(args));
    ProcessBuilder builder = program(words);
    builder.environment().put("SPARK_LOCAL_IP", host);
    return builder
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve(name + "-" + host + ".log").toFile())
        .start();
  }

  /** A program of Spark's, as {@code spark-class} starts it: the name of a class, and its arguments. */
  public ProcessBuilder program(List<String> words) throws IOException, InterruptedException {
    List<String> launcher =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                home.resolve("jars") + "/*",
                "org.apache.spark.launcher.Main"));
    launcher.addAll(words);
    ProcessBuilder asking = inEnvironment(launcher);
    Process process = asking.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("Spark's launcher has failed: " + said);
    }
    // a line with a zero, then the words of the command, each with a zero at its end
    String command = said.substring(said.indexOf('\0') + 2);
    return inEnvironment(List.of(command.split("\0")));
  }

  private ProcessBuilder inEnvironment(List<String> words) {
    ProcessBuilder builder = new ProcessBuilder(words);
    builder
        .environment()
        .putAll(
            Map.of(
                "SPARK_HOME",
                home.toString(),
                "SPARK_SCALA_VERSION",
                "2.13",
                "SPARK_LOCAL_IP",
                MASTER_HOST,
                "SPARK_WORKER_OPTS",
                "-Dspark.decommission.enabled=true",
                "JAVA_HOME",
                System.getProperty("java.home")));
    return builder;
  }

  /** What {@code --master} takes. */
  public String url() {
    return url;
  }

  /** The executors of a worker, each of which is a process; what they start looks like them for a moment. */
  public List<ProcessHandle> executors(int worker) {
    return workers
        .get(worker)
        .children()
        .filter(
            each -> each.info().commandLine().orElse("").contains("CoarseGrainedExecutorBackend"))
        .toList();
  }

  /** All of them. */
  public List<ProcessHandle> executors() {
    List<ProcessHandle> all = new ArrayList<>();
    for (int worker = 0; worker < workers.size(); worker++) {
      all.addAll(executors(worker));
    }
    return all;
  }

  /** Tells a worker that its machine will go: what runs there ends, and nothing begins. */
  public void decommission(int worker) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-PWR", Long.toString(workers.get(worker).pid())).start().waitFor();
  }

  @Override
  public void close() {
    List<Process> all = new ArrayList<>(workers);
    all.add(master);
    List<ProcessHandle> executors = executors();
    all.forEach(Process::destroyForcibly);
    executors.forEach(ProcessHandle::destroyForcibly);
    all.forEach(each -> each.onExit().join());
  }
}
