package io.millrace.bench.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The version that is measured, and the one before, if there is its jar. */
public final class Editions {
  private static final String DRIVER = EditionLoader.DRIVERS + "MillraceEdition";
  private static final Edition NOW = edition(Editions.class.getClassLoader());
  private static final String JAR_BEFORE = System.getProperty("millrace.bench.before", "");
  private static final Optional<Edition> BEFORE = Optional.ofNullable(before(JAR_BEFORE));

  private Editions() {}

  public static Edition now() {
    return NOW;
  }

  public static Optional<Edition> before() {
    return BEFORE;
  }

  /** Where the version before is; empty if it is nowhere. */
  public static String jarBefore() {
    return JAR_BEFORE;
  }

  private static @Nullable Edition before(String jar) {
    if (jar.isEmpty()) {
      return null;
    }
    try {
      return edition(new EditionLoader(Path.of(jar), Editions.class.getClassLoader()));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static Edition edition(ClassLoader loader) {
    try {
      Class<?> driver = Class.forName(DRIVER, true, loader);
      return (Edition) driver.getConstructor().newInstance();
    } catch (ReflectiveOperationException broken) {
      throw new IllegalStateException("no driver in " + loader, broken);
    }
  }
}
