package io.millrace.spark;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.SparkException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On worker processes that cannot run what they are sent. */
@Tag("cluster")
@Tag("proof")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class UnfitWorkersTest {
  private SparkSession spark;

  @AfterEach
  void stop() {
    if (spark != null) {
      spark.stop();
    }
  }

  @Test
  @DisplayName("K11 workers that lack the classes: the error on the driver says what to do")
  void classesAreMissing() throws Exception {
    spark = Cluster.withoutJars().getOrCreate();
    assertExplained("a worker lacks classes", "spark.jars");
  }

  @Test
  @DisplayName("K11 workers with an older Java: the error on the driver says what to do")
  void javaIsOlder() throws Exception {
    Path older = olderJava();
    assumeTrue(older != null, "no Java 17 or 21 is installed");
    spark = Cluster.session().config("spark.executorEnv.JAVA_HOME", older.toString()).getOrCreate();
    assertExplained("a worker has an older Java", "Java 25");
  }

  private void assertExplained(String what, String advice) throws Exception {
    Dataset<SparkOutcome<Long, String>> outcomes =
        ClusterCalls.calling()
            .map(
                spark.range(10).as(Encoders.LONG()),
                ClusterCalls::client,
                ClusterCalls.get("http://127.0.0.1:9"),
                Encoders.STRING());
    SparkException failed =
        assertThrows(SparkException.class, () -> SparkParallel.run(outcomes, (_, _) -> {}));
    assertTrue(failed.getMessage().startsWith(what), failed.getMessage());
    assertTrue(failed.getMessage().contains(advice), failed.getMessage());
  }

  private static Path olderJava() throws Exception {
    Path all = Path.of("/usr/lib/jvm");
    if (!Files.isDirectory(all)) {
      return null;
    }
    try (Stream<Path> homes = Files.list(all)) {
      return homes
          .filter(home -> home.getFileName().toString().matches(".*\\b(17|21)\\b.*"))
          .filter(home -> Files.isExecutable(home.resolve("bin/java")))
          .findFirst()
          .orElse(null);
    }
  }
}
