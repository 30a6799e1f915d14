package io.millrace.examples.documentation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What may be shown: regions of the tests in this module, and of those of Spark, which all run. White space does not count.
 *
 * @param regions each of them
 * @param sources everything in the tests
 * @param tests each of those of this module, by its file
 */
record Snippets(Set<String> regions, String sources, Map<Path, String> tests) {
  private static final Pattern REGION =
      Pattern.compile("// @start region=\"[^\"]+\"\n(.*?)// @end", Pattern.DOTALL);

  static Snippets read() throws IOException {
    Set<String> regions = new HashSet<>();
    StringBuilder sources = new StringBuilder();
    Map<Path, String> tests = new TreeMap<>();
    for (Path file : files()) {
      String source = Files.readString(file);
      REGION.matcher(source).results().forEach(found -> regions.add(squeezed(found.group(1))));
      sources.append(squeezed(source)).append('\n');
      if (file.startsWith(Page.project().resolve("examples"))) {
        tests.put(file, source);
      }
    }
    return new Snippets(regions, sources.toString(), tests);
  }

  private static List<Path> files() throws IOException {
    List<Path> tests = new ArrayList<>();
    for (String place :
        List.of(
            "examples/src/test/java/io/millrace/examples",
            "spark/src/test/java/io/millrace/spark")) {
      try (Stream<Path> files = Files.walk(Page.project().resolve(place))) {
        files.filter(file -> file.toString().endsWith("Test.java")).forEach(tests::add);
      }
    }
    return tests;
  }

  boolean hasRegion(String block) {
    return regions.contains(squeezed(block));
  }

  /** Whether that stands in a test; three dots stand for anything. */
  boolean has(String code) {
    String[] parts = squeezed(code).split(Pattern.quote("..."), -1);
    return Stream.of(parts).allMatch(sources::contains);
  }

  private static String squeezed(String text) {
    return text.replaceAll("\\s+", "");
  }
}
