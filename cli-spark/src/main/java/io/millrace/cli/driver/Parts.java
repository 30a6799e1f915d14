package io.millrace.cli.driver;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How the input is cut into tasks. It is read, but not kept, so it may have any size.
 *
 * @param requests lines that are neither blank nor comments
 */
record Parts(List<Part> all, long requests) {

  /** Cuts it. */
  static Parts of(Path file, int linesOfPart) throws IOException {
    Cutting cutting = new Cutting(linesOfPart);
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[1 << 16];
      for (int count = in.read(buffer); count > 0; count = in.read(buffer)) {
        for (int index = 0; index < count; index++) {
          cutting.add(buffer[index]);
        }
      }
    }
    return cutting.end();
  }

  /** How many lines there are, as far as line feeds say. */
  static long lines(Path file) throws IOException {
    return of(file, Integer.MAX_VALUE).requests();
  }

  private static final class Cutting {
    private final int linesOfPart;
    private final List<Part> all = new ArrayList<>();
    private long position;
    private long from;
    private long first = 1;
    private long line = 1;
    private long requests;

    /* Of the line: whether something stands in it, and whether that began with #. */
    private boolean isBlank = true;
    private boolean isComment;

    Cutting(int linesOfPart) {
      this.linesOfPart = linesOfPart;
    }

    void add(byte octet) {
      position++;
      if (octet == '\n') {
        endLine();
        line++;
        if (line - first == linesOfPart) {
          endPart();
        }
      } else if (isBlank && octet != ' ' && octet != '\t' && octet != '\r') {
        isBlank = false;
        isComment = octet == '#';
      }
    }

    private void endLine() {
      requests += isBlank || isComment ? 0 : 1;
      isBlank = true;
      isComment = false;
    }

    private void endPart() {
      if (position > from) {
        all.add(new Part(from, position - from, first));
      }
      from = position;
      first = line;
    }

    Parts end() {
      endLine();
      endPart();
      return new Parts(List.copyOf(all), requests);
    }
  }
}
