package io.millrace.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.millrace.outcome.Outcome;
import io.millrace.time.TimeSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleDescriptor.Opens;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  /** The packages of core in layers, the lowest first: a package uses its own layer and lower ones. */
  private static final List<Set<String>> LAYERS =
      List.of(
          Set.of("io.millrace.base"),
          Set.of("io.millrace.signal"),
          Set.of("io.millrace.limit.spi"),
          Set.of(
              "io.millrace.plan",
              "io.millrace.outcome",
              "io.millrace.checkpoint",
              "io.millrace.checkpoint.spi"),
          Set.of("io.millrace.context", "io.millrace.time"),
          Set.of("io.millrace.limit"),
          Set.of(
              "io.millrace.engine.claim", "io.millrace.engine.thread", "io.millrace.engine.watch"),
          Set.of("io.millrace.engine.terms", "io.millrace.engine.flight"),
          Set.of("io.millrace.engine.feed", "io.millrace.engine.wait", "io.millrace.engine.out"),
          Set.of("io.millrace.engine.durable"),
          Set.of("io.millrace.engine"),
          Set.of("io.millrace"),
          Set.of(
              "io.millrace.call", "io.millrace.executor", "io.millrace.pool", "io.millrace.scope"));

  private static final Pattern SLEEP =
      Pattern.compile(
          "(\\bThread|\\bTimeUnit\\b[.\\w]*|\\b(NANO|MICRO|MILLI)?SECONDS|\\bMINUTES)"
              + "\\s*(\\.|::)\\s*sleep\\b");

  private static final Pattern PREVIEW =
      Pattern.compile("--enable-preview|<enablePreview>\\s*true");

  private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/", Pattern.DOTALL);

  /** Lines of code of a file of core, blank ones and comments not counted. */
  private static final long MOST_LINES = 350;

  /** An option is a method of a few lines, and so is an entry point. */
  private static final Set<String> LONG_LISTS = Set.of("io/millrace/Parallel.java");

  /* A channel is closed for good by an interrupt of a thread that uses it; so are streams that are made of one. */
  private static final Pattern CHANNEL =
      Pattern.compile(
          "\\b(File|Socket|ServerSocket|Datagram|SeekableByte)Channel\\b|\\bInterruptibleChannel\\b"
              + "|\\bAbstractInterruptibleChannel\\b|\\bnewByteChannel\\b|\\bChannels\\b|\\bgetChannel\\b");

  /* Where the command may use channels, with the reason why no interrupt of a worker loses anything. */
  private static final Map<String, String> CHANNELS_OF_THE_COMMAND =
      Map.of(
          "http/BodyFile.java", "an attempt opens it for itself, and ends with its interrupt",
          "http/FolderLease.java", "a lock: the thread of the command opens and closes it",
          "http/SaveFolder.java",
              "each step is done in a thread of its own, which nobody interrupts",
          "process/Child.java", "no file: it wakes the thread that waits for a program",
          "resume/UnfinishedFile.java", "the thread of the command, or that of the log, writes it",
          "run/OutputFolder.java",
              "each step is done in a thread of its own, which nobody interrupts",
          "run/PartFiles.java", "a lock: the thread of the command opens and closes it",
          "text/FileTarget.java", "the thread of the command, or that of the log, writes it",
          "text/WaitingOutput.java", "the thread of the command, or that of the log, writes to it");

  private static final Path CORE_LOCATION = coreLocation();
  private static final JavaClasses CORE = importCore();

  private static final DescribedPredicate<JavaMethodCall> BORROWED_THREADS =
      DescribedPredicate.describe(
          "take a thread of the common pool",
          call -> {
            String name = call.getName();
            boolean isOfFuture =
                call.getTargetOwner().isEquivalentTo(CompletableFuture.class)
                    && (name.equals("orTimeout")
                        || name.equals("completeOnTimeout")
                        || name.equals("delayedExecutor")
                        || (name.endsWith("Async")
                            && call.getTarget().getRawParameterTypes().stream()
                                .noneMatch(type -> type.isEquivalentTo(Executor.class))));
            return isOfFuture || name.equals("onExit") || name.equals("commonPool");
          });
  private static final ModuleDescriptor MODULE =
      ModuleFinder.of(CORE_LOCATION).find("io.millrace").orElseThrow().descriptor();

  @Test
  void lowerPackagesNeverUseUpperOnes() {
    for (int layer = 0; layer < LAYERS.size() - 1; layer++) {
      noClasses()
          .that()
          .resideInAnyPackage(names(LAYERS.subList(layer, layer + 1)))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(names(LAYERS.subList(layer + 1, LAYERS.size())))
          .because("values know nothing of the engine, and the engine nothing of its callers")
          .check(CORE);
    }
  }

  @Test
  void everyPackageHasItsLayer() {
    classes()
        .should()
        .resideInAnyPackage(names(LAYERS))
        .because("a package without a layer would escape the rule about arrows")
        .check(CORE);
  }

  @Test
  void packagesDoNotUseEachOther() {
    slices()
        .assignedFrom(new ByPackage())
        .should()
        .beFreeOfCycles()
        .because("of two packages in a cycle neither can be read or changed alone")
        .check(CORE);
  }

  @Test
  void coreDependsOnTheJdkOnly() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("io.millrace..", "java..", "jdk.jfr..", "org.jspecify..")
        .because("whoever adds core to a program adds nothing else")
        .check(CORE);
  }

  @Test
  void coreRequiresModulesOfTheJdkOnly() {
    var others =
        MODULE.requires().stream()
            .filter(requires -> !requires.modifiers().contains(Requires.Modifier.STATIC))
            .map(Requires::name)
            .filter(name -> !name.startsWith("java.") && !name.equals("jdk.jfr"))
            .toList();
    assertEquals(List.of(), others, "modules that core needs at run time");
  }

  @Test
  @DisplayName("E11: a timer is cancelled where what that throws is survived")
  void timersAreCancelledQuietly() {
    noClasses()
        .should()
        .callMethod(TimeSource.Timer.class, "cancel")
        .because("clocks are code of others: use Quietly.cancel(timer::cancel)")
        .check(CORE);
  }

  @Test
  @DisplayName("E6: core does not use the common pool, nor what of the JDK ends in it")
  void coreLeavesTheCommonPoolAlone() {
    noClasses()
        .should()
        .callMethodWhere(BORROWED_THREADS)
        .because("the program may fill that pool, and what has a time would be late")
        .check(CORE);
  }

  @Test
  void coreNeverWritesToTheStandardStreams() {
    noClasses()
        .should(ACCESS_STANDARD_STREAMS)
        .because("the streams belong to the program; a library reports through listeners")
        .check(CORE);
  }

  @Test
  void theEngineIsHidden() {
    var visible = new TreeSet<String>();
    MODULE.exports().stream().map(Exports::source).forEach(visible::add);
    MODULE.opens().stream().map(Opens::source).forEach(visible::add);
    visible.removeIf(name -> !name.startsWith("io.millrace.engine"));
    assertEquals(Set.of(), visible, "packages of the engine that others can see");
  }

  @Test
  void everyPackageIsNullMarked() throws ClassNotFoundException {
    for (String name : MODULE.packages()) {
      assertTrue(
          Class.forName(name + ".package-info").isAnnotationPresent(NullMarked.class),
          name + " has no @NullMarked, so NullAway does not look at it");
    }
  }

  @Test
  void publicTypesAreThoseOnTheList() throws IOException {
    var exported = exportedToAll();
    var actual =
        CORE.stream()
            .filter(type -> exported.contains(type.getPackageName()) && isVisible(type))
            .map(type -> type.getName().replace('$', '.'))
            .collect(toCollection(TreeSet::new));
    Path list = project().resolve("tests/src/test/resources/public-types.txt");
    Path found = project().resolve("tests/target/public-types.txt");
    Files.createDirectories(found.getParent());
    Files.write(found, actual);

    var listed = new TreeSet<>(Files.readAllLines(list));
    var difference = new TreeSet<String>();
    actual.stream().filter(type -> !listed.contains(type)).forEach(t -> difference.add("+ " + t));
    listed.stream().filter(type -> !actual.contains(type)).forEach(t -> difference.add("- " + t));
    assertEquals(
        Set.of(),
        difference,
        () ->
            "the public types differ from the list (+ is new, - is gone). If that is meant:\n"
                + "  cp tests/target/public-types.txt tests/src/test/resources/public-types.txt\n"
                + String.join("\n", difference)
                + "\n");
  }

  @Test
  void publicSignaturesShowNoHiddenType() {
    var exported = exportedToAll();
    var hidden = new TreeSet<String>();
    CORE.stream()
        .filter(type -> exported.contains(type.getPackageName()) && isVisible(type))
        .flatMap(type -> type.getMembers().stream())
        .filter(member -> isVisible(member.getModifiers()))
        .forEach(
            member ->
                member.getAllInvolvedRawTypes().stream()
                    .map(JavaClass::getBaseComponentType)
                    .filter(used -> used.getPackageName().startsWith("io.millrace"))
                    .filter(used -> !exported.contains(used.getPackageName()) || !isVisible(used))
                    .forEach(
                        used -> hidden.add(member.getFullName() + " shows " + used.getName())));
    assertEquals(Set.of(), hidden, "a caller cannot name these types");
  }

  @Test
  void noTestSleeps() throws IOException {
    assertEquals(
        List.of(),
        linesWith(SLEEP, "glob:**/src/test/**.java"),
        "a test that sleeps is slow or flaky: use ManualClock for time, Sequence for order");
  }

  @DisplayName(
      "C16: the command uses channels, which interrupts close, only where that loses nothing")
  @Test
  void workersOfTheCommandUseNoChannels() throws IOException {
    String sources = "cli/src/main/java/io/millrace/cli/";
    Set<String> users =
        linesWith(CHANNEL, "glob:**/" + sources + "**.java").stream()
            .map(line -> line.substring(sources.length(), line.indexOf(": ")))
            .collect(toCollection(TreeSet::new));
    assertEquals(
        new TreeSet<>(CHANNELS_OF_THE_COMMAND.keySet()),
        users,
        "an interrupt of a worker closes its channel: use streams that are not made of one (RandomAccessFile,"
            + " Files.newOutputStream) or a thread of its own, or say here why nothing is lost");
  }

  @Test
  void filesAreShort() throws IOException {
    Path core = project().resolve("core/src/main/java");
    Map<String, Long> tooLong = new TreeMap<>();
    try (Stream<Path> files = Files.walk(core)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        long lines = linesOfCode(Files.readString(file));
        String name = core.relativize(file).toString();
        if (lines > MOST_LINES && !LONG_LISTS.contains(name)) {
          tooLong.put(name, lines);
        }
      }
    }
    assertEquals(
        Map.of(),
        tooLong,
        "lines of code, at most "
            + MOST_LINES
            + ": move methods that belong together into a class of their own, with their fields");
  }

  @Test
  void linesOfCodeAreCounted() {
    assertEquals(
        3,
        linesOfCode(
            """
            /** A type. */
            class A { // with a remark

              /*
               * Not counted.
               */
              int a = 1; /* nor this */
              // nor that
            }
            """));
  }

  @Test
  void noPreviewFeatureIsEnabled() throws IOException {
    assertEquals(
        List.of(),
        linesWith(PREVIEW, "glob:**/{pom.xml,*.config}"),
        "preview features change or vanish, and bind every user to one release of the JDK");
  }

  private static List<String> exportedToAll() {
    return MODULE.exports().stream()
        .filter(exports -> !exports.isQualified())
        .map(Exports::source)
        .toList();
  }

  private static String[] names(List<Set<String>> layers) {
    return layers.stream().flatMap(Set::stream).toArray(String[]::new);
  }

  private static boolean isVisible(JavaClass type) {
    return isVisible(type.getModifiers())
        && type.getEnclosingClass().map(ArchitectureTest::isVisible).orElse(true);
  }

  private static boolean isVisible(Set<JavaModifier> modifiers) {
    return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
  }

  private static long linesOfCode(String file) {
    return COMMENT
        .matcher(file)
        .replaceAll("")
        .lines()
        .filter(line -> !line.isBlank() && !line.strip().startsWith("//"))
        .count();
  }

  private static List<String> linesWith(Pattern pattern, String glob) throws IOException {
    Path project = project();
    var matcher = project.getFileSystem().getPathMatcher(glob);
    try (Stream<Path> files = Files.walk(project)) {
      return files
          .filter(file -> matcher.matches(file) && Files.isRegularFile(file))
          .filter(file -> !project.relativize(file).toString().contains("target/"))
          .flatMap(file -> matches(pattern, file))
          .sorted()
          .toList();
    }
  }

  private static Stream<String> matches(Pattern pattern, Path file) {
    try {
      return pattern
          .matcher(Files.readString(file))
          .results()
          .map(result -> project().relativize(file) + ": " + result.group())
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The project's directory, wherever the test was started in it. */
  static Path project() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("mvnw"))) {
      directory = directory.getParent();
    }
    return directory;
  }

  private static Path coreLocation() {
    try {
      return Path.of(Outcome.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JavaClasses importCore() {
    var importer = new ClassFileImporter();
    if (Files.isDirectory(CORE_LOCATION)) {
      return importer.importPath(CORE_LOCATION);
    }
    try (var jar = new JarFile(CORE_LOCATION.toFile())) {
      return importer.importJar(jar);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class ByPackage implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      return SliceIdentifier.of(type.getPackageName());
    }

    @Override
    public String getDescription() {
      return "packages";
    }
  }
}
