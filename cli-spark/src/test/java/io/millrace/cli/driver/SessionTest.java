package io.millrace.cli.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.millrace.cli.spark.SparkJob;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What Spark is told, whatever the defaults of a cluster are. */
class SessionTest {
  private static final String DYNAMIC = "spark.dynamicAllocation.";

  private static Map<String, String> settings(OptionalInt workers, Map<String, String> given) {
    return settings("spark://host:7077", workers, given);
  }

  private static Map<String, String> settings(
      String master, OptionalInt workers, Map<String, String> given) {
    return Session.settings(
        new SparkJob(
            Optional.of(master),
            given,
            Path.of("urls.txt"),
            false,
            "answers",
            false,
            workers,
            OptionalInt.empty(),
            Optional.empty(),
            null,
            null,
            true));
  }

  @Test
  void aClusterThatAddsWorkersByItselfAddsNone() {
    assertEquals("false", settings(OptionalInt.empty(), Map.of()).get(DYNAMIC + "enabled"));
    Map<String, String> three = settings(OptionalInt.of(3), Map.of());
    assertEquals("true", three.get(DYNAMIC + "enabled"));
    assertEquals("3", three.get(DYNAMIC + "initialExecutors"));
    assertEquals("3", three.get(DYNAMIC + "minExecutors"));
    assertEquals("3", three.get(DYNAMIC + "maxExecutors"));
  }

  @Test
  void slowTasksAreDoneTwiceOnlyIfTheCommandSaysSo() {
    String name = "spark.speculation";
    assertEquals("false", settings(OptionalInt.empty(), Map.of()).get(name));
    assertEquals("true", settings(OptionalInt.empty(), Map.of(name, "true")).get(name));
  }

  @Test
  void thePagesOfALocalClusterAreLockedUnlessTheCommandOpensThem() {
    String master = "local-cluster[2,4,1024]";
    String name = "spark.ui.filters";
    assertEquals(
        "org.apache.spark.ui.JWSFilter", settings(master, OptionalInt.empty(), Map.of()).get(name));
    assertNull(settings(master, OptionalInt.empty(), Map.of("spark.ui.enabled", "true")).get(name));
  }
}
