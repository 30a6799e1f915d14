package io.millrace.examples.documentation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A page of the documentation. */
record Page(Path path, String text) {
  private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern FENCED = Pattern.compile("```.*?```", Pattern.DOTALL);
  private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("^#+ +(.*)$", Pattern.MULTILINE);
  private static final Pattern CELL = Pattern.compile("(?<!\\\\)\\|");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  static List<Page> all() throws IOException {
    List<Page> pages = new ArrayList<>();
    for (String directory : List.of("", "docs", "adr", "bench", "stress")) {
      try (Stream<Path> files = Files.list(project().resolve(directory))) {
        for (Path path : files.filter(Page::isPage).sorted().toList()) {
          pages.add(of(path));
        }
      }
    }
    return pages;
  }

  static Page of(Path path) throws IOException {
    return new Page(path, Files.readString(path));
  }

  static Path project() {
    return Path.of("").toAbsolutePath().getParent();
  }

  static boolean isPage(Path path) {
    return path.toString().endsWith(".md");
  }

  /** The blocks of Java. */
  List<String> blocks() {
    return JAVA.matcher(text).results().map(block -> block.group(1)).toList();
  }

  List<String> links() {
    return LINK.matcher(withoutBlocks()).results().map(link -> link.group(1)).toList();
  }

  /** What links within a page call its headings. */
  List<String> anchors() {
    return HEADING.matcher(withoutBlocks()).results().map(Page::anchor).toList();
  }

  private static String anchor(MatchResult heading) {
    return heading
        .group(1)
        .strip()
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N} _-]", "")
        .replace(' ', '-');
  }

  /** The code in that column of all tables that have one. */
  List<String> codeInColumn(String header) {
    List<String> code = new ArrayList<>();
    int column = -1;
    for (String line : text.lines().toList()) {
      List<String> cells = line.startsWith("|") ? cells(line) : List.of();
      if (cells.contains(header)) {
        column = cells.indexOf(header);
      } else if (cells.isEmpty()) {
        column = -1;
      } else if (column >= 0 && column < cells.size()) {
        CODE.matcher(cells.get(column)).results().map(found -> found.group(1)).forEach(code::add);
      }
    }
    return code;
  }

  private static List<String> cells(String line) {
    return CELL.splitAsStream(line).map(String::strip).toList();
  }

  private String withoutBlocks() {
    return FENCED.matcher(text).replaceAll("");
  }
}
