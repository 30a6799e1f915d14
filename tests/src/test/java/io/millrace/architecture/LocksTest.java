package io.millrace.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.outcome.Outcome;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What core does while it holds a lock is reviewed, line by line. */
class LocksTest {

  @Test
  @DisplayName("E15: every monitor is on the list, with its reason")
  void everyMonitorIsReviewed() throws Exception {
    check(calls().monitors(), "/monitors.txt");
  }

  @Test
  @DisplayName(
      "E15: code of others is called under no lock, but for what is on the list, with its reason")
  void noForeignCodeUnderALock() throws Exception {
    check(calls().foreignCalls(), "/calls-under-locks.txt");
  }

  @Test
  @DisplayName(
      "E6: nobody waits for a monitor under a lock: a virtual thread gives its carrier away for that, and keeps the lock")
  void noMonitorUnderALock() throws Exception {
    assertEquals(Set.of(), calls().monitorsUnderLocks());
  }

  private static LockedCalls calls() throws IOException, URISyntaxException {
    return new LockedCalls(
        Path.of(Outcome.class.getProtectionDomain().getCodeSource().getLocation().toURI()));
  }

  private static void check(Set<String> found, String list) throws IOException {
    Map<String, String> reviewed = read(list);
    Set<String> difference = new TreeSet<>();
    found.stream()
        .filter(one -> reviewed.keySet().stream().noneMatch(line -> covers(line, one)))
        .forEach(one -> difference.add("+ " + one));
    reviewed.keySet().stream()
        .filter(line -> found.stream().noneMatch(one -> covers(line, one)))
        .forEach(line -> difference.add("- " + line));
    assertEquals(
        "",
        String.join("\n", difference),
        "differs from src/test/resources"
            + list
            + " (+ is new, - is gone); a line is 'what: why it is sound'");
  }

  private static boolean covers(String line, String found) {
    return line.endsWith("*")
        ? found.startsWith(line.substring(0, line.length() - 1))
        : line.equals(found);
  }

  private static Map<String, String> read(String list) throws IOException {
    Map<String, String> lines = new TreeMap<>();
    for (String line : Files.readAllLines(resource(list))) {
      if (!line.isBlank() && !line.startsWith("#")) {
        String[] parts = line.split(": ", 2);
        assertEquals(2, parts.length, () -> "a line without a reason: " + line);
        lines.put(parts[0], parts[1]);
      }
    }
    return lines;
  }

  private static Path resource(String name) {
    try {
      return Path.of(LocksTest.class.getResource(name).toURI());
    } catch (URISyntaxException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
