package io.millrace.cli.console;

import io.millrace.base.Visible;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One line of parts, which leaves out the less important ones where there is no room for all.
 *
 * @param parts from left to right
 */
public record Line(List<Part> parts) {
  private static final String BETWEEN = ", ";
  private static final String CUT = "...";
  private static final int LEAST = 16;

  /** Copies the list. */
  public Line {
    parts = List.copyOf(parts);
  }

  /** How a part looks, where colours are wanted. */
  public enum Look {
    PLAIN(""),
    ATTENTION("\u001b[33m"),
    FAILURE("\u001b[31m");

    private final String start;

    Look(String start) {
      this.start = start;
    }

    private String of(String text) {
      return this == PLAIN ? text : start + text + "\u001b[0m";
    }
  }

  /**
   * A part of it.
   *
   * @param rank the part with the highest one is given up first; those of rank 0 are cut instead
   */
  public record Part(int rank, String text, Look look) {
    /** Nothing in the text steers a terminal. */
    public Part {
      text = Visible.of(text);
    }

    /** A part without colour. */
    public static Part of(int rank, String text) {
      return new Part(rank, text, Look.PLAIN);
    }
  }

  /** A line of one text. */
  public static Line of(String text) {
    return new Line(List.of(Part.of(0, text)));
  }

  /** The same line with one more part. */
  public Line and(Part part) {
    List<Part> all = new ArrayList<>(parts);
    all.add(part);
    return new Line(all);
  }

  /** All of it, without colours. */
  public String full() {
    return parts.stream().map(Part::text).collect(Collectors.joining(BETWEEN));
  }

  /** What fits in so many columns. */
  Shown fit(int columns, boolean colored) {
    List<Part> left = new ArrayList<>(parts);
    while (left.size() > 1 && width(left) > columns) {
      Part least = left.stream().max(Comparator.comparingInt(Part::rank)).orElseThrow();
      int others = width(left) - width(least.text());
      int place = left.lastIndexOf(least);
      if (columns - others >= LEAST) { // the rest of it says something still
        left.set(place, new Part(least.rank(), cut(least.text(), columns - others), least.look()));
      } else {
        left.remove(place);
      }
    }
    if (left.size() == 1 && width(left) > columns) {
      Part only = left.getFirst();
      left = List.of(new Part(only.rank(), cut(only.text(), columns), only.look()));
    }
    String text =
        left.stream()
            .map(part -> colored ? part.look().of(part.text()) : part.text())
            .collect(Collectors.joining(BETWEEN));
    return new Shown(text, width(left));
  }

  /**
   * What is shown of a line.
   *
   * @param width how many columns it takes
   */
  record Shown(String text, int width) {}

  private static int width(List<Part> parts) {
    int between = BETWEEN.length() * Math.max(0, parts.size() - 1);
    return between + parts.stream().mapToInt(part -> width(part.text())).sum();
  }

  private static int width(String text) {
    return text.codePoints().map(Line::width).sum();
  }

  /* Scripts whose characters take two columns begin about here: better too wide than wrapped. */
  private static int width(int codePoint) {
    return codePoint < 0x1100 ? 1 : 2;
  }

  private static String cut(String text, int columns) {
    String end = columns > CUT.length() ? CUT : "";
    StringBuilder start = new StringBuilder();
    int room = columns - end.length();
    for (int at = 0; at < text.length(); ) {
      int codePoint = text.codePointAt(at);
      room -= width(codePoint);
      if (room < 0) {
        break;
      }
      start.appendCodePoint(codePoint);
      at += Character.charCount(codePoint);
    }
    return start + end;
  }
}
