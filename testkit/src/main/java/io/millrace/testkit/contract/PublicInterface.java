package io.millrace.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What users can see of a library, line by line.
 *
 * @param member any of its classes
 */
public record PublicInterface(Class<?> member) {
  /* Of the modules, what they do not export; the testkit is no module. */
  private static final String HIDDEN =
      "io\\.millrace\\.(base|context|engine|process\\.wire|process\\.worker|testkit\\.contract|testkit\\.hostile)\\b.*";

  /**
   * Compares it with what was agreed, and leaves beside it what there is.
   *
   * @param name of the file in {@code api}
   * @param project the directory of all modules
   */
  public void check(String name, Path project) throws IOException {
    Path found = Files.createDirectories(project.resolve("tests/target/api"));
    List<String> actual = lines();
    Files.write(found.resolve(name + ".txt"), actual);
    Files.write(found.resolve(name + ".jar"), Skeletons.jar(classes()));

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

  private List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (Class<?> type : types()) {
      lines.add(headOf(type));
      Stream.of(type.getDeclaredFields(), type.getDeclaredConstructors(), type.getDeclaredMethods())
          .<Member>flatMap(Stream::of)
          .filter(PublicInterface::isVisible)
          .map(PublicInterface::lineOf)
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
        && (Modifier.isPublic(modifiers) || (inherited && Modifier.isProtected(modifiers)));
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

  /** The public types. */
  public List<Class<?>> types() {
    return classes().keySet().stream().<Class<?>>map(this::type).toList();
  }

  /** The compiled public types, by their names. */
  private SortedMap<String, byte[]> classes() {
    try {
      Path place = Path.of(member.getProtectionDomain().getCodeSource().getLocation().toURI());
      if (Files.isDirectory(place)) {
        return classes(place);
      }
      try (FileSystem archive = FileSystems.newFileSystem(place)) {
        return classes(archive.getPath("/"));
      }
    } catch (URISyntaxException | IOException broken) {
      throw new AssertionError(broken);
    }
  }

  private SortedMap<String, byte[]> classes(Path root) throws IOException {
    SortedMap<String, byte[]> classes = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
        String name =
            root.relativize(file).toString().replace(".class", "").replaceAll("[/\\\\]", ".");
        if (name.startsWith("io.") && !name.matches(HIDDEN) && isPublic(type(name))) {
          classes.put(name, Files.readAllBytes(file));
        }
      }
    } catch (UncheckedIOException broken) {
      throw broken.getCause();
    }
    return classes;
  }

  private static boolean isPublic(Class<?> type) {
    Class<?> outer = type.getEnclosingClass();
    return Modifier.isPublic(type.getModifiers())
        && !type.isAnonymousClass()
        && (outer == null || isPublic(outer));
  }

  private Class<?> type(String name) {
    try {
      return Class.forName(name, false, member.getClassLoader());
    } catch (ClassNotFoundException gone) {
      throw new AssertionError(gone);
    }
  }
}
