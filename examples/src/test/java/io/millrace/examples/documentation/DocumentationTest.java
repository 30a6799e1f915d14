package io.millrace.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DocumentationTest {
  private static final String MIGRATION = "docs/coming-from-python.md";

  @Test
  void everyBlockOfJavaIsARegionOfATest() throws IOException {
    Snippets snippets = Snippets.read();
    List<String> shown = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    for (Page page : Page.all()) {
      for (String block : page.blocks()) {
        shown.add(block);
        if (!snippets.hasRegion(block)) {
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
