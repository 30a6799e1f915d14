package io.millrace.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The page about shared state names every field of the engine and the limits that can change, and no
 * other. So whoever adds one has to write down which threads touch it, and what orders them.
 */
class SharedStateTest {
  private static final String PAGE = "docs/internals/shared-state.md";

  /** A row of a table: the names of fields, then what guards them or how they are accessed. */
  private static final Pattern ROW =
      Pattern.compile("^\\| (`[^|]*`) \\| ([^|]+) \\|", Pattern.MULTILINE);

  private static final Pattern NAME = Pattern.compile("`([^`]+)`");

  private static final Set<String> LOCKS =
      Set.of("io.millrace.base.ShortLock", "java.util.concurrent.CountDownLatch");

  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.millrace.engine", "io.millrace.limit");

  @Test
  void pageAndCodeNameTheSameFields() throws IOException {
    Map<String, String> described = described();
    Set<String> difference = new TreeSet<>();
    Set<String> found = new TreeSet<>();
    mutableFields()
        .map(SharedStateTest::nameOf)
        .forEach(
            field -> {
              String type = field.substring(0, field.lastIndexOf('.')) + ".*";
              String row = described.containsKey(field) ? field : type;
              found.add(row);
              if (!described.containsKey(row)) {
                difference.add("+ " + field);
              }
            });
    described.keySet().stream()
        .filter(field -> !found.contains(field))
        .forEach(field -> difference.add("- " + field));
    assertEquals(
        "",
        String.join("\n", difference),
        "differs from " + PAGE + " (+ is new in the code, - is gone from it)");
  }

  @Test
  void pageAndCodeAgreeOnHowAFieldIsAccessed() throws IOException {
    Map<String, String> described = described();
    Set<String> difference = new TreeSet<>();
    mutableFields()
        .filter(field -> described.containsKey(nameOf(field)))
        .filter(field -> !described.get(nameOf(field)).startsWith(accessTo(field)))
        .forEach(field -> difference.add(nameOf(field) + " is " + accessTo(field)));
    mutableFields()
        .filter(field -> described.containsKey(nameOf(field)) && accessTo(field).isEmpty())
        .filter(field -> described.get(nameOf(field)).matches("(volatile|atomic).*"))
        .forEach(field -> difference.add(nameOf(field) + " is plain"));
    assertEquals("", String.join("\n", difference), "differs from " + PAGE);
  }

  private static Map<String, String> described() throws IOException {
    Map<String, String> fields = new TreeMap<>();
    Set<String> twice = new TreeSet<>();
    ROW.matcher(Files.readString(project().resolve(PAGE)))
        .results()
        .forEach(
            row ->
                NAME.matcher(row.group(1))
                    .results()
                    .filter(name -> fields.put(name.group(1), row.group(2)) != null)
                    .forEach(name -> twice.add(name.group(1))));
    assertEquals(Set.of(), twice, "fields with two rows in " + PAGE);
    return fields;
  }

  /** Fields that are written after their object was made, or whose object is written to. */
  private static Stream<JavaField> mutableFields() {
    return CORE.stream()
        .flatMap(type -> type.getFields().stream())
        .filter(field -> !field.getModifiers().contains(JavaModifier.SYNTHETIC))
        .filter(
            field ->
                !field.getModifiers().contains(JavaModifier.FINAL)
                    || isShared(field)
                    || isContainer(field));
  }

  private static boolean isShared(JavaField field) {
    String type = field.getRawType().getName();
    return isAtomic(field)
        || type.startsWith("java.util.concurrent.locks.")
        || LOCKS.contains(type);
  }

  private static boolean isAtomic(JavaField field) {
    return field.getRawType().getName().startsWith("java.util.concurrent.atomic.");
  }

  private static boolean isContainer(JavaField field) {
    return !field.getModifiers().contains(JavaModifier.STATIC)
        && (field.getRawType().isArray()
            || field.getRawType().isAssignableTo(Collection.class)
            || field.getRawType().isAssignableTo(Map.class));
  }

  private static String accessTo(JavaField field) {
    if (field.getModifiers().contains(JavaModifier.VOLATILE)) {
      return "volatile";
    }
    return isAtomic(field) ? "atomic" : "";
  }

  /** {@code Type.field}, whatever the package; a nested type has its outer one before it. */
  private static String nameOf(JavaField field) {
    String type = field.getOwner().getName();
    return type.substring(type.lastIndexOf('.') + 1).replace('$', '.') + "." + field.getName();
  }

  /** The project's directory, wherever the test was started in it. */
  private static Path project() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("mvnw"))) {
      directory = directory.getParent();
    }
    return directory;
  }
}
