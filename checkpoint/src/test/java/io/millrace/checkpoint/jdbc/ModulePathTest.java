package io.millrace.checkpoint.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.modular.ModularMain;
import io.millrace.outside.PostgresServer;
import io.millrace.outside.WithPostgres;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On the module path, without warnings about native code when the option that the page names is given. */
class ModulePathTest {
  @TempDir Path directory;

  @Test
  @DisplayName("as a module, it keeps checkpoints in a file")
  void file() throws IOException {
    assertRuns(directory.resolve("run").toString());
  }

  @Nested
  @WithPostgres
  class WithServer {
    private final String url;

    WithServer(PostgresServer server) throws SQLException {
      url = server.url(server.newSchema());
    }

    @Test
    @DisplayName(
        "as a module, it keeps checkpoints in PostgreSQL, whose driver only has to be on the path")
    void server() throws IOException {
      assertRuns(url);
    }
  }

  private static void assertRuns(String place) throws IOException {
    List<String> modules = new ArrayList<>();
    List<String> classes = new ArrayList<>();
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    for (String entry : path.split(File.pathSeparator, -1)) {
      if (entry.endsWith("test-classes")) {
        classes.add(entry);
      } else if (Stream.of("sqlite", "postgresql", "jackson", "classes", "millrace-c")
          .anyMatch(entry::contains)) {
        modules.add(entry);
      }
    }
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=org.xerial.sqlitejdbc",
                "-p",
                String.join(File.pathSeparator, modules),
                "--add-modules",
                "io.millrace.checkpoint",
                "-cp",
                String.join(File.pathSeparator, classes),
                ModularMain.class.getName(),
                place)
            .redirectErrorStream(true)
            .start();
    try (var output = process.inputReader()) {
      assertEquals(List.of("io.millrace.checkpoint: 1"), output.lines().toList());
    }
  }
}
