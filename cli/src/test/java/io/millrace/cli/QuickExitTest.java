package io.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The end of the process has its code, and what was said is not lost. */
class QuickExitTest {
  private static final String ALLOWED = "--enable-native-access=ALL-UNNAMED";

  /** A program that says something and ends so. */
  static final class Ending {
    private Ending() {}

    public static void main(String[] args) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("as Java ends")));
      System.out.println("said");
      QuickExit.exit(Integer.parseInt(args[0]));
    }
  }

  private static Process start(int code, String nativeAccess, Map<String, String> environment)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            nativeAccess,
            "-cp",
            System.getProperty("java.class.path"),
            Ending.class.getName(),
            String.valueOf(code));
    builder.environment().keySet().removeAll(List.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS"));
    builder.environment().putAll(environment);
    return builder.redirectErrorStream(true).start();
  }

  private static List<String> said(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
        .lines()
        .toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 130})
  void itsCodeIsThatOfTheProcess(int code) throws Exception {
    Process process = start(code, ALLOWED, Map.of());
    assertEquals(List.of("said"), said(process));
    assertEquals(code, process.waitFor());
  }

  @DisplayName("Where Java would warn of native code, it ends as Java does")
  @Test
  void withoutNativeAccess() throws Exception {
    Process process = start(3, "--illegal-native-access=warn", Map.of());
    assertEquals(List.of("said", "as Java ends"), said(process));
    assertEquals(3, process.waitFor());
  }

  @DisplayName("Options for Java may ask for something at the end: then it ends as Java does")
  @Test
  void withOptionsForJava() throws Exception {
    Process process = start(3, ALLOWED, Map.of("JDK_JAVA_OPTIONS", "-Xmx64m"));
    List<String> lines = said(process); // Java says which options it has picked up
    assertEquals(List.of("said", "as Java ends"), lines.subList(lines.size() - 2, lines.size()));
    assertEquals(3, process.waitFor());
    assertTrue(QuickExit.hasOptions(Map.of("_JAVA_OPTIONS", "-Xmx64m")));
    assertFalse(QuickExit.hasOptions(Map.of("PATH", "/bin")));
  }
}
