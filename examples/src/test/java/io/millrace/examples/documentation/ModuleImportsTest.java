package io.millrace.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names of ours beside those of the platform, in a file that imports both modules. */
class ModuleImportsTest {
  /** Names that {@code java.base} has, too: an import by name decides. This is the one place that lists them. */
  private static final Map<String, String> CLASHES =
      new TreeMap<>(
          Map.of(
              "Clock", "io.millrace.time.Clock",
              "Semaphore", "io.millrace.limit.Semaphore"));

  private static final String BOTH =
      "import module java.base;\nimport module io.millrace;\nimport module io.millrace.process;\n";
  private static final Pattern IMPORT =
      Pattern.compile("^import ([\\w.]+)\\.(\\w+);\n", Pattern.MULTILINE);
  private static final Pattern PACKAGE = Pattern.compile("^package [\\w.]+;\n", Pattern.MULTILINE);

  @Test
  @DisplayName("L11: no name of ours is one of java.base, except those that are known")
  void knownClashes() throws IOException {
    Map<String, String> found = new TreeMap<>();
    for (String name : publicNames()) {
      String simple = name.substring(name.lastIndexOf('.') + 1);
      if (isInJavaBase(simple)) {
        found.put(simple, name);
      }
    }
    assertEquals(CLASHES, found);
  }

  @Test
  @DisplayName(
      "L11: every example of the documentation compiles with import module java.base and io.millrace")
  void examplesCompileWithBothImports(@TempDir Path classes) throws IOException {
    Map<String, String> sources = new LinkedHashMap<>();
    for (Map.Entry<Path, String> test : Snippets.read().tests().entrySet()) {
      sources.put(test.getKey().toString(), withBothImports(test.getValue()));
    }
    assertFalse(sources.isEmpty());
    assertEquals("", ModulePath.compile(sources, classes));
  }

  @Test
  @DisplayName("L11: a page whose examples use a name that java.base has says which one is meant")
  void pagesSayWhichOneIsMeant() throws IOException {
    List<String> silent = new ArrayList<>();
    for (Page page : Page.all()) {
      String java = String.join("\n", page.blocks());
      CLASHES.forEach(
          (simple, name) -> {
            boolean used = Pattern.compile("(?<![\\w.])" + simple + "\\b").matcher(java).find();
            if (used && !page.text().contains(name)) {
              silent.add(page.path() + " does not name " + name);
            }
          });
    }
    assertEquals(List.of(), silent);
  }

  /* Of the imports that the two modules make needless, only those stay that decide a clash. */
  private static String withBothImports(String source) {
    Set<String> exported = exported();
    String kept =
        IMPORT
            .matcher(source)
            .replaceAll(
                found -> {
                  boolean needless =
                      exported.contains(found.group(1))
                          && !CLASHES.containsValue(found.group(1) + "." + found.group(2));
                  return needless ? "" : found.group();
                });
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
    return exported(javaBase()).stream().anyMatch(in -> isPublic(in + "." + simple));
  }

  private static List<String> publicNames() throws IOException {
    List<String> names = new ArrayList<>();
    for (ModuleReference module : ModulePath.finder().findAll()) {
      Set<String> packages = exported(module);
      try (ModuleReader reader = module.open()) {
        reader
            .list()
            .filter(entry -> entry.endsWith(".class") && !entry.contains("$"))
            .map(entry -> entry.substring(0, entry.length() - ".class".length()).replace('/', '.'))
            .filter(name -> name.contains("."))
            .filter(name -> packages.contains(name.substring(0, name.lastIndexOf('.'))))
            .filter(ModuleImportsTest::isPublic)
            .forEach(names::add);
      }
    }
    return names;
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
