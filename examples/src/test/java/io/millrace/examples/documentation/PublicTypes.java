package io.millrace.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The sources of the types that users see, of all modules that are libraries. */
final class PublicTypes {
  private static final List<String> MODULES =
      List.of("core", "process", "checkpoint", "cluster", "spark", "testkit");
  private static final Pattern EXPORT = Pattern.compile("exports ([\\w.]+);");
  private static final Pattern PUBLIC_TYPE =
      Pattern.compile(
          "^public [\\w -]*\\b(class|interface|record|enum|@interface)\\b|^@interface",
          Pattern.MULTILINE);

  private PublicTypes() {}

  static List<Path> sources() throws IOException {
    List<Path> types = new ArrayList<>();
    for (String module : MODULES) {
      Path sources = Page.project().resolve(module).resolve("src/main/java");
      try (Stream<Path> files = Files.walk(sources)) {
        for (Path file : files.filter(PublicTypes::isInPackage).toList()) {
          if (isExported(sources, file) && isPublic(Files.readString(file))) {
            types.add(file);
          }
        }
      }
    }
    assertTrue(types.size() > 50, types.toString());
    return types;
  }

  private static boolean isInPackage(Path file) {
    return file.toString().endsWith(".java") && !file.endsWith("module-info.java");
  }

  private static boolean isPublic(String source) {
    return PUBLIC_TYPE.matcher(source).find();
  }

  private static boolean isExported(Path sources, Path file) throws IOException {
    Path module = sources.resolve("module-info.java");
    if (!Files.exists(module)) {
      return true;
    }
    String in = sources.relativize(file).getParent().toString();
    return EXPORT
        .matcher(Files.readString(module))
        .results()
        .anyMatch(export -> export.group(1).replace('.', '/').equals(in));
  }
}
