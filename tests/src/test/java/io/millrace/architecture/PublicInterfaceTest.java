package io.millrace.architecture;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What users can see, line by line, beside what was agreed: {@code api} has both. */
class PublicInterfaceTest {

  @DisplayName("L7: the public interface changes on purpose only")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void isWhatWasAgreed(Library library) throws IOException {
    Path project = ArchitectureTest.project();
    Path found = Files.createDirectories(project.resolve("tests/target/api"));
    String name = library.name().toLowerCase(Locale.ROOT);
    List<String> actual = lines(library);
    Files.write(found.resolve(name + ".txt"), actual);
    Files.write(found.resolve(name + ".jar"), Skeletons.jar(library.classes()));

    Path agreed = project.resolve("api").resolve(name + ".txt");
    List<String> difference = difference(Files.readAllLines(agreed), actual);
    assertTrue(
        difference.isEmpty(),
        () ->
            "the public interface differs from api/%s.txt (+ is new, - is gone). If that is meant:\n  cp tests/target/api/*.txt api/\n%s\n"
                .formatted(name, String.join("\n", difference)));
  }

  private static List<String> difference(List<String> agreed, List<String> actual) {
    List<String> difference = new ArrayList<>();
    var gone = new TreeSet<>(agreed);
    actual.forEach(gone::remove);
    gone.forEach(line -> difference.add("- " + line));
    var added = new TreeSet<>(actual);
    agreed.forEach(added::remove);
    added.forEach(line -> difference.add("+ " + line));
    return difference;
  }

  private static List<String> lines(Library library) {
    List<String> lines = new ArrayList<>();
    for (Class<?> type : library.types()) {
      lines.add(headOf(type));
      Stream.of(type.getDeclaredFields(), type.getDeclaredConstructors(), type.getDeclaredMethods())
          .flatMap(Stream::of)
          .filter(PublicInterfaceTest::isVisible)
          .map(PublicInterfaceTest::lineOf)
          .sorted()
          .forEach(lines::add);
    }
    return lines;
  }

  private static String headOf(Class<?> type) {
    var head = new StringBuilder(type.toGenericString());
    if (type.getGenericSuperclass() != null && type.getSuperclass() != Object.class) {
      head.append(" extends ").append(type.getGenericSuperclass().getTypeName());
    }
    Stream.of(type.getGenericInterfaces())
        .forEach(each -> head.append(" implements ").append(each.getTypeName()));
    return head.toString();
  }

  private static boolean isVisible(Member member) {
    int modifiers = member.getModifiers();
    boolean inherited = !Modifier.isFinal(member.getDeclaringClass().getModifiers());
    return !member.isSynthetic()
        && (Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers) && inherited);
  }

  /* The generic text names the type in front of its members, so each line stands for itself. */
  private static String lineOf(Member member) {
    return switch (member) {
      case Field field -> field.toGenericString();
      case Constructor<?> constructor -> constructor.toGenericString();
      case Method method -> method.toGenericString();
      default -> throw new AssertionError(member);
    };
  }
}
