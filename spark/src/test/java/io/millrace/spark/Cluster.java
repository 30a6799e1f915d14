package io.millrace.spark;

import io.millrace.outside.SparkCluster;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/** Two worker processes with 4 slots each. They have Spark from {@code SPARK_HOME}, and everything else by {@code spark.jars}. */
final class Cluster {
  static final int WORKERS = 2;
  static final int SLOTS = 4;

  private Cluster() {}

  static SparkSession.Builder session() throws IOException {
    return session(WORKERS);
  }

  static SparkSession.Builder withoutJars() throws IOException {
    return of(WORKERS);
  }

  /** So many workers, with everything. */
  static SparkSession.Builder session(int workers) throws IOException {
    return of(workers).config("spark.jars", String.join(",", jars()));
  }

  /** The workers of that cluster, with everything. */
  static SparkSession.Builder session(SparkCluster cluster) throws IOException {
    return of(cluster.url()).config("spark.jars", String.join(",", jars()));
  }

  private static SparkSession.Builder of(int workers) throws IOException {
    return of("local-cluster[" + workers + "," + SLOTS + ",1024]");
  }

  private static SparkSession.Builder of(String master) throws IOException {
    linkSpark();
    return SparkSession.builder()
        .master(master)
        .appName("cluster")
        .config("spark.ui.enabled", false)
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.executor.memory", "512m");
  }

  /** The processes of the executors. */
  static List<ProcessHandle> executors() {
    return ProcessHandle.current()
        .descendants()
        .filter(
            process ->
                process
                    .info()
                    .commandLine()
                    .filter(line -> line.contains("CoarseGrainedExecutorBackend"))
                    .isPresent())
        .toList();
  }

  private static List<Path> classPath() {
    return Stream.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator))
        .map(Path::of)
        .toList();
  }

  /** The directory of Spark's jars. */
  static Path linkSpark() throws IOException {
    Path jars = Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    for (Path each : classPath()) {
      if (each.toString().endsWith(".jar") && !each.toString().contains("junit")) {
        try {
          Files.createSymbolicLink(jars.resolve(each.getFileName()), each.toAbsolutePath());
        } catch (FileAlreadyExistsException there) {
          // from an earlier run
        }
      }
    }
    return jars;
  }

  private static List<String> jars() throws IOException {
    Path target = Files.createDirectories(Path.of("target/cluster-jars"));
    List<String> jars = new ArrayList<>();
    for (Path each : classPath()) {
      if (Files.isDirectory(each)) {
        Path jar = target.resolve(jars.size() + ".jar");
        pack(each, jar);
        jars.add(jar.toAbsolutePath().toString());
      }
    }
    return jars;
  }

  private static void pack(Path classes, Path jar) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> files = Files.walk(classes)) {
      for (Path each : files.filter(Files::isRegularFile).collect(Collectors.toList())) {
        out.putNextEntry(new JarEntry(classes.relativize(each).toString().replace('\\', '/')));
        Files.copy(each, out);
        out.closeEntry();
      }
    }
  }
}
