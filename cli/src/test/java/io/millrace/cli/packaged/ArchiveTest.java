package io.millrace.cli.packaged;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.millrace.cli.Loopback;
import io.millrace.cli.ServerKeys;
import io.millrace.cli.packaged.Archive.Ended;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The archive, unpacked into a directory with spaces, and run with nothing around it. */
class ArchiveTest {
  private static final Map<String, String> NOTHING = Map.of();

  /** Java ends when it cannot use the cache, instead of starting more slowly. */
  private static final Map<String, String> CACHE_ONLY =
      Map.of("JDK_JAVA_OPTIONS", "-XX:AOTMode=on");

  @TempDir static Path folder;
  private static Archive archive = new Archive(Path.of(""));

  @TempDir Path work;

  @BeforeAll
  static void unpack() throws Exception {
    archive = Archive.unpack(Files.createDirectory(folder.resolve("a place with spaces")));
  }

  private Ended millrace(Map<String, String> environment, String... args) throws Exception {
    return Archive.run(
        environment,
        work,
        Stream.concat(Stream.of(archive.command().toString()), Arrays.stream(args))
            .toArray(String[]::new));
  }

  private Ended millrace(String... args) throws Exception {
    Ended ended = millrace(NOTHING, args);
    assertEquals(0, ended.code(), ended.toString());
    return ended;
  }

  @Test
  void runsWithoutAnythingAroundIt() throws Exception {
    Ended version = millrace("--version");
    assertTrue(version.out().matches("millrace \\d+\\.\\d+\\.\\d+\\S*\\R"), version.out());
    assertEquals("", version.err());
    Map<String, String> nothingOnPath = Map.of("PATH", "/nowhere", "JAVA_HOME", "/nowhere");
    assertEquals(version, millrace(nothingOnPath, "--version"));
  }

  @Test
  void runsByALinkFromAnyDirectory() throws Exception {
    Path links = Files.createDirectory(folder.resolve("links"));
    Path link = Files.createSymbolicLink(links.resolve("link"), archive.command());
    Path second = Files.createSymbolicLink(links.resolve("second"), Path.of("link"));
    for (String command : List.of(link.toString(), second.toString(), "./link", "./second")) {
      Ended ended = Archive.run(NOTHING, links, command, "--version");
      assertEquals(0, ended.code(), command + ended);
    }
    Ended relative =
        Archive.run(NOTHING, archive.home().resolve("bin"), "sh", "-c", "./millrace --version");
    assertEquals(0, relative.code(), relative.toString());
    Ended said =
        Archive.run(
            NOTHING, links, "./link", "run", "--checkpoint", "c", "--", "false", ":::", "1");
    assertEquals(1, said.code(), said.toString());
    assertTrue(said.err().contains("./link run --checkpoint c"), said.err());
    Ended closed = Archive.run(NOTHING, links, "sh", "-c", "exec ./link run -- echo <&-");
    assertEquals(1, closed.code(), closed.toString());
    assertEquals("", closed.out());
  }

  @DisplayName("C10: commands have the limit of open files that was given")
  @Test
  void handsOnTheLimitOfOpenFiles() throws Exception {
    Ended ended =
        Archive.run(
            CACHE_ONLY,
            work,
            "sh",
            "-c",
            "ulimit -Sn 200; exec \"$0\" run -- sh -c 'ulimit -Sn' sh ::: 1",
            archive.command().toString());
    assertEquals("200\n", ended.out(), ended.toString());
  }

  @DisplayName("C6: what the JVM says at SIGQUIT does not stand among what commands print")
  @Test
  void saysNothingOnStandardOutput() throws Exception {
    // the command waits until the JVM has said it
    String item =
        "kill -QUIT $PPID; n=0; until grep -qs 'Full thread dump' out err || [ $n -ge 600 ]; do n=$((n+1)); sleep 0.1; done; echo $n";
    Ended ended =
        Archive.run(
            NOTHING,
            work,
            "sh",
            "-c",
            "\"$0\" run -- sh -c \"$1\" sh ::: 1 >out 2>err",
            archive.command().toString(),
            item);
    assertEquals(0, ended.code(), ended.toString());
    assertTrue(Files.readString(work.resolve("out")).matches("\\d{1,3}\n"));
    assertTrue(Files.readString(work.resolve("err")).contains("Full thread dump"));
  }

  @Test
  void refusesADirectoryThatJavaCannotName() throws Exception {
    Path colon = Files.createDirectory(work.resolve("a:b"));
    Path bin = Files.createDirectory(colon.resolve("bin"));
    Path copy = Files.copy(archive.command(), bin.resolve("millrace"));
    Ended ended = Archive.run(NOTHING, work, copy.toString(), "--version");
    assertEquals(2, ended.code());
    assertTrue(ended.err().contains("a:b' has a colon in it"), ended.err());
  }

  @Test
  void runsInADirectoryWithOtherCharactersInAnyLocale() throws Exception {
    // made and removed by a shell: the locale of this test may not be able to name it
    String make = "d=$(printf 'caf\\303\\251') && cp -al \"$0\" $d";
    try {
      Archive.run(NOTHING, work, "sh", "-c", make, archive.home().toString());
      for (String locale : List.of("C", "C.UTF-8")) {
        Ended runs =
            Archive.run(
                Map.of("LC_ALL", locale), work, "sh", "-c", "exec ./caf*/bin/millrace --version");
        assertEquals(0, runs.code(), runs.toString());
      }
    } finally {
      Archive.run(NOTHING, work, "sh", "-c", "rm -rf ./caf*");
    }
  }

  @DisplayName("C2: bytes of options go through without a locale, and commands get none")
  @Test
  void withoutALocale() throws Exception {
    String run =
        "exec \"$0\" run --quiet --env \"X=$(printf '\\303\\274'){}\" --output-dir $(printf 'd\\303\\274')"
            + " -- sh -c 'printf %s, \"$X\" \"${LC_ALL-none}\" | od -An -c' ::: a";
    Ended ended = Archive.run(NOTHING, work, "sh", "-c", run, archive.command().toString());
    assertEquals(0, ended.code(), ended.toString());
    Ended said = Archive.run(NOTHING, work, "sh", "-c", "cat ./d*/1.out");
    assertEquals(" 303 274   a   ,   n   o   n   e   ,\n", said.out());
  }

  @Test
  void theCacheIsUsedWhereverTheArchiveIs() throws Exception {
    Ended ended = millrace(CACHE_ONLY, "--version");
    assertEquals(0, ended.code(), ended.toString());
    assertFalse(ended.err().contains("JDK_JAVA_OPTIONS, and starts"), ended.err());
    Path drivers = archive.home().resolve("lib/drivers");
    Path driver = Files.copy(archive.jars().getLast(), drivers.resolve("driver.jar"));
    try {
      Ended withDriver = millrace(CACHE_ONLY, "--version");
      assertEquals(0, withDriver.code(), withDriver.toString());
      assertFalse(withDriver.err().contains("JDK_JAVA_OPTIONS, and starts"), withDriver.err());
    } finally {
      Files.delete(driver);
    }
  }

  @Test
  void theCacheHasAlmostAllThatIsLoaded() throws Exception {
    Path loaded = work.resolve("loaded");
    String jars = archive.jars().stream().map(Path::toString).collect(Collectors.joining(":"));
    Ended ended =
        Archive.run(
            NOTHING,
            work,
            archive.java().toString(),
            "-XX:AOTCache=" + archive.home().resolve("lib/millrace.aot"),
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "-Xlog:class+load:file=" + loaded,
            "-cp",
            jars,
            "io.millrace.cli.Main",
            "http",
            "--help");
    assertEquals(0, ended.code(), ended.toString());
    List<String> fromJars =
        Files.readAllLines(loaded).stream().filter(line -> line.contains("source: file:")).toList();
    assertTrue(fromJars.size() < 20, fromJars.toString());
  }

  @Test
  void runsQuietlyWithoutItsCache() throws Exception {
    Path cache = archive.home().resolve("lib/millrace.aot");
    Path aside = archive.home().resolve("lib/aside");
    Files.move(cache, aside);
    try {
      assertEquals("", millrace("--version").err());
      Files.writeString(cache, "no cache");
      assertEquals("", millrace("--version").err());
    } finally {
      Files.move(aside, cache, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  @Test
  void runsQuietlyWhereACopyHasLostTheDates() throws Exception {
    Path jar = archive.jars().getLast();
    FileTime date = Files.getLastModifiedTime(jar);
    Files.setLastModifiedTime(jar, FileTime.from(date.toInstant().plusSeconds(1)));
    try {
      assertEquals("", millrace("--version").err());
    } finally {
      Files.setLastModifiedTime(jar, date);
    }
  }

  private static JsonNode line(Ended ended) {
    return JsonMapper.shared().readTree(ended.out());
  }

  @Test
  void requestsAndReads() throws Exception {
    String text = "\u30c6\u30b9\u30c8";
    try (Loopback server = Loopback.start()) {
      server.on(
          "/",
          (exchange, number) -> {
            exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=Shift_JIS");
            byte[] bytes = text.getBytes(Charset.forName("Shift_JIS"));
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
          });
      Ended ended = millrace("http", "--ui", "--report", "page.html", server.url("/"));
      assertEquals(text, line(ended).get("body").stringValue());
      assertTrue(ended.err().contains("http://127.0.0.1:"), ended.err());
      assertTrue(Files.size(work.resolve("page.html")) > 10_000, "the page");
    }
  }

  @Test
  void trustsWhomItIsToldToTrust() throws Exception {
    ServerKeys keys = ServerKeys.make(work);
    Path certificate = Files.writeString(work.resolve("ca.pem"), keys.pem());
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0);
    HttpsServer server = HttpsServer.create(anyPort, 0);
    server.setHttpsConfigurator(new HttpsConfigurator(keys.context()));
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
    try {
      String url = "https://127.0.0.1:" + server.getAddress().getPort() + "/";
      Ended trusted = millrace("http", "--cacert", certificate.toString(), url);
      assertEquals(204, line(trusted).get("status").intValue());
      Ended unknown = millrace(NOTHING, "http", url);
      assertEquals(1, unknown.code());
      // there are authorities, but none that has signed this
      assertTrue(unknown.out().contains("certificate"), unknown.out());
      assertFalse(unknown.out().contains("trustAnchors"), unknown.out());
    } finally {
      server.stop(0);
    }
  }

  @DisplayName("nothing that only this system trusts is trusted elsewhere")
  @Test
  void trustsNoAuthorityOfThisSystem() throws Exception {
    Path file = archive.home().resolve("runtime/lib/security/cacerts");
    KeyStore store = KeyStore.getInstance(file.toFile(), (char[]) null);
    assertTrue(store.size() > 50, store.size() + " certificates");
    Path local = Path.of("/usr/local/share/ca-certificates");
    if (Files.isDirectory(local)) {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      try (Stream<Path> all = Files.walk(local)) {
        for (Path each : all.filter(path -> path.toString().endsWith(".crt")).toList()) {
          try (InputStream in = Files.newInputStream(each)) {
            for (Certificate certificate : factory.generateCertificates(in)) {
              assertNull(store.getCertificateAlias(certificate), each.toString());
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"-XX:+UseG1GC", "--add-modules java.desktop", "-javaagent:/nowhere/agent.jar"})
  void startsWithoutOptionsThatAreNotForItsJava(String options) throws Exception {
    Map<String, String> environment = Map.of("JDK_JAVA_OPTIONS", options);
    Ended ended = millrace(environment, "run", "--quiet", "--", "echo", "{}", ":::", "it");
    assertEquals(0, ended.code(), ended.toString());
    assertEquals("it\n", ended.out(), ended.toString());
    assertEquals(
        "millrace: its own Java does not take JDK_JAVA_OPTIONS, and starts without\n", ended.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS"})
  void startsWithASmallHeap(String variable) throws Exception {
    Ended taken = millrace(Map.of(variable, "-Xmx40m"), "--version");
    assertEquals(0, taken.code(), taken.toString());
    assertFalse(taken.err().contains("starts without"), taken.err());
  }

  @Test
  void goesOnWithACheckpointAndLeavesNothingElsewhere() throws Exception {
    Path temporary = Files.createDirectory(work.resolve("temporary"));
    Map<String, String> environment = Map.of("JDK_JAVA_OPTIONS", "-Djava.io.tmpdir=" + temporary);
    String[] words = {"run", "--checkpoint", "c", "--quiet", "--", "echo", "{}", ":::", "1", "2"};
    for (int time = 0; time < 2; time++) {
      Ended ended = millrace(environment, words);
      assertEquals(0, ended.code(), ended.toString());
      assertEquals(List.of("1", "2"), ended.out().lines().sorted().toList());
    }
    Ended info = millrace(environment, "info", "--json", "c");
    assertEquals(2, line(info).get("succeeded").intValue(), info.out());
    try (Stream<Path> left = Files.list(temporary)) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void theDemoNeedsNothingElse() throws Exception {
    Ended demo = millrace("demo");
    assertTrue(demo.out().contains("nothing in the checkpoint was paid twice"), demo.out());
  }

  @DisplayName("the Java runtime has every module that a jar uses")
  @Test
  void nothingIsMissingOfJava() throws Exception {
    Ended list = Archive.run(NOTHING, work, archive.java().toString(), "--list-modules");
    Set<String> modules =
        list.out().lines().map(line -> line.split("@", 2)[0]).collect(Collectors.toSet());
    ToolProvider jdeps = ToolProvider.findFirst("jdeps").orElseThrow();
    StringWriter used = new StringWriter();
    List<String> args =
        new ArrayList<>(List.of("--multi-release", "25", "--ignore-missing-deps", "-summary"));
    for (Path jar : archive.jars()) {
      args.add(withoutModule(jar).toString());
    }
    PrintWriter printed = new PrintWriter(used);
    assertEquals(0, jdeps.run(printed, printed, args.toArray(String[]::new)), used::toString);
    // as millrace-cli.jar -> java.base
    Set<String> needed =
        used.toString()
            .lines()
            .map(line -> line.split(" -> ", 2)[1].strip())
            .filter(name -> name.matches("(java|jdk)\\.[a-z.]+"))
            .collect(Collectors.toSet());
    assertTrue(needed.contains("jdk.httpserver"), used.toString());
    needed.removeAll(modules);
    assertEquals(Set.of(), needed);
  }

  /* Not all modules that a library asks for are there: some of it is not used. */
  private Path withoutModule(Path jar) throws IOException {
    Path copy = work.resolve(jar.getFileName());
    try (ZipFile from = new ZipFile(jar.toFile());
        ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(copy))) {
      for (ZipEntry entry : Collections.list(from.entries())) {
        if (!entry.getName().endsWith("module-info.class")) {
          to.putNextEntry(new ZipEntry(entry.getName()));
          to.write(from.getInputStream(entry).readAllBytes());
          to.closeEntry();
        }
      }
    }
    return copy;
  }

  @Test
  void filesCanBeReadByAllAndChangedByTheirOwner() throws IOException {
    try (Stream<Path> all = Files.walk(archive.home())) {
      assertAll(all.map(file -> () -> assertPlain(file)));
    }
    assertTrue(Files.isExecutable(archive.command()) && Files.isExecutable(archive.java()));
  }

  private static void assertPlain(Path file) throws IOException {
    if (Files.isSymbolicLink(file)) {
      assertFalse(Files.readSymbolicLink(file).isAbsolute(), file.toString());
      assertTrue(Files.exists(file), file.toString());
      return;
    }
    assertTrue(
        Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.isDirectory(file),
        file.toString());
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
    assertTrue(permissions.contains(PosixFilePermission.OTHERS_READ), file.toString());
    assertFalse(permissions.contains(PosixFilePermission.GROUP_WRITE), file.toString());
    assertFalse(permissions.contains(PosixFilePermission.OTHERS_WRITE), file.toString());
  }

  @Test
  void everyLibraryHasItsNotice() throws IOException {
    String notice = Files.readString(archive.home().resolve("NOTICE"));
    assertTrue(Files.readString(archive.home().resolve("LICENSE")).contains("Apache License"));
    assertTrue(Files.isDirectory(archive.home().resolve("runtime/legal/java.base")));
    for (Path jar : archive.jars()) {
      String name = jar.getFileName().toString();
      boolean isOwn = name.startsWith("millrace-");
      assertTrue(isOwn || notice.contains(name), name);
    }
    Path spark = archive.home().resolve("lib/spark");
    assertTrue(Files.isRegularFile(spark.resolve("millrace-cli-spark.jar")));
    try (Stream<Path> jars = Files.list(spark)) {
      for (String name : jars.map(each -> each.getFileName().toString()).toList()) {
        assertTrue(name.startsWith("millrace-") || notice.contains(name), name);
      }
    }
    // the others have no texts of their own in their jars: LICENSE is that of Apache
    for (String each : List.of("slf4j-api", "sqlite-jdbc", "uplot", "jackson-core")) {
      assertTrue(Files.isDirectory(archive.home().resolve("legal").resolve(each)), each);
    }
    Path mozilla = archive.home().resolve("legal/httpclient5/MPL-2.0");
    assertTrue(Files.readString(mozilla).contains("Mozilla Public License"));
    assertTrue(Files.isRegularFile(archive.home().resolve("runtime/legal/release")), "its release");
  }

  @Test
  void theManualAndTheCompletionsAreThere() {
    Path share = archive.home().resolve("share");
    for (String file :
        List.of(
            "man/man1/millrace.1",
            "man/man1/millrace-http.1",
            "bash-completion/completions/millrace",
            "zsh/site-functions/_millrace",
            "fish/vendor_completions.d/millrace.fish")) {
      assertTrue(Files.isRegularFile(share.resolve(file)), file);
    }
  }
}
