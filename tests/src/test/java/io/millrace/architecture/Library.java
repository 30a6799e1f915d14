package io.millrace.architecture;

import io.millrace.Parallel;
import io.millrace.checkpoint.jdbc.JdbcStore;
import io.millrace.process.ProcessPool;
import io.millrace.testkit.ManualClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A module that is published, and its classes that users see. */
enum Library {
  CORE(Parallel.class),
  CHECKPOINT(JdbcStore.class),
  PROCESS(ProcessPool.class),
  TESTKIT(ManualClock.class);

  /* Of the modules, what they do not export; the testkit is no module. */
  private static final String HIDDEN =
      "io\\.millrace\\.(base|context|engine|process\\.wire|process\\.worker|testkit\\.contract|testkit\\.hostile)\\b.*";

  private final Class<?> member;

  Library(Class<?> member) {
    this.member = member;
  }

  /** The public types. */
  List<Class<?>> types() {
    return classes().keySet().stream().<Class<?>>map(Library::type).toList();
  }

  /** The compiled public types, by their names. */
  SortedMap<String, byte[]> classes() {
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

  private static SortedMap<String, byte[]> classes(Path root) throws IOException {
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

  private static Class<?> type(String name) {
    try {
      return Class.forName(name, false, Library.class.getClassLoader());
    } catch (ClassNotFoundException gone) {
      throw new AssertionError(gone);
    }
  }
}
