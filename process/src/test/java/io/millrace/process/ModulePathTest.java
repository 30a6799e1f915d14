package io.millrace.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.Parallel;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs that are modules: their workers are, too. */
class ModulePathTest {
  private static final String MODULE =
      """
      module app {
        requires io.millrace.process;
      }
      """;

  private static final String MAIN =
      """
      package app;

      import io.millrace.process.*;

      public class Main {
        record Order(int number) implements java.io.Serializable {}

        public static void main(String[] args) throws Exception {
          var options =
              ProcessOptions.of(1).allow(Order.class).directory(java.nio.file.Path.of(args[0]));
          try (var pool = ProcessPool.open(options)) {
            var next = pool.action((Order order) -> new Order(order.number() + 1));
            System.out.print(next.apply(new Order(1)));
            System.out.print(" " + pool.call(() -> Main.class.getModule()
                + " " + ProcessPool.class.getModule()));
          }
        }
      }
      """;

  @TempDir private Path folder;

  @BeforeEach
  void compile() throws Exception {
    Path sources = Files.createDirectories(folder.resolve("src/app"));
    Path module = Files.writeString(sources.resolve("../module-info.java").normalize(), MODULE);
    Path main = Files.writeString(sources.resolve("Main.java"), MAIN);
    int exitCode =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(
                System.out,
                System.err,
                "-d",
                folder.resolve("app classes").toString(),
                "-p",
                library(),
                module.toString(),
                main.toString());
    assertEquals(0, exitCode);
  }

  private static String library() throws URISyntaxException {
    return location(Parallel.class) + File.pathSeparator + location(ProcessPool.class);
  }

  private static Path location(Class<?> type) throws URISyntaxException {
    var source = Objects.requireNonNull(type.getProtectionDomain().getCodeSource());
    return Path.of(source.getLocation().toURI());
  }

  private String run(String... arguments) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(arguments).directory(folder.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), output);
    return output;
  }

  @Test
  @DisplayName("AX3: workers of a program on the module path run on the module path")
  void workersAreModular() throws Exception {
    String path = library() + File.pathSeparator + "app classes";

    String output = run(java(), "-p", path, "-m", "app/app.Main", "src");

    assertEquals("Order[number=2] module app module io.millrace.process", output);
  }

  @Test
  @DisplayName("AX3: workers find classes by a relative class path, from another directory")
  void relativeClassPathsWork() throws Exception {
    String path = library() + File.pathSeparator + "app classes";

    String output = run(java(), "-cp", path, "app.Main", "src");

    assertEquals(
        "Order[number=2] unnamed module",
        output.substring(0, output.lastIndexOf(" unnamed")).replaceAll(" @\\w+", ""));
  }

  private static String java() {
    return List.of(System.getProperty("java.home"), "bin", "java").stream()
        .reduce((one, other) -> one + File.separator + other)
        .orElseThrow();
  }
}
