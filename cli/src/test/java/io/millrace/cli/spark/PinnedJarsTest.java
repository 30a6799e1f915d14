package io.millrace.cli.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is fetched has to be what was known when the command was made. */
class PinnedJarsTest {
  private static final String OF_ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @TempDir Path folder;

  private final PinnedJars pinned = PinnedJars.of(OF_ABC + " 3 a.jar\n");

  private Optional<String> complaint(String name, String content) throws Exception {
    return pinned.complaint(Files.writeString(folder.resolve(name), content));
  }

  @Test
  void aJarIsTheOneOfItsNameOrWhatIsWrongWithItIsSaid() throws Exception {
    assertEquals(Optional.empty(), complaint("a.jar", "abc"));
    assertEquals(Optional.of("has 4 bytes, not 3"), complaint("a.jar", "abcd"));
    assertEquals(Optional.of("does not belong to it"), complaint("b.jar", "abc"));
    String other = complaint("a.jar", "abd").orElseThrow();
    assertTrue(
        other.matches("has the SHA-256 [0-9a-f]{64}, not " + OF_ABC) && !other.startsWith(OF_ABC),
        other);
  }

  @Test
  void whatIsNotOfSparkIsRefusedInOneSentence() throws Exception {
    Path jar = Files.writeString(folder.resolve("spark-sql_2.13-4.2.0.jar"), "another");
    String why =
        assertThrows(Fetched.UnavailableException.class, () -> Fetched.check(List.of(jar), "4.2.0"))
            .getMessage();
    assertTrue(
        why.startsWith(
            "what was fetched is not Spark 4.2.0: spark-sql_2.13-4.2.0.jar has 7 bytes, not "),
        why);
  }

  /** After a change of them: {@code build/spark-jars}. */
  @Test
  void theListIsOfTheVersionsThatAreFetched() {
    Matcher dependency =
        Pattern.compile("<(spark|postgresql)\\.version>(.+)</").matcher(Fetched.text("pom.xml"));
    int count = 0;
    while (dependency.find()) {
      String name = dependency.group(1).equals("spark") ? "spark-sql_2.13" : "postgresql";
      String jar = name + "-" + dependency.group(2) + ".jar";
      assertTrue(PinnedJars.ofCommand().all().containsKey(jar), jar);
      count++;
    }
    assertEquals(2, count);
  }
}
