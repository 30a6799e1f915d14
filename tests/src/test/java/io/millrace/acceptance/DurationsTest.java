package io.millrace.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.millrace.Parallel;
import io.millrace.process.ProcessPool;
import io.millrace.testkit.ManualClock;
import java.io.IOException;
import java.lang.reflect.Executable;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every parameter of type {@code Duration}, and every pair of a {@code long} and a {@code TimeUnit}, of every public method of every
 * module gets durations that are hard to count in nanoseconds. What comes of it is then used.
 */
class DurationsTest {
  private static final List<Duration> VALID =
      List.of(
          Duration.ofNanos(1),
          Duration.ofNanos(Long.MAX_VALUE),
          Duration.ofNanos(Long.MAX_VALUE).plusNanos(1),
          Duration.ofMillis(Long.MAX_VALUE),
          ChronoUnit.FOREVER.getDuration());

  /* Zero is valid for some. */
  private static final List<Duration> DOUBTFUL =
      List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(Long.MIN_VALUE));

  private static List<Executable> members() {
    return Stream.of(Parallel.class, ProcessPool.class, ManualClock.class)
        .flatMap(type -> classesBeside(type).stream())
        .filter(DurationsTest::isExported)
        .map(JavaClass::reflect)
        .filter(DurationsTest::isPublic)
        .flatMap(
            type ->
                Stream.concat(
                    Stream.of(type.getDeclaredConstructors()),
                    Stream.of(type.getDeclaredMethods())))
        .filter(member -> Modifier.isPublic(member.getModifiers()) && !member.isSynthetic())
        .filter(member -> !DurationCalls.durations(member).isEmpty())
        .toList();
  }

  /** The classes of the same directory or archive. */
  private static JavaClasses classesBeside(Class<?> type) {
    try {
      Path location = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
      return Files.isDirectory(location)
          ? new ClassFileImporter().importPath(location)
          : new ClassFileImporter().importJar(new JarFile(location.toFile()));
    } catch (URISyntaxException | IOException unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  private static boolean isExported(JavaClass type) {
    String name = type.getPackageName();
    return !name.matches(
        "io\\.millrace\\.(base|engine|process\\.wire|process\\.worker|testkit\\.contract|testkit\\.hostile).*");
  }

  private static boolean isPublic(Class<?> type) {
    return Modifier.isPublic(type.getModifiers())
        && (type.getEnclosingClass() == null || isPublic(type.getEnclosingClass()));
  }

  @Test
  void thereAreSuchMembersInEveryModule() {
    Map<String, Integer> least =
        Map.of("io.millrace.process", 3, "io.millrace.testkit", 3, "io.millrace", 6);
    least.forEach(
        (name, count) ->
            assertTrue(
                members().stream()
                        .filter(m -> m.getDeclaringClass().getPackageName().equals(name))
                        .count()
                    >= count,
                name));
  }

  @TestFactory
  @DisplayName(
      "P4: every parameter that is a duration takes any up to FOREVER, or refuses it by name")
  Stream<DynamicTest> everyDurationMayBeLong() {
    return members().stream()
        .flatMap(
            member ->
                DurationCalls.durations(member).stream()
                    .map(
                        index ->
                            DynamicTest.dynamicTest(
                                name(member, index), () -> tryOut(member, index))));
  }

  private static String name(Executable member, int index) {
    return "P4: "
        + member.getDeclaringClass().getSimpleName()
        + "."
        + member.getName()
        + ", parameter "
        + index;
  }

  /* A virtual clock has to count all that it was moved by. */
  private static boolean isAdvance(Executable member) {
    return member.getDeclaringClass() == ManualClock.class && member.getName().equals("advance");
  }

  private static void tryOut(Executable member, int index) throws Exception {
    List<String> wrong = new ArrayList<>();
    for (Duration duration : VALID) {
      DurationCalls.Outcome outcome = DurationCalls.of(member, index, duration);
      if (!outcome.isFine() && !(isAdvance(member) && outcome.refusesBy(duration))) {
        wrong.add(duration + ": " + outcome.error());
      }
    }
    for (Duration duration : DOUBTFUL) {
      DurationCalls.Outcome outcome = DurationCalls.of(member, index, duration);
      if (!outcome.isFine() && !outcome.refusesBy(duration)) {
        wrong.add(duration + ": " + outcome.error());
      }
    }
    assertEquals(List.of(), wrong);
  }
}
