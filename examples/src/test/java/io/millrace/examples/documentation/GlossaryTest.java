package io.millrace.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Holds pages and Javadoc to the words of {@code docs/glossary.md}. */
class GlossaryTest {
  private static final Pattern JAVADOC = Pattern.compile("/\\*\\*.*?\\*/", Pattern.DOTALL);
  private static final Pattern CODE =
      Pattern.compile("`[^`]*`|\\{@code[^}]*}|\\{@link[^}]*}|@param \\w+");

  @Test
  @DisplayName(
      "a word that the glossary has retired appears neither in docs nor in the Javadoc of public types")
  void retiredWordsAreGone() throws IOException {
    Pattern retired = retired();
    List<String> found = new ArrayList<>();
    for (Page page : Page.all()) {
      if (isDocumentation(page.path())) {
        find(retired, page.path(), page.prose(), found);
      }
    }
    for (Path source : PublicTypes.sources()) {
      Matcher comments = JAVADOC.matcher(Files.readString(source));
      while (comments.find()) {
        find(retired, source, comments.group().replaceAll("\n *\\* ?", "\n"), found);
      }
    }
    assertEquals("", String.join("\n", found));
  }

  private static void find(Pattern retired, Path where, String text, List<String> found) {
    Matcher words = retired.matcher(CODE.matcher(text).replaceAll("").replaceAll("\\s+", " "));
    while (words.find()) {
      found.add(Page.project().relativize(where) + ": " + words.group());
    }
  }

  private static Pattern retired() throws IOException {
    List<String> words =
        Page.of(glossary()).column("not").stream()
            .flatMap(cell -> Stream.of(cell.split(",")))
            .map(String::strip)
            .filter(word -> !word.isEmpty())
            .map(Pattern::quote)
            .toList();
    assertTrue(words.size() > 20, words.toString());
    String any =
        words.stream().collect(Collectors.joining("|", "(?i)(?<![\\w-])(?:", ")(?![\\w-])"));
    return Pattern.compile(any);
  }

  private static Path glossary() {
    return Page.project().resolve("docs/glossary.md");
  }

  private static boolean isDocumentation(Path page) {
    boolean isRoot = page.endsWith("README.md") && page.getParent().equals(Page.project());
    return (isRoot || page.getParent().endsWith("docs")) && !page.equals(glossary());
  }
}
