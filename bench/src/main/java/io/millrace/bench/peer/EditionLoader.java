package io.millrace.bench.peer;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;

/**
 * Loads the library from a jar of its own, and with it the classes that drive it, from the parent's. All
 * the rest is the parent's, so that both versions are measured by the same code. The drivers are compiled
 * against the present names; those that the library has under an earlier name get that one.
 */
final class EditionLoader extends URLClassLoader {
  /** Begins the names of the classes that are loaded beside each version. */
  static final String DRIVERS = "io.millrace.bench.driver.";

  private static final String LIBRARY = "io.millrace.";
  private static final String BENCH = "io.millrace.bench.";

  static {
    registerAsParallelCapable();
  }

  private final EarlierNames earlierNames = new EarlierNames(path -> findResource(path) != null);

  EditionLoader(Path library, ClassLoader parent) throws IOException {
    super("before", new URL[] {library.toUri().toURL()}, parent);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    boolean shared =
        !name.startsWith(DRIVERS) && (!name.startsWith(LIBRARY) || name.startsWith(BENCH));
    if (shared) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded == null ? findClass(name) : loaded;
    }
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    return name.startsWith(DRIVERS) ? driver(name) : super.findClass(name);
  }

  private Class<?> driver(String name) throws ClassNotFoundException {
    String path = name.replace('.', '/') + ".class";
    try (InputStream in = getParent().getResourceAsStream(path)) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] code = earlierNames.in(in.readAllBytes());
      return defineClass(name, code, 0, code.length);
    } catch (IOException unreadable) {
      throw new ClassNotFoundException(name, unreadable);
    }
  }
}
