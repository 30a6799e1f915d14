package io.millrace.examples.documentation;

import io.millrace.Parallel;
import io.millrace.process.ProcessPool;
import java.io.File;
import java.io.StringWriter;
import java.lang.module.ModuleFinder;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** The modules of the project, as somebody has them who compiles against them. */
final class ModulePath {
  private static final String MODULES = "io.millrace,io.millrace.process";

  private ModulePath() {}

  static ModuleFinder finder() {
    return ModuleFinder.of(locations().toArray(Path[]::new));
  }

  private static List<Path> locations() {
    return Stream.of(Parallel.class, ProcessPool.class).map(ModulePath::location).toList();
  }

  private static Path location(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException broken) {
      throw new AssertionError(broken);
    }
  }

  /**
   * Compiles sources that are in no module and see ours on the module path; the class path is that of the
   * tests without them.
   *
   * @param sources by the name of the file
   * @return what the compiler has to say; empty if all is well
   */
  static String compile(Map<String, String> sources, Path classes) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<JavaFileObject> files = new ArrayList<>();
    sources.forEach((name, text) -> files.add(new Source(name, text)));
    List<String> options =
        List.of(
            "-d",
            classes.toString(),
            "-p",
            path(locations()),
            "--add-modules",
            MODULES,
            "-cp",
            classPath(),
            "-proc:none",
            "-nowarn");
    StringWriter complaints = new StringWriter();
    boolean compiled = compiler.getTask(complaints, null, null, options, null, files).call();
    return compiled ? "" : complaints.toString();
  }

  private static String path(List<Path> paths) {
    return String.join(File.pathSeparator, paths.stream().map(Path::toString).toList());
  }

  /** The class path of the tests, with our modules. */
  static String everything() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  private static String classPath() {
    List<Path> modules = locations();
    return path(
        Stream.of(everything().split(File.pathSeparator))
            .map(Path::of)
            .filter(entry -> !modules.contains(entry))
            .toList());
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String name, String text) {
      super(URI.create("string:///" + name), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
