package io.millrace.cli.run;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Where in a script a place is, so that a value stays one word there and is read by no program as code. It follows quotes,
 * comments and substitutions; a place behind something that it cannot follow is refused.
 */
final class Quoting {
  private static final char COMMANDS = '(';
  private static final char ARITHMETIC = 'a';
  private static final char PARAMETER = '{';
  private static final String SEPARATORS = " \t\n;|&(";

  /* What is open, the innermost first: a quote, or one of the above. */
  private final Deque<Character> open = new ArrayDeque<>();
  private final StringBuilder word = new StringBuilder();
  private boolean isEscaped;
  private boolean isComment;
  private char before = ' ';

  /* What cannot be followed; empty if there was nothing yet. */
  private String lost = "";

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

  private char inner() {
    return open.isEmpty() ? COMMANDS : open.peek();
  }

  /* Where the shell expects commands. */
  private boolean isPlain() {
    return inner() == COMMANDS || inner() == '`';
  }

  private void read(char each) {
    char inner = inner();
    keyword(each);
    switch (each) {
      case '\\' -> isEscaped = inner != '\'';
      case '\'' -> {
        if (isPlain() && before == '$') {
          lost = "$'...'";
        }
        toggle(each, inner, inner == '\'' || isPlain());
      }
      case '"', '`' -> toggle(each, inner, inner != '\'');
      case '(' -> parenthesis(inner);
      case ')' -> {
        if ((inner == COMMANDS || inner == ARITHMETIC) && !open.isEmpty()) {
          open.pop();
        }
      }
      case '{' -> {
        if (before == '$' && inner != '\'') {
          open.push(PARAMETER);
        }
      }
      case '}' -> {
        if (inner == PARAMETER) {
          open.pop();
        }
      }
      case '<' -> {
        if (before == '<' && isPlain()) {
          lost = "a here-document";
        }
      }
      case '#' -> isComment = isPlain() && SEPARATORS.indexOf(before) >= 0;
      default -> {
        // nothing begins or ends
      }
    }
  }

  private void parenthesis(char inner) {
    if (before == '(' && inner == COMMANDS) {
      open.push(ARITHMETIC);
    } else if (inner == ARITHMETIC) {
      open.push(ARITHMETIC);
    } else if (isPlain() || (inner == '"' && before == '$')) {
      open.push(COMMANDS);
    }
  }

  /* The parenthesis behind a pattern of case would end a substitution. */
  private void keyword(char each) {
    if (!isPlain() || SEPARATORS.indexOf(each) >= 0) {
      if (word.toString().equals("case") && open.contains(COMMANDS)) {
        lost = "case inside of parentheses";
      }
      word.setLength(0);
    } else {
      word.append(each);
    }
  }

  private void toggle(char quote, char inner, boolean counts) {
    if (counts && inner == quote && !open.isEmpty()) {
      open.pop();
    } else if (counts) {
      open.push(quote);
    }
  }

  /**
   * A parameter of the script as it has to stand here.
   *
   * @param place as it was written
   * @throws ScriptException if it must not
   */
  String around(String parameter, String place) {
    boolean wasEscaped = isEscaped;
    isEscaped = false;
    before = '}';
    if (isComment) {
      return parameter;
    }
    refuse(place);
    String quoted = inner() == '"' ? parameter : "\"" + parameter + "\"";
    // a backslash before the place stands for itself
    return wasEscaped ? "\\" + quoted : quoted;
  }

  private void refuse(String place) {
    if (!lost.isEmpty()) {
      throw new ScriptException(
          place
              + " stands behind "
              + lost
              + ", where it cannot be followed what is quoted: put the script into a file,"
              + " and give it "
              + place
              + " as an argument");
    }
    if (inner() == '\'') {
      throw new ScriptException(
          place
              + " stands inside of single quotes, where it would be a part of code for another program. Give that program"
              + " an argument, as in: sh -c 'echo \"$1\"' sh "
              + place);
    }
    if (open.contains(ARITHMETIC)) {
      throw new ScriptException(
          place
              + " stands inside of (( )), where some shells run what they find in a value: compute with another program");
    }
    if (open.contains(PARAMETER)) {
      throw new ScriptException(
          place + " stands inside of ${ }: set a variable to it first, as in: x=" + place);
    }
  }
}
