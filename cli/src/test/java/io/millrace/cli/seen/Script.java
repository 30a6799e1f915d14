package io.millrace.cli.seen;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The command as people call it, in a folder of its own. */
final class Script {
  private Script() {}

  /** Makes {@code ./millrace} there. */
  static void in(Path folder) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classes =
        Stream.of(System.getProperty("java.class.path").split(":"))
            .map(each -> Path.of(each).toAbsolutePath().toString())
            .collect(Collectors.joining(":"));
    Path script = folder.resolve("millrace");
    Files.writeString(
        script,
        "#!/bin/sh\nexec '"
            + java
            + "' -Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -Dmillrace.command=./millrace"
            + " --enable-native-access=ALL-UNNAMED -cp '"
            + classes
            + "' io.millrace.cli.Main \"$@\"\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
  }
}
