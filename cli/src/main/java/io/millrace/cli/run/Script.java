package io.millrace.cli.run;

import io.millrace.cli.run.Template.Part;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A script with places. It is taken only if all of it is of a part of the shell's language in which no value can become
 * code: what is not surely understood is refused, and not followed. Used by one thread, once.
 */
final class Script {
  /** The character of the first value; all of a script are below it. */
  static final char FIRST_VALUE = 0x100;

  private static final Pattern ASSIGNMENT = Pattern.compile("([A-Za-z_]\\w*)=.*", Pattern.DOTALL);
  private static final Pattern COMMAND = Pattern.compile("[\\w@%+:,./-]+");
  private static final Pattern FILE_NUMBER = Pattern.compile("\\d+");
  private static final Pattern EXPANSION =
      Pattern.compile("[A-Za-z_]\\w*|[0-9?!#]|\\{(?:[A-Za-z_]\\w*|\\d+)\\}");

  /* Behind them the name of a command comes, or another of them. */
  private static final Set<String> BEFORE_COMMANDS =
      Set.of("if", "then", "elif", "else", "fi", "while", "until", "do", "done", "{", "}", "!");

  /* What takes arguments for code, for the names of variables or commands, or changes the parameters. */
  private static final Set<String> REFUSED =
      Set.of(
          (". alias bg bind builtin caller case command compgen complete compopt coproc declare dirs disown enable"
                  + " esac eval exec export fc fg function getopts hash help history in jobs let local logout mapfile"
                  + " popd pushd read readarray readonly return select set shift shopt source suspend time times trap"
                  + " type typeset ulimit unalias unset wait")
              .split(" "));

  /* Some of them take what they are set to for an expression, in which bash finds commands. */
  private static final Pattern OF_THE_SHELL =
      Pattern.compile(
          "(?:BASH|COMP_|EPOCH|HIST|LC_|OPT|PS\\d).*|CDPATH|COLUMNS|DIRSTACK|ENV|EUID|FUNCNAME|GLOBIGNORE|GROUPS|IFS"
              + "|LANG|LINENO|LINES|MAILCHECK|PATH|PIPESTATUS|POSIXLY_CORRECT|PPID|RANDOM|SECONDS|SHELLOPTS|SHLVL"
              + "|SRANDOM|TIMEFORMAT|TMOUT|UID|_");

  /* In a format of printf: bash sets the variable that the argument names. */
  private static final Pattern NAMES_A_VARIABLE = Pattern.compile("%[^%A-Za-z]*[hlLjtzq]*n");

  private final String text;
  private final List<Part> values;
  private final StringBuilder taken = new StringBuilder();
  private int at;

  private final StringBuilder word = new StringBuilder();
  private boolean isWord;
  private boolean isBare = true;
  private boolean isPattern;
  private boolean isVaried;
  private int bare;
  private boolean isTarget;

  private String command = "";
  private int arguments;
  private boolean wasVaried;

  /**
   * Reads a script.
   *
   * @param text with a character for each place: {@link #FIRST_VALUE} and how many values are before
   */
  Script(String text, List<Part> values) {
    this.text = text;
    this.values = values;
  }

  /**
   * The script with parameters.
   *
   * @throws ScriptException if it has anything that is not surely understood
   */
  String withParameters() {
    while (at < text.length()) {
      plain(text.charAt(at++));
    }
    endCommand();
    return taken.toString();
  }

  private char next() {
    return at < text.length() ? text.charAt(at) : '\n';
  }

  private static boolean isValue(char each) {
    return each >= FIRST_VALUE;
  }

  private String parameter(char value) {
    return "${" + (value - FIRST_VALUE + 1) + "}";
  }

  private void plain(char each) {
    if (isValue(each)) {
      taken.append('"').append(parameter(each)).append('"');
      vary();
      return;
    }
    taken.append(each);
    switch (each) {
      case ' ', '\t' -> endWord();
      case '\n', ';', '|', ')' -> endCommand();
      case '&' -> {
        require(next() != '>', "'&>'");
        endCommand();
      }
      case '(' -> {
        require(!isWord && command.isEmpty() && !isTarget && next() != '(', "'(' there");
        endCommand();
      }
      case '<', '>' -> redirection(each);
      case '\'' -> singleQuotes();
      case '"' -> doubleQuotes();
      case '#' -> numberSign();
      case '$' -> throw refused("'$' outside of double quotes");
      case '\\', '`' -> throw refused("'" + each + "'");
      case '{', '}' -> {
        require(!isWord && " \t\n;".indexOf(next()) >= 0, "'" + each + "' there");
        add(each);
      }
      case '*', '?', '[' -> {
        isPattern = true;
        add(each);
      }
      default -> {
        require(each > ' ' && each != 0x7f, "a control character");
        add(each);
      }
    }
  }

  private void add(char each) {
    isWord = true;
    word.append(each);
    if (isBare) {
      bare = word.length();
    }
  }

  private void vary() {
    isWord = true;
    isBare = false;
    isVaried = true;
  }

  private void singleQuotes() {
    isWord = true;
    isBare = false;
    for (char each = quoted(); each != '\''; each = quoted()) {
      if (isValue(each)) {
        String place = values.get(each - FIRST_VALUE).shown();
        throw new ScriptException(
            place
                + " stands inside of single quotes, where it would be a part of code for another program. Give that"
                + " program an argument, as in: sh -c 'echo \"$1\"' sh "
                + place);
      }
      taken.append(each);
      add(each);
    }
    taken.append('\'');
  }

  private void doubleQuotes() {
    isWord = true;
    isBare = false;
    for (char each = quoted(); each != '"'; each = quoted()) {
      require(each != '\\' && each != '`', "'" + each + "' in double quotes");
      if (isValue(each)) {
        taken.append(parameter(each));
        vary();
      } else if (each == '$') {
        expansion();
      } else {
        taken.append(each);
        add(each);
      }
    }
    taken.append('"');
  }

  private char quoted() {
    require(at < text.length(), "a quote that does not end");
    return text.charAt(at++);
  }

  private void expansion() {
    Matcher name = EXPANSION.matcher(text).region(at, text.length());
    require(name.lookingAt(), "'$' before something other than a name");
    taken.append('$').append(name.group());
    at = name.end();
    vary();
  }

  private void numberSign() {
    if (isWord) {
      add('#');
      return;
    }
    int line = text.lastIndexOf('\n', at - 1) + 1;
    require(text.substring(line, at - 1).isBlank(), "a comment behind something");
    while (next() != '\n') {
      char each = text.charAt(at++);
      taken.append(isValue(each) ? parameter(each) : String.valueOf(each));
    }
  }

  private void redirection(char each) {
    if (isBare && FILE_NUMBER.matcher(word).matches()) {
      clearWord();
    }
    endWord();
    require(!isTarget, "two redirections at once");
    require(each == '>' || next() != '<', "a here-document");
    if (next() == '>' || next() == '&') {
      taken.append(next());
      at++;
    }
    require("<>&|(".indexOf(next()) < 0, "such a redirection");
    isTarget = true;
  }

  private void clearWord() {
    word.setLength(0);
    bare = 0;
    isWord = false;
    isBare = true;
    isPattern = false;
    isVaried = false;
  }

  private void endWord() {
    if (!isWord) {
      return;
    }
    String name = word.toString();
    boolean varies = isVaried || (isPattern && !name.equals("["));
    if (isTarget) {
      isTarget = false;
    } else if (command.isEmpty()) {
      first(name, varies);
    } else {
      argument(name, varies);
    }
    clearWord();
  }

  private void first(String name, boolean varies) {
    Matcher assignment = ASSIGNMENT.matcher(word.substring(0, bare));
    if (assignment.matches()) {
      requireOwn(assignment.group(1));
      return;
    }
    require(!varies, "a command whose name is not written out");
    if (BEFORE_COMMANDS.contains(name)) {
      return;
    }
    require(
        name.equals("[") || (COMMAND.matcher(name).matches() && !REFUSED.contains(name)),
        "'" + name + "' as a command");
    command = name;
    arguments = 0;
    wasVaried = false;
  }

  private void argument(String name, boolean varies) {
    arguments++;
    switch (command) {
      case "for" -> {
        require(arguments != 1 || !varies, "a loop like this");
        require(arguments != 2 || (!varies && name.equals("in")), "'for' without 'in'");
        if (arguments == 1) {
          requireOwn(name);
        }
      }
      case "printf" -> {
        if (arguments == 1 && !varies && name.equals("--")) {
          arguments = 0; // the format comes behind it
        } else if (arguments == 1) {
          require(
              !varies && !name.startsWith("-"), "'printf' without a format that is written out");
          require(!NAMES_A_VARIABLE.matcher(name.replace("%%", "")).find(), "'printf' with '%n'");
        }
      }
      case "test", "[" -> {
        require(!isPattern, "a test of a pattern");
        require(varies || !(name.equals("-v") || name.equals("-R")), "'" + name + "'");
        require(!varies || !wasVaried, "a test that is not written out");
      }
      default -> {
        // what another program does with it, it does
      }
    }
    wasVaried = varies;
  }

  private void requireOwn(String variable) {
    require(
        !OF_THE_SHELL.matcher(variable).matches(), "the shell's own variable '" + variable + "'");
  }

  private void endCommand() {
    endWord();
    require(!command.equals("for") || arguments >= 2, "'for' without 'in'");
    command = "";
    isTarget = false;
  }

  private void require(boolean isUnderstood, String otherwise) {
    if (!isUnderstood) {
      throw refused(otherwise);
    }
  }

  private ScriptException refused(String what) {
    String place = values.getFirst().shown();
    return new ScriptException(
        place
            + " stands in a script with "
            + what
            + ", and may be code there, or not be one word. Leave out --shell, and write \"$1\" for the value:"
            + " sh -c 'SCRIPT' sh "
            + place
            + ", or put the script into a file: sh FILE "
            + place);
  }
}
