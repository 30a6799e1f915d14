package io.millrace.cli.manual;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The text of a manual page, in the language of {@code man}. */
final class Roff {
  /** An option in a text. */
  private static final Pattern OPTION =
      Pattern.compile("(?<![\\w\\\\-])(?:\\\\-){1,2}\\w[\\w.]*(?:\\\\-\\w+)*");

  private final StringBuilder text = new StringBuilder();

  /** Begins a page: neither words nor columns of it are stretched or broken. */
  Roff(String title, String version) {
    text.append(".TH \"").append(plain(title)).append("\" 1 \"\" \"");
    text.append(plain(version)).append("\" \"Millrace\"\n.nh\n.ad l\n");
  }

  void section(String heading) {
    text.append(".SH \"").append(plain(heading)).append("\"\n");
  }

  void subsection(String heading) {
    text.append(".SS \"").append(plain(heading)).append("\"\n");
  }

  /** A paragraph in which the names of options stand out. */
  void paragraph(String words) {
    text.append(".PP\n").append(line(prose(words)));
  }

  /** Goes on with the paragraph. */
  void words(String words) {
    text.append(line(prose(words)));
  }

  /** Lines as they are. */
  void verbatim(List<String> lines) {
    text.append(".PP\n.nf\n");
    lines.forEach(each -> text.append(line(plain(each))));
    text.append(".fi\n");
  }

  /**
   * Something and what it is.
   *
   * @param tag in this language
   */
  void tagged(String tag, String words) {
    text.append(".TP\n").append(line(tag)).append(line(prose(words)));
  }

  static String bold(String words) {
    return "\\fB" + plain(words) + "\\fR";
  }

  static String italic(String words) {
    return "\\fI" + plain(words) + "\\fR";
  }

  /** A text that can be copied from the page as it is. */
  static String plain(String words) {
    return words
        .replace("\\", "\\(rs")
        .replace("-", "\\-")
        .replace("'", "\\(aq")
        .replace("\"", "\\(dq")
        .replace("`", "\\(ga")
        .replace("^", "\\(ha")
        .replace("~", "\\(ti");
  }

  private static String prose(String words) {
    return OPTION
        .matcher(plain(words))
        .replaceAll(found -> Matcher.quoteReplacement("\\fB" + found.group() + "\\fR"));
  }

  /* A line that begins with a dot would be a request. */
  private static String line(String words) {
    return (words.startsWith(".") ? "\\&" : "") + words + "\n";
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
