package io.millrace.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.process.ProcessPool;
import io.millrace.testkit.ManualClock;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Does what {@code docs/install.md} says, with its own files and commands: in an empty directory, against
 * artifacts that are installed in a repository of their own. Needs their jars, so it runs after they are made.
 */
class NewProjectTest {
  private static final String VERSION = System.getProperty("millrace.version", "");
  private static final String USUAL_REPOSITORY = "~/.m2/repository";
  private static final String MODULE = "src/main/java/module-info.java";

  @TempDir static Path installed;
  @TempDir Path project;

  @BeforeAll
  static void install() throws Exception {
    installPom("millrace-parent", Page.project().resolve("pom.xml"));
    for (Class<?> api : List.of(Parallel.class, ManualClock.class, ProcessPool.class)) {
      installJar(Path.of(api.getProtectionDomain().getCodeSource().getLocation().toURI()));
    }
  }

  private static void installJar(Path jar) throws IOException, URISyntaxException {
    String suffix = "-" + VERSION + ".jar";
    String name = jar.getFileName().toString();
    assertTrue(name.endsWith(suffix), () -> "not a jar of this build, run ./verify: " + jar);
    String artifact = name.substring(0, name.length() - suffix.length());
    installPom(artifact, jar.getParent().resolveSibling("pom.xml"));
    Files.copy(jar, artifactPath(artifact, ".jar"));
  }

  private static void installPom(String artifact, Path pom) throws IOException {
    Path target = artifactPath(artifact, ".pom");
    Files.createDirectories(target.getParent());
    Files.copy(pom, target);
  }

  private static Path artifactPath(String artifact, String suffix) {
    return installed
        .resolve("io/millrace")
        .resolve(artifact)
        .resolve(VERSION)
        .resolve(artifact + "-" + VERSION + suffix);
  }

  @Test
  @DisplayName("L9: the project of the page is built and run on the class path")
  void onTheClassPath() throws Exception {
    Page page = page();
    write(page, false);
    assertEquals("[3, 5]", run(page.commands().get(1)));
  }

  @Test
  @DisplayName("L9: the project of the page is built and run as a module")
  void asAModule() throws Exception {
    Page page = page();
    write(page, true);
    assertEquals("[3, 5]", run(page.commands().get(2)));
  }

  @Test
  @DisplayName(
      "L9: the file of the tutorial is run by its command, and on the class path with imports of packages")
  void asASingleFile() throws Exception {
    Page start = Page.of(Page.project().resolve("docs/start.md"));
    String source = start.files().get("Prices.java");
    String expected = "Results[COMPLETED, 8 succeeded, 2 failed, 0 not run]";

    Files.writeString(project.resolve("Prices.java"), source);
    assertEquals(expected, run(inProject(start.commands().get(1))));

    String packages = "import io.millrace.*;\nimport io.millrace.plan.*;\n";
    Files.writeString(
        project.resolve("Prices.java"), source.replace("import module io.millrace;\n", packages));
    String onTheClassPath =
        page().commands().stream()
            .filter(command -> command.strip().endsWith(" Prices.java"))
            .findFirst()
            .orElseThrow();
    assertEquals(expected, run(inProject(onTheClassPath)));
  }

  private static String inProject(String command) {
    String core = "core/target/";
    return command.replace(core, Page.project() + "/" + core);
  }

  private static Page page() throws IOException {
    return Page.of(Page.project().resolve("docs/install.md"));
  }

  private void write(Page page, boolean asModule) throws IOException {
    for (Map.Entry<String, String> file : page.files().entrySet()) {
      if (asModule || !file.getKey().equals(MODULE)) {
        Path path = project.resolve(file.getKey());
        Files.createDirectories(path.getParent());
        Files.writeString(path, file.getValue());
      }
    }
  }

  /** Runs a block of the page. Its repository is the one of this test, which finds everybody else's in the usual one. */
  private String run(String commands) throws IOException, InterruptedException {
    String maven =
        "mvn() { '%s' -B -ntp '-Dmaven.repo.local=%s' '-Dmaven.repo.local.tail=%s' \"$@\"; }\n"
            .formatted(
                Page.project().resolve("mvnw"), installed, System.getProperty("millrace.tail"));
    String script = maven + commands.replace(USUAL_REPOSITORY, installed.toString());
    Path output = project.resolve("output.txt");
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-eu", "-c", script)
            .directory(project.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    String java = System.getProperty("java.home");
    builder.environment().put("JAVA_HOME", java);
    builder.environment().merge("PATH", java + "/bin", (path, first) -> first + ":" + path);
    Process process = builder.start();
    try {
      int exit = process.waitFor();
      String printed = Files.readString(output).strip();
      assertEquals(0, exit, printed);
      return printed;
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
