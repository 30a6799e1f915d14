package io.millrace.process.wire;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which classes may be read from another process: values, enums and exceptions of {@code java.base},
 * arrays of those, and what is listed.
 *
 * @param patterns names of classes ({@code com.acme.Order}, {@code com.acme.Order$Line}), or {@code
 *     com.acme.*} for a package, {@code com.acme.**} for it and those below
 */
public record AllowList(Set<String> patterns) {
  private static final Pattern VALID =
      Pattern.compile("[\\p{javaJavaIdentifierStart}][\\p{javaJavaIdentifierPart}.]*(\\.\\*\\*?)?");

  /** Checks the patterns. */
  public AllowList {
    patterns = Set.copyOf(patterns);
    for (String pattern : patterns) {
      if (!VALID.matcher(pattern).matches() || pattern.contains("..")) {
        throw new IllegalArgumentException(
            "allow needs names of classes, or packages as com.acme.* or com.acme.**, not \""
                + pattern
                + '"');
      }
    }
  }

  /** A list with more patterns. */
  public AllowList plus(Collection<String> more) {
    Set<String> all = new LinkedHashSet<>(patterns);
    all.addAll(more);
    return new AllowList(all);
  }

  /** The names of a class and of those it extends, which are in its serial form as well. */
  public static List<String> names(Class<?> type) {
    List<String> names = new ArrayList<>();
    for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
      names.add(each.getName());
    }
    return names;
  }

  boolean allows(Class<?> type) {
    if (type.isArray()) {
      return allows(type.componentType());
    }
    return type.isPrimitive()
        || isLambda(type)
        || Values.contain(type)
        || lists(parentOfConstant(type).getName())
        || lists(type.getName());
  }

  /* No stream can name a hidden class: it is what an allowed class has made of a SerializedLambda. */
  private static boolean isLambda(Class<?> type) {
    return type.isHidden();
  }

  /* A constant of an enum that has a body is of a class of its own. */
  private static Class<?> parentOfConstant(Class<?> type) {
    Class<?> parent = type.getSuperclass();
    return parent != null && parent.isEnum() ? parent : type;
  }

  /** Whether a pattern names it. */
  boolean lists(String name) {
    int dot = name.lastIndexOf('.');
    if (patterns.contains(name) || (dot > 0 && patterns.contains(name.substring(0, dot) + ".*"))) {
      return true;
    }
    for (; dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
      if (patterns.contains(name.substring(0, dot) + ".**")) {
        return true;
      }
    }
    return false;
  }
}
