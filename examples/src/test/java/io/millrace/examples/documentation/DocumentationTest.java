package io.millrace.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DocumentationTest {
  private static final String MIGRATION = "docs/coming-from-python.md";
  private static final Pattern VERSION = Pattern.compile("<version>(.*?)</version>");
  private static final Pattern DEPENDENCY =
      Pattern.compile(
          "<dependency>(?:(?!</dependency>|<version>).)*(?:<version>(.*?)</version>)?",
          Pattern.DOTALL);
  private static final Pattern PLUGIN =
      Pattern.compile("<plugin>\\s*(<artifactId>.*?</version>)", Pattern.DOTALL);
  private static final Pattern GRADLE = Pattern.compile("\"[\\w.]+:[\\w-]+:([^\"]*)\"");

  /* Whole files and programs are tried by NewProjectTest and ProgramsTest. */
  @Test
  void everyBlockOfJavaIsARegionOfATest() throws IOException {
    Snippets snippets = Snippets.read();
    List<String> shown = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    for (Page page : Page.all()) {
      List<String> whole = new ArrayList<>();
      page.programs().forEach(program -> whole.add(program.source()));
      if (page.path().endsWith("docs/install.md")) {
        whole.addAll(page.files().values());
      }
      for (String block : page.blocks()) {
        shown.add(block);
        if (!whole.contains(block) && !snippets.hasRegion(block)) {
          unknown.add(page.path() + ":\n" + block);
        }
      }
    }
    assertFalse(shown.isEmpty());
    assertEquals("", String.join("\n", unknown), "blocks that are no region of a test");
  }

  @Test
  void everyJavaSpellingInTheTablesStandsInATest() throws IOException {
    Snippets snippets = Snippets.read();
    List<String> shown = new ArrayList<>(migration().codeInColumn("here"));
    shown.addAll(Page.of(Page.project().resolve("docs/coming-from-java.md")).codeInColumn("here"));
    shown.addAll(Page.of(Page.project().resolve("README.md")).codeInColumn("write"));
    assertTrue(shown.size() > 100, shown.toString());
    assertEquals(List.of(), shown.stream().filter(code -> !snippets.has(code)).toList());
  }

  @Test
  void everyBehaviourOfThePythonSystemsHasItsRow() throws IOException {
    String page = migration().text();
    List<String> missing =
        Stream.of(ids("PY", 23), ids("LF", 9), ids("BL", 4), ids("AF", 12), ids("AX", 11))
            .flatMap(ids -> ids)
            .filter(
                id ->
                    !Pattern.compile("^\\| " + id + " \\|", Pattern.MULTILINE).matcher(page).find())
            .toList();
    assertEquals(List.of(), missing);
  }

  @Test
  @DisplayName("L9: every type is in the package that the tutorial says")
  void typesAreInTheirPackages() throws IOException {
    Page page = Page.of(Page.project().resolve("docs/start.md"));
    List<String> packages = page.column("package");
    List<String> types = page.column("has, among others");
    List<Path> sources = PublicTypes.sources();
    List<String> missing = new ArrayList<>();
    for (int row = 0; row < packages.size(); row++) {
      for (String type : types.get(row).split(", ")) {
        String name = (packages.get(row) + "." + type).replace("`", "");
        if (sources.stream()
            .noneMatch(source -> source.endsWith(name.replace('.', '/') + ".java"))) {
          missing.add(name);
        }
      }
    }
    assertFalse(packages.isEmpty());
    assertEquals(List.of(), missing);
  }

  private static Stream<String> ids(String system, int last) {
    return IntStream.rangeClosed(1, last).mapToObj(number -> system + number);
  }

  private static Page migration() throws IOException {
    return Page.of(Page.project().resolve(MIGRATION));
  }

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Page page : Page.all()) {
      for (String link : page.links()) {
        if (!link.contains("://") && !leadsSomewhere(page, link)) {
          broken.add(page.path() + ": " + link);
        }
      }
    }
    assertEquals(List.of(), broken);
  }

  @Test
  @DisplayName("L9: every dependency that is shown has a version, and ours is that of this build")
  void dependenciesHaveVersions() throws IOException {
    String version = firstGroup(VERSION, Files.readString(Page.project().resolve("pom.xml")));
    List<String> wrong = new ArrayList<>();
    for (Page page : Page.all()) {
      List<MatchResult> shown = new ArrayList<>(DEPENDENCY.matcher(page.text()).results().toList());
      GRADLE.matcher(page.text()).results().forEach(shown::add);
      for (MatchResult dependency : shown) {
        boolean isOurs = dependency.group().contains("io.millrace");
        boolean hasVersion = dependency.group(1) != null;
        if (isOurs ? !version.equals(dependency.group(1)) : !hasVersion) {
          wrong.add(page.path() + ": " + dependency.group());
        }
      }
    }
    assertEquals("", String.join("\n", wrong));
  }

  @Test
  @DisplayName(
      "L9: the pom.xml for newcomers has the versions that this build uses, so it needs nothing else")
  void newProjectsHaveTheVersionsOfThisBuild() throws IOException {
    String build = Files.readString(Page.project().resolve("pom.xml"));
    String pom =
        Page.of(Page.project().resolve("docs/install.md")).files().getOrDefault("pom.xml", "");
    List<MatchResult> plugins = PLUGIN.matcher(pom).results().toList();
    assertEquals(3, plugins.size(), pom);
    String known = build.replaceAll("\\s+", "");
    for (MatchResult plugin : plugins) {
      assertTrue(known.contains(plugin.group(1).replaceAll("\\s+", "")), plugin.group());
    }
    String junit = firstGroup(Pattern.compile("<junit.version>(.*?)<"), build);
    assertTrue(pom.contains("<version>" + junit + "</version>"), junit);
  }

  private static String firstGroup(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    assertTrue(matcher.find());
    return matcher.group(1);
  }

  private static boolean leadsSomewhere(Page page, String link) throws IOException {
    String[] parts = link.split("#", 2);
    Path target =
        parts[0].isEmpty() ? page.path() : page.path().resolveSibling(parts[0]).normalize();
    if (!Files.exists(target)) {
      return false;
    }
    return parts.length == 1 || Page.of(target).anchors().contains(parts[1]);
  }
}
