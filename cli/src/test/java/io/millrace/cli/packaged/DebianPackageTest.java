package io.millrace.cli.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.cli.packaged.Archive.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Debian package: installed into a system of its own, and removed from it. */
class DebianPackageTest {
  private static final Path DPKG = Path.of("/usr/bin/dpkg");

  @TempDir Path root;

  /* Also for those who are not root: the package has no scripts, and the system is a directory. */
  private void dpkg(String... words) throws Exception {
    String[] command =
        Stream.concat(
                Stream.of(
                    DPKG.toString(),
                    "--root=" + root,
                    "--force-not-root",
                    "--force-depends",
                    "--force-script-chrootless",
                    "--log=/dev/null"),
                Arrays.stream(words))
            .toArray(String[]::new);
    Ended ended = Archive.run(Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), root, command);
    assertEquals(0, ended.code(), ended.toString());
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.map(root::relativize)
          .filter(each -> !each.startsWith("var/lib/dpkg") && !each.toString().isEmpty())
          .toList();
    }
  }

  @Test
  void isInstalledAndRemovedWithoutATrace() throws Exception {
    assumeTrue(Files.exists(DPKG), "dpkg is not installed");
    Files.createDirectories(root.resolve("var/lib/dpkg/updates"));
    Files.createDirectories(root.resolve("var/lib/dpkg/info"));
    Files.writeString(root.resolve("var/lib/dpkg/status"), "");
    List<Path> before = files();
    dpkg("-i", Archive.file("millrace_*.deb").toString());

    Path command = root.resolve("usr/bin/millrace");
    assertEquals(Path.of("../lib/millrace/bin/millrace"), Files.readSymbolicLink(command));
    Ended version =
        Archive.run(
            Map.of("JDK_JAVA_OPTIONS", "-XX:AOTMode=on"), root, command.toString(), "--version");
    assertEquals(0, version.code(), version.toString());
    assertFalse(version.err().contains("JDK_JAVA_OPTIONS, and starts"), version.err());
    Ended run =
        Archive.run(Map.of(), root, command.toString(), "run", "--", "echo", "{}", ":::", "it");
    assertEquals("it\n", run.out(), run.toString());
    for (String file :
        List.of(
            "man/man1/millrace.1.gz",
            "man/man1/millrace-http.1.gz",
            "man/man1/millrace-run.1.gz",
            "man/man1/millrace-info.1.gz",
            "man/man1/millrace-demo.1.gz",
            "bash-completion/completions/millrace",
            "zsh/vendor-completions/_millrace",
            "fish/vendor_completions.d/millrace.fish",
            "doc/millrace/copyright",
            "doc/millrace/changelog.gz")) {
      assertTrue(Files.size(root.resolve("usr/share").resolve(file)) > 0, file);
    }
    String copyright = Files.readString(root.resolve("usr/share/doc/millrace/copyright"));
    for (String named : List.of("/usr/lib/millrace/legal/", "/usr/lib/millrace/runtime/legal/")) {
      assertTrue(copyright.contains(named), copyright);
      assertTrue(Files.isDirectory(root.resolve(named.substring(1))), named);
    }
    assertTrue(
        files().stream().allMatch(each -> each.startsWith("usr") || each.startsWith("var")),
        "something stands in another place");

    dpkg("-r", "millrace");
    assertFalse(Files.exists(root.resolve("usr/lib/millrace")));
    assertEquals(List.of(), files().stream().filter(each -> !before.contains(each)).toList());
  }

  @Test
  void withoutItsProgramItIsSaidWhatToDo() throws Exception {
    Path others = Files.createDirectory(root.resolve("programs"));
    for (String each : List.of("sh", "cat", "date", "dirname", "grep", "readlink", "sed", "tar")) {
      Path other = others.resolve(each);
      Files.writeString(other, "#!/bin/sh\nPATH=/usr/bin:/bin exec " + each + " \"$@\"\n");
      assertTrue(other.toFile().setExecutable(true));
    }
    Map<String, String> environment =
        Map.of("PATH", others.toString(), "JAVA_HOME", System.getProperty("java.home"));
    String script = Archive.PROJECT.resolve("packaging/package").toString();
    Ended ended =
        Archive.run(environment, root, script, "--output", root.resolve("out").toString(), "deb");
    assertEquals(2, ended.code(), ended.toString());
    assertEquals("", ended.out());
    assertTrue(ended.err().contains("there is no dpkg-deb"), ended.err());
    assertTrue(ended.err().contains("install the package dpkg"), ended.err());
  }
}
