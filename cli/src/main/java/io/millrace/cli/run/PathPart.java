package io.millrace.cli.run;

import java.util.Arrays;
import java.util.Optional;

/** A part of an item that is the path of a file, as GNU parallel has them. */
enum PathPart {
  /** {@code {.}}: all but the extension. */
  WITHOUT_EXTENSION(".") {
    @Override
    String of(String path) {
      int dot = path.lastIndexOf('.');
      return dot > path.lastIndexOf('/') ? path.substring(0, dot) : path;
    }
  },
  /** {@code {/}}: what stands behind the last slash. */
  NAME("/") {
    @Override
    String of(String path) {
      return path.substring(path.lastIndexOf('/') + 1);
    }
  },
  /** {@code {//}}: the folder, as {@code dirname} has it. */
  FOLDER("//") {
    @Override
    String of(String path) {
      String file = withoutSlashes(path);
      int slash = file.lastIndexOf('/');
      return slash < 0 ? "." : withoutSlashes(file.substring(0, slash + 1));
    }
  },
  /** {@code {/.}}: the name without its extension. */
  STEM("/.") {
    @Override
    String of(String path) {
      return WITHOUT_EXTENSION.of(NAME.of(path));
    }
  };

  private final String symbol;

  PathPart(String symbol) {
    this.symbol = symbol;
  }

  /** The part of a path. */
  abstract String of(String path);

  /** What stands in the braces. */
  String symbol() {
    return symbol;
  }

  static Optional<PathPart> ofSymbol(String symbol) {
    return Arrays.stream(values()).filter(part -> part.symbol.equals(symbol)).findFirst();
  }

  /* Without those at the end, of which the first one stays if there is nothing else. */
  private static String withoutSlashes(String path) {
    int end = path.length();
    while (end > 1 && path.charAt(end - 1) == '/') {
      end--;
    }
    return path.substring(0, end);
  }
}
