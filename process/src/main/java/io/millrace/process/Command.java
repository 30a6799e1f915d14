package io.millrace.process;

import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How to start a JVM that runs the same code as this one. */
final class Command {
  private static final String MODULE = "io.millrace.process";
  private static final String MAIN = MODULE + ".worker.Main";

  private Command() {}

  /**
   * The command line. All arguments are in a file: they may be long, and are nobody else's business.
   *
   * @param arguments where that file is to be
   */
  static List<String> write(Settings settings, Path arguments) throws IOException {
    Charset charset = Charset.forName(System.getProperty("native.encoding", "UTF-8"));
    Files.write(arguments, arguments(settings).map(Command::quoted).toList(), charset);
    return List.of(java().toString(), "@" + arguments);
  }

  private static Path java() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  private static Stream<String> arguments(Settings settings) {
    List<String> all = new ArrayList<>();
    // Standard output is the task's: what the JVM itself says goes to standard error.
    all.add("-XX:+DisplayVMOutputToStderr");
    all.add("-XX:+ExitOnOutOfMemoryError");
    all.add("-XX:-CreateCoredumpOnCrash");
    addClasses(all);
    if (settings.memoryLimit != null) {
      all.add("-Xmx" + settings.memoryLimit);
    }
    all.addAll(settings.jvmOptions);
    if (isModular()) {
      all.addAll(List.of("-m", MODULE + "/" + MAIN));
    } else {
      all.add(MAIN);
    }
    return all.stream();
  }

  private static boolean isModular() {
    return Command.class.getModule().isNamed();
  }

  private static void addClasses(List<String> all) {
    String classPath = absolute(System.getProperty("java.class.path", ""));
    if (!classPath.isEmpty()) {
      all.addAll(List.of("-cp", classPath));
    }
    String modulePath = absolute(System.getProperty("jdk.module.path", ""));
    if (!modulePath.isEmpty()) {
      all.addAll(List.of("-p", modulePath, "--add-modules", modules()));
    }
  }

  private static String modules() {
    return ModuleLayer.boot().modules().stream()
        .map(Module::getName)
        .sorted()
        .collect(Collectors.joining(","));
  }

  /* Workers may have another working directory. */
  private static String absolute(String path) {
    if (path.isEmpty()) {
      return path;
    }
    return Arrays.stream(path.split(File.pathSeparator, -1))
        .map(each -> Path.of(each).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String quoted(String argument) {
    return '"'
        + argument
            .replace("\\", "\\\\")
            .replace("\"", "\\\"")
            .replace("\n", "\\n")
            .replace("\r", "\\r")
        + '"';
  }
}
