package io.millrace.examples.documentation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A page of the documentation. */
record Page(Path path, String text) {
  private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern FENCED = Pattern.compile("```.*?```", Pattern.DOTALL);
  private static final Pattern SHELL = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);
  private static final Pattern FILE =
      Pattern.compile(
          "`([\\w./-]+\\.(?:java|xml))`[^\n]*:\n\n```(?:java|xml)\n(.*?)```", Pattern.DOTALL);
  private static final Pattern PROGRAM =
      Pattern.compile(
          "```java\n(import module .*?)```(?:[^`]*?[Pp]rints:?\n\n```\n(.*?)```)?", Pattern.DOTALL);
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

  /** What goes into a terminal. */
  List<String> commands() {
    return SHELL.matcher(text).results().map(block -> block.group(1)).toList();
  }

  /** Blocks that a line above them names as files. */
  Map<String, String> files() {
    Map<String, String> files = new LinkedHashMap<>();
    FILE.matcher(text).results().forEach(file -> files.put(file.group(1), file.group(2)));
    return files;
  }

  /** Blocks that are whole programs, each in a file of its own. */
  List<Program> programs() {
    return PROGRAM
        .matcher(text)
        .results()
        .map(block -> new Program(block.group(1), Optional.ofNullable(block.group(2))))
        .toList();
  }

  /**
   * A whole program.
   *
   * @param output what the page says that it prints
   */
  record Program(String source, Optional<String> output) {}

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
    return column(header).stream()
        .flatMap(cell -> CODE.matcher(cell).results().map(found -> found.group(1)))
        .toList();
  }

  /** The cells in that column of all tables that have one. */
  List<String> column(String header) {
    List<String> found = new ArrayList<>();
    int column = -1;
    for (String line : text.lines().toList()) {
      List<String> cells = line.startsWith("|") ? cells(line) : List.of();
      if (cells.contains(header)) {
        column = cells.indexOf(header);
      } else if (cells.isEmpty()) {
        column = -1;
      } else if (column >= 0 && column < cells.size() && !line.startsWith("|--")) {
        found.add(cells.get(column));
      }
    }
    return found;
  }

  private static List<String> cells(String line) {
    return CELL.splitAsStream(line).map(String::strip).toList();
  }

  /** The text without blocks, targets of links and comments. */
  String prose() {
    return LINK.matcher(withoutBlocks()).replaceAll("]");
  }

  private String withoutBlocks() {
    return FENCED.matcher(text).replaceAll("");
  }
}
