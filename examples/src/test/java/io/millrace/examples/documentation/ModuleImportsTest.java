package io.millrace.examples.documentation;

import static java.util.stream.Collectors.groupingBy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names of ours beside those of the platform, in a file that imports both modules. */
class ModuleImportsTest {
  private static final String BOTH =
      "import module java.base;\nimport module io.millrace;\nimport module io.millrace.process;\n";
  private static final Pattern IMPORT =
      Pattern.compile("^import ([\\w.]+)\\.(\\w+);\n", Pattern.MULTILINE);
  private static final Pattern STANDARD = Pattern.compile("java\\..*|jdk\\.jfr");
  private static final Pattern PACKAGE = Pattern.compile("^package [\\w.]+;\n", Pattern.MULTILINE);

  @Test
  @DisplayName("L6: no name of ours is one of java.base")
  void noNameOfThePlatform() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path source : PublicTypes.sources()) {
      if (isInJavaBase(simpleName(source))) {
        found.add(source.toString());
      }
    }
    assertEquals(List.of(), found);
  }

  @Test
  @DisplayName(
      "L11: the names that other modules of the JDK have as well stand where imports are told")
  void namesOfOtherModules() throws IOException {
    Set<String> shared = new TreeSet<>();
    for (Path source : PublicTypes.sources()) {
      String name = simpleName(source);
      ModuleFinder.ofSystem().findAll().stream()
          .filter(module -> STANDARD.matcher(module.descriptor().name()).matches())
          .filter(module -> isIn(module, name))
          .forEach(module -> shared.add("`" + name + "` of `" + module.descriptor().name() + "`"));
    }
    assertTrue(shared.contains("`Source` of `java.xml`"), shared.toString());
    String told = Files.readString(Page.project().resolve("docs/start.md")).replaceAll("\\s+", " ");
    shared.removeIf(told::contains);
    assertEquals(Set.of(), shared);
  }

  @Test
  @DisplayName("L11: no name of ours stands for two types, whichever modules are imported")
  void noNameTwice() throws IOException {
    Map<String, List<Path>> byName =
        PublicTypes.sources().stream().collect(groupingBy(ModuleImportsTest::simpleName));
    byName.values().removeIf(sources -> sources.size() == 1);
    assertEquals(Map.of(), byName);
  }

  @Test
  @DisplayName(
      "L6, L11: every example of the documentation compiles with import module java.base and io.millrace")
  void examplesCompileWithBothImports(@TempDir Path classes) throws IOException {
    Map<String, String> sources = new LinkedHashMap<>();
    for (Map.Entry<Path, String> test : Snippets.read().tests().entrySet()) {
      sources.put(test.getKey().toString(), withBothImports(test.getValue()));
    }
    assertFalse(sources.isEmpty());
    assertEquals("", ModulePath.compile(sources, classes));
  }

  /* Without the imports that the modules' imports make needless. */
  private static String withBothImports(String source) {
    Set<String> exported = exported();
    String kept =
        IMPORT
            .matcher(source)
            .replaceAll(found -> exported.contains(found.group(1)) ? "" : found.group());
    return PACKAGE.matcher(kept).replaceFirst(found -> found.group() + BOTH);
  }

  private static Set<String> exported() {
    Set<String> packages = new TreeSet<>();
    ModulePath.finder().findAll().forEach(module -> packages.addAll(exported(module)));
    packages.addAll(exported(javaBase()));
    return packages;
  }

  private static Set<String> exported(ModuleReference module) {
    return module.descriptor().exports().stream()
        .filter(export -> !export.isQualified())
        .map(ModuleDescriptor.Exports::source)
        .collect(Collectors.toSet());
  }

  private static ModuleReference javaBase() {
    return ModuleFinder.ofSystem().find("java.base").orElseThrow();
  }

  private static boolean isInJavaBase(String simple) {
    return isIn(javaBase(), simple);
  }

  private static boolean isIn(ModuleReference module, String simple) {
    return exported(module).stream().anyMatch(in -> isPublic(in + "." + simple));
  }

  private static String simpleName(Path source) {
    return source.getFileName().toString().replace(".java", "");
  }

  private static boolean isPublic(String name) {
    try {
      Class<?> type = Class.forName(name, false, ModuleImportsTest.class.getClassLoader());
      return Modifier.isPublic(type.getModifiers());
    } catch (ClassNotFoundException absent) {
      return false;
    }
  }
}
