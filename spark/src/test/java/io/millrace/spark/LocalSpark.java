package io.millrace.spark;

import java.time.Duration;
import java.time.Instant;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** A session in this JVM: driver and worker at once, with 4 slots. */
final class LocalSpark {
  private LocalSpark() {}

  static SparkSession session() {
    return SparkSession.builder()
        .master("local[4]")
        .appName("test")
        .config("spark.ui.enabled", false)
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.executor.heartbeatInterval", "200ms")
        .config("spark.sql.shuffle.partitions", 4)
        .config("spark.sql.warehouse.dir", "target/warehouse")
        .getOrCreate();
  }

  static JavaSparkContext context() {
    return new JavaSparkContext(session().sparkContext());
  }

  /** Ends the engines that other tests have left open, for as long as their jobs say. */
  static void endEngines() {
    WorkerEngine.closeAll();
    awaitNoEngine();
  }

  /** Waits until no engine is open, which ends in a thread of its own. */
  static void awaitNoEngine() {
    Instant last = Instant.now().plus(Duration.ofSeconds(30));
    while (WorkerEngine.open() > 0) {
      if (Instant.now().isAfter(last)) {
        throw new AssertionError(WorkerEngine.open() + " engines are open");
      }
      Thread.onSpinWait();
      Thread.yield();
    }
  }
}
