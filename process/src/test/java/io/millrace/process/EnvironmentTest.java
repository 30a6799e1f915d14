package io.millrace.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.process.wire.Offspring;
import io.millrace.testkit.NoLeaks;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NoLeaks
class EnvironmentTest {
  private static final Map<String, String> PARENT =
      Map.of(
          "PATH", "/bin", "LC_ALL", "C", "LC_TIME", "de", "API_KEY", "pssst", "AWS_TOKEN", "pst");

  private static Map<String, String> of(ProcessOptions options) {
    return options.settings.environment.of(PARENT);
  }

  @Test
  @DisplayName("P7: workers get what programs need, and no other variable of the parent")
  void theDefaultIsSafe() {
    assertEquals(Map.of("PATH", "/bin", "LC_ALL", "C", "LC_TIME", "de"), of(ProcessOptions.of()));
  }

  @Test
  @DisplayName("P7: more variables are inherited by name, by prefix, or all; set ones win")
  void moreIsInherited() {
    ProcessOptions options = ProcessOptions.of();
    assertEquals("pssst", of(options.inheritEnvironment("API_KEY")).get("API_KEY"));
    assertFalse(of(options.inheritEnvironment("API_KEY")).containsKey("AWS_TOKEN"));
    assertEquals("pst", of(options.inheritEnvironment("AWS_*")).get("AWS_TOKEN"));
    assertEquals(PARENT, of(options.inheritEnvironment("*")));
    assertEquals(
        "mine", of(options.inheritEnvironment("*").environment("API_KEY", "mine")).get("API_KEY"));
    assertEquals(Map.of(), of(options.withoutEnvironment()));
    assertEquals(
        Map.of("A", "1"),
        of(options.environment("B", "2").withoutEnvironment().environment("A", "1")));
  }

  @Test
  @DisplayName("P7: names that cannot be meant are refused")
  void namesAreChecked() {
    for (String name : List.of("", "A=1", "A*B", "**")) {
      var error =
          assertThrows(
              IllegalArgumentException.class, () -> ProcessOptions.of().inheritEnvironment(name));
      assertTrue(error.getMessage().endsWith("not \"" + name + '"'), error::getMessage);
    }
    assertThrows(
        NullPointerException.class, () -> ProcessOptions.of().inheritEnvironment((String) null));
  }

  @ParameterizedTest
  @CsvSource({"'', x", "A=B, x", "=A, x", "A\0B, x", "A, secret\0value"})
  @DisplayName(
      "P7: a variable that no process can have is refused at the call, and its value is not told")
  void noSuchVariable(String name, String value) {
    String message =
        assertThrows(
                IllegalArgumentException.class, () -> ProcessOptions.of().environment(name, value))
            .getMessage();
    assertFalse(message.contains("secret"), message);
    assertFalse(message.contains("\0"), message);
    assertThrows(
        IllegalArgumentException.class,
        () -> ProcessOptions.of().jvmOptions("-Dx=" + value + "\0"));
  }

  @Test
  @DisplayName("P7: a worker has the environment that was asked for, and the mark of its pool")
  void workersHaveIt() throws Exception {
    Map<String, String> expected =
        new TreeMap<>(ProcessOptions.of().settings.environment.of(System.getenv()));
    expected.put("MINE", "ä b");
    ProcessOptions options = Quiet.workers(1).environment("MINE", "ä b");
    try (ProcessPool pool = ProcessPool.open(options)) {
      Set<String> names = pool.call(() -> new TreeSet<>(System.getenv().keySet()));
      assertTrue(names.remove(Offspring.VARIABLE));
      assertEquals(expected.keySet(), names);
    }
    try (ProcessPool pool = ProcessPool.open(Quiet.workers(1).withoutEnvironment())) {
      assertEquals(
          Set.of(Offspring.VARIABLE), pool.call(() -> new TreeSet<>(System.getenv().keySet())));
    }
  }
}
