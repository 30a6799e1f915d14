package io.millrace.cli.run;

import io.millrace.cli.run.Template.Part;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;

/** What a shell understands. */
final class Shell {
  private static final Pattern HARMLESS = Pattern.compile("[\\w@%+=:,./-]+");

  private Shell() {}

  /** A word as a shell takes it. */
  static String quoted(byte[] word) {
    String text = Template.text(word);
    return HARMLESS.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
  }

  /**
   * A script as a command of {@code /bin/sh}. What an item has comes as parameters: it is never read as a part of the
   * script, whatever it is and wherever its place is.
   *
   * @param words of the script, which are joined by spaces
   */
  static Template command(Template words) {
    List<Part> values = new ArrayList<>();
    StringBuilder script = new StringBuilder();
    Quotes quotes = new Quotes();
    for (List<Part> word : words.words()) {
      if (!script.isEmpty()) {
        script.append(' ');
      }
      for (Part part : word) {
        if (part instanceof Part.Literal(var bytes)) {
          String text = Template.text(bytes);
          quotes.read(text);
          script.append(text);
        } else {
          int known = values.indexOf(part);
          if (known < 0) {
            known = values.size();
            values.add(part);
          }
          script.append(quotes.around("${" + (known + 1) + "}"));
        }
      }
    }
    List<List<Part>> all = new ArrayList<>();
    for (String word : List.of("/bin/sh", "-c", script.toString(), "sh")) {
      all.add(List.of(new Part.Literal(Template.bytes(word))));
    }
    values.forEach(value -> all.add(List.of(value)));
    return new Template(all);
  }

  /** Where in a script a place is, so that a value stays one word there. */
  private static final class Quotes {
    /* What is open, the innermost first: a quote, or ( for commands. */
    private final Deque<Character> open = new ArrayDeque<>();
    private boolean isEscaped;
    private boolean isComment;
    private char before = ' ';

    void read(String text) {
      for (int index = 0; index < text.length(); index++) {
        char each = text.charAt(index);
        if (isEscaped) {
          isEscaped = false;
        } else if (isComment) {
          isComment = each != '\n';
        } else {
          read(each);
        }
        before = each;
      }
    }

    private void read(char each) {
      char inner = open.isEmpty() ? '(' : open.peek();
      switch (each) {
        case '\\' -> isEscaped = inner != '\'';
        case '\'' -> toggle(each, inner, inner == '\'' || inner == '(' || inner == '`');
        case '"' -> toggle(each, inner, inner != '\'');
        case '`' -> toggle(each, inner, inner != '\'');
        case '(' -> {
          if (inner == '(' || inner == '`' || (inner == '"' && before == '$')) {
            open.push(each);
          }
        }
        case ')' -> {
          if (inner == '(' && !open.isEmpty()) {
            open.pop();
          }
        }
        case '#' -> isComment = (inner == '(' || inner == '`') && " \t\n;(".indexOf(before) >= 0;
        default -> {
          // nothing begins or ends
        }
      }
    }

    private void toggle(char quote, char inner, boolean counts) {
      if (counts && inner == quote && !open.isEmpty()) {
        open.pop();
      } else if (counts) {
        open.push(quote);
      }
    }

    String around(String parameter) {
      boolean wasEscaped = isEscaped;
      isEscaped = false;
      before = '}';
      String inner = open.isEmpty() ? "(" : open.peek().toString();
      String quoted =
          switch (inner) {
            case "\"" -> parameter;
            case "'" -> "'\"" + parameter + "\"'";
            default -> "\"" + parameter + "\"";
          };
      // a backslash before the place stands for itself
      return wasEscaped ? "\\" + quoted : quoted;
    }
  }
}
