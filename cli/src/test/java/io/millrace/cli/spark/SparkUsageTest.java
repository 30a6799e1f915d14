package io.millrace.cli.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused before anything is fetched or started. */
class SparkUsageTest {
  @TempDir Path folder;

  private Cli spark(String... more) {
    String[] args =
        Stream.concat(
                Stream.of("spark", "--output", folder.resolve("answers").toString()),
                Stream.of(more))
            .toArray(String[]::new);
    return Cli.run("http://127.0.0.1:1/\n", args);
  }

  private static void assertRefused(Cli cli, String... parts) {
    assertEquals(2, cli.code(), cli.err());
    assertTrue(cli.err().lines().count() <= 2, cli.err());
    List.of(parts).forEach(part -> assertTrue(cli.err().contains(part), part + " in " + cli.err()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--checkpoint=a",
        "--key=a",
        "--max-failures=1",
        "--fail-rate=50%/100",
        "--stop-on=401",
        "--max-calls=1",
        "--max-cost=1",
        "--tokens=1/s",
        "--grace=1s",
        "--window=9",
        "--body-dir=a",
        "--save-dir=a",
        "--failed=a",
        "--log=a",
        "--report=a",
        "--ui",
        "--force",
        "--dry-run"
      })
  void whatMeansNothingOnAClusterIsRefusedWithTheReason(String option) {
    assertRefused(
        spark("--master", "local[1]", option),
        "unknown option '" + option.split("=", 2)[0] + "': there is none on a cluster: ");
  }

  @Test
  void theHelpSpeaksOfNoOptionThatIsNotThere() {
    String help = spark("--help").out();
    String other = help.replace("millrace http --dry-run", "");
    Matcher option = Pattern.compile("--[a-z][a-z0-9.-]*[a-z0-9]").matcher(other);
    while (option.find()) {
      assertEquals(Optional.empty(), OneMachineOptions.reason(option.group()), option.group());
    }
    assertTrue(help.contains("--idempotency-key"), help);
  }

  @Test
  void whatOnlySparkSubmitCanStartIsSaid() {
    Cli cli = spark("--master", "yarn");
    assertEquals(1, cli.code());
    assertEquals("millrace spark: --master yarn needs spark-submit, of that cluster\n", cli.err());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--jobs=4                                                | --master is missing: local-cluster[2,4,1024]",
        "--master=here                                           | --master must be like local-cluster[2,4,1024]",
        "--master=spark://host                                   | --master must be like",
        "--master=local[0]                                       | --master must be like",
        "--master=local-cluster[0,4,1024]                        | --master must be like",
        "--master=local-cluster[2,0,1024]                        | --master must be like",
        "--master=local-cluster[2,4,1024] --workers=3            | --workers 3 and --master local-cluster[2,4,1024] differ",
        "--master=local-cluster[4,4,1024] --jobs=3               | --jobs 3 is less than one for each of 4 workers",
        "--master=local-cluster[4,4,1024] --per-host=2           | --per-host 2 is less than one for each of 4 workers",
        "--master=local[1] --conf=executor.memory=1g             | begins with 'spark.'",
        "--master=local[1] --conf=spark.master=local[2]          | --conf spark.master is --master",
        "--master=yarn --conf=spark.dynamicAllocation.enabled=true | needs --workers N: the limits are divided among so many",
        "--master=local[1] --limiter=jdbc:mysql://host --rate=1/s | --limiter must be like jdbc:postgresql://",
        "--master=local[1] --limiter=jdbc:postgresql://host/db   | --limiter needs --rate",
        "--master=local[1] --burst=3                             | --burst needs --rate",
        "--master=local[1] --bearer-env=NO_SUCH                  | --bearer-env: there is no such variable",
        "--master=local[1] nothing.txt                           | cannot read 'nothing.txt': no such file",
        "--master=local[1] -H                                    | it is --header here",
      })
  void badOptionsAreOneLine(String args, String part) {
    assertRefused(spark(args.split(" ")), part);
  }

  @Test
  void anOutputIsNeeded() {
    assertRefused(Cli.run("", "spark", "--master", "local[1]"), "--output");
  }

  @Test
  void anOutputThatIsThereIsNotTouched() throws IOException {
    Files.createDirectory(folder.resolve("answers"));
    assertRefused(spark("--master", "local[1]"), "is there already: remove it");
  }

  @Test
  void aMasterThatCannotBeReachedIsSaidAtOnce() {
    Cli cli = spark("--master", "spark://127.0.0.1:1");
    assertEquals(1, cli.code());
    assertEquals(
        "millrace spark: the master spark://127.0.0.1:1 cannot be reached: Connection refused\n",
        cli.err());
    assertFalse(Files.exists(folder.resolve("answers")));
  }

  @Test
  void theCacheIsWhereTheVariablesSay() {
    assertEquals(
        Path.of("/a/millrace"), Fetched.cache(Map.of("XDG_CACHE_HOME", "/a", "HOME", "/b")));
    assertEquals(
        Path.of("/b/.cache/millrace"),
        Fetched.cache(Map.of("XDG_CACHE_HOME", "relative", "HOME", "/b")));
    assertEquals(
        Path.of(System.getProperty("user.home"), ".cache/millrace"), Fetched.cache(Map.of()));
  }

  @Test
  void theVersionThatIsFetchedIsThatOfTheBuild() {
    assertTrue(Fetched.version().matches("\\d+\\.\\d+\\.\\d+"), Fetched.version());
    assertTrue(Fetched.text("mvnw").startsWith("#!/bin/sh"));
    assertTrue(Fetched.text("build/jdk.sh").contains("JAVA_HOME"));
    assertTrue(
        Fetched.text(".mvn/wrapper/maven-wrapper.properties").contains("distributionSha256Sum="));
  }
}
