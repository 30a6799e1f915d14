package io.millrace.process;

import java.io.File;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The environment of a worker.
 *
 * @param inherited names of variables of this process that it gets; {@code LC_*} stands for all that begin
 *     with {@code LC_}
 * @param set its own variables, which win
 */
record Environment(Set<String> inherited, Map<String, String> set) {
  /**
   * What programs need to find files, other programs, the language and the time zone; nothing that is
   * secret.
   */
  static final Environment USUAL =
      new Environment(
          Set.of(
              "PATH",
              "HOME",
              "USER",
              "LOGNAME",
              "SHELL",
              "LANG",
              "LANGUAGE",
              "LC_*",
              "TZ",
              "TMPDIR",
              "TEMP",
              "TMP",
              "LD_LIBRARY_PATH",
              "DYLD_LIBRARY_PATH",
              "JAVA_HOME",
              "SystemRoot",
              "SystemDrive",
              "windir",
              "ComSpec",
              "PATHEXT",
              "USERPROFILE",
              "APPDATA",
              "LOCALAPPDATA",
              "ProgramData"),
          Map.of());

  private static final String ZERO = "\0";

  /* As the system does it. */
  private static final boolean IGNORE_CASE = File.separatorChar == '\\';

  Environment {
    inherited = Set.copyOf(inherited);
    set = Map.copyOf(set);
  }

  static Environment empty() {
    return new Environment(Set.of(), Map.of());
  }

  Environment inheriting(List<String> names) {
    Set<String> all = new LinkedHashSet<>(inherited);
    for (String name : names) {
      Objects.requireNonNull(name, "name");
      if (name.isEmpty() || name.contains("=") || name.lastIndexOf('*', name.length() - 2) >= 0) {
        throw new IllegalArgumentException(
            "inheritEnvironment needs names of variables, with a * at the end or none, not \""
                + name
                + '"');
      }
      all.add(name);
    }
    return new Environment(all, set);
  }

  Environment with(String name, String value) {
    if (name.isEmpty() || name.contains("=") || name.contains(ZERO)) {
      throw new IllegalArgumentException(
          "environment needs the name of a variable, not \"" + name.replace(ZERO, "\\0") + '"');
    }
    if (value.contains(ZERO)) {
      // the value may be secret
      throw new IllegalArgumentException(
          "environment needs a value without the character 0 for " + name);
    }
    Map<String, String> all = new TreeMap<>(set);
    all.put(name, value);
    return new Environment(inherited, all);
  }

  /** What is left of that of this process, and what is set. */
  Map<String, String> of(Map<String, String> parent) {
    Map<String, String> all = new TreeMap<>();
    parent.forEach(
        (name, value) -> {
          if (isInherited(name)) {
            all.put(name, value);
          }
        });
    all.putAll(set);
    return all;
  }

  private boolean isInherited(String name) {
    return inherited.stream().anyMatch(pattern -> matches(pattern, name));
  }

  private static boolean matches(String pattern, String name) {
    boolean isPrefix = pattern.endsWith("*");
    int length = isPrefix ? pattern.length() - 1 : pattern.length();
    return (isPrefix || name.length() == length)
        && name.regionMatches(IGNORE_CASE, 0, pattern, 0, length);
  }

  /** The names alone: the values may be secret. */
  @Override
  public String toString() {
    return "inherits " + new TreeSet<>(inherited) + ", sets " + new TreeSet<>(set.keySet());
  }
}
