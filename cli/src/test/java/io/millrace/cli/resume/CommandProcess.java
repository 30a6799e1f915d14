package io.millrace.cli.resume;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command in a process of its own, in a folder, started by a script there as users do. */
record CommandProcess(Path folder, Process process) {
  private static final int PATIENCE_SECONDS = 60;
  private static final String SCRIPT = "millrace";

  /** Writes the script. */
  static void install(Path folder) throws IOException {
    Path script = folder.resolve(SCRIPT);
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Files.writeString(
        script,
        "#!/bin/sh\nexec '"
            + java
            + "' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto --enable-native-access=ALL-UNNAMED -Dmillrace.command=\"$0\" -cp '"
            + System.getProperty("java.class.path")
            + "' io.millrace.cli.Main \"$@\"\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
  }

  /** Starts a command of a shell in that folder; what it prints goes to the files out and err. */
  static CommandProcess shell(Path folder, String command) throws IOException {
    return new CommandProcess(
        folder,
        new ProcessBuilder("sh", "-c", command)
            .directory(folder.toFile())
            .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(folder.resolve("out").toFile())
            .redirectError(folder.resolve("err").toFile())
            .start());
  }

  /** Starts it with arguments. */
  static CommandProcess millrace(Path folder, String... arguments) throws IOException {
    List<String> words = new ArrayList<>(List.of("exec", "./" + SCRIPT));
    for (String argument : arguments) {
      words.add("'" + argument + "'");
    }
    return shell(folder, String.join(" ", words));
  }

  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid()).start().waitFor();
  }

  int exitCode() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("it still runs");
    }
    return process.exitValue();
  }

  String err() throws IOException {
    return read("err");
  }

  /** The same where nothing may be thrown. */
  String errors() {
    try {
      return err();
    } catch (IOException unreadable) {
      return String.valueOf(unreadable.getMessage());
    }
  }

  String read(String file) throws IOException {
    return Files.readString(folder.resolve(file), StandardCharsets.UTF_8);
  }
}
