package io.millrace.cli.resume;

import io.millrace.base.Visible;
import io.millrace.cli.text.ByteText;
import io.millrace.cli.text.Credentials;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * A command line, as a shell takes it. What may be a secret is left out of it: the values of headers, and users with
 * passwords in URLs.
 *
 * @param words the program and its arguments, without secrets
 * @param isWhole whether nothing was left out
 */
public record Rerun(List<String> words, boolean isWhole) {
  private static final String LEFT_OUT = "...";

  /** What is said where something was left out. */
  static final String MISSING = "what may be secret is left out: put it in for '...'";

  /* What another run cannot write again, or does not need. */
  private static final Set<String> FILES =
      Set.of("--output", "--output-dir", "--failed", "--log", "--report");

  private static final String FORCE = "--force";

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");
  private static final Pattern HEADER =
      Pattern.compile("\\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\\s*:.*", Pattern.DOTALL);
  private static final Pattern HARMLESS =
      Pattern.compile("accept(-[a-z]+)?|content-type|user-agent|prefer", Pattern.CASE_INSENSITIVE);

  /** Copies the words. */
  public Rerun {
    words = List.copyOf(words);
  }

  /** The command that was given. */
  public static Rerun of(String program, List<String> arguments) {
    List<String> words = new ArrayList<>(List.of(program));
    String option = "";
    for (String argument : arguments) {
      int equals = argument.startsWith("--") ? argument.indexOf('=') : -1;
      String name = equals < 0 ? option : argument.substring(0, equals);
      String value = equals < 0 ? argument : argument.substring(equals + 1);
      String shown = shown(name, value);
      words.add(equals < 0 ? shown : name + "=" + shown);
      option = argument;
    }
    return new Rerun(words, words.subList(1, words.size()).equals(arguments));
  }

  /**
   * The command that was given, for the lines that failed: without the files that it has written besides them.
   *
   * @param failed where these lines are
   */
  public static Rerun ofFailed(String program, ParseResult call, Path failed) {
    List<String> words = new ArrayList<>(List.of(program, call.commandSpec().name()));
    boolean isWhole = true;
    boolean isForced = call.hasMatchedOption("--save-dir"); // which stays, and is what it is for
    // there is one that was given twice for each time, with all its values
    for (OptionSpec option : new LinkedHashSet<>(call.matchedOptions())) {
      String name = option.longestName();
      if (FILES.contains(name) || (name.equals(FORCE) && !isForced)) {
        continue;
      }
      if (option.arity().max() == 0) {
        words.add(name);
        continue;
      }
      for (String value : option.originalStringValues()) {
        String shown = shown(name, value);
        words.addAll(shown.startsWith("-") ? List.of(name + "=" + shown) : List.of(name, shown));
        isWhole &= shown.equals(value);
      }
    }
    String file = failed.toString();
    words.add(file.startsWith("-") ? "./" + file : file);
    return new Rerun(words, isWhole);
  }

  /** The same, in words in which nothing of the command stands. */
  public static String ofFailedInShort(String program, String command, Path failed) {
    return typed(program)
        + " "
        + command
        + " "
        + typed(failed.toString())
        + ", with the options of this run";
  }

  private static String shown(String option, String value) {
    if (option.equals("--header")) {
      Matcher header = HEADER.matcher(value);
      if (!header.matches()) {
        return LEFT_OUT;
      }
      String name = header.group(1);
      return HARMLESS.matcher(name).matches() ? value : name + ": " + LEFT_OUT;
    }
    return option.equals("--proxy")
        ? Credentials.leftOutOfProxy(value)
        : Credentials.leftOut(value);
  }

  /** The same with one more argument, before the others of the subcommand, unless it is there. */
  public Rerun with(String argument) {
    int end = words.indexOf("--"); // what stands behind it is another command's
    if (words.subList(0, end < 0 ? words.size() : end).contains(argument)) {
      return this;
    }
    List<String> more = new ArrayList<>(words);
    more.add(Math.min(2, more.size()), argument);
    return new Rerun(more, isWhole);
  }

  /** The same with more arguments, before the others of the subcommand. */
  public Rerun with(List<String> arguments) {
    Rerun more = this;
    for (String argument : arguments) {
      more = more.with(argument);
    }
    return more;
  }

  /** The same with more words behind, without secrets. */
  public Rerun and(List<String> behind) {
    List<String> more = new ArrayList<>(words);
    behind.forEach(word -> more.add(Credentials.leftOut(word)));
    boolean isAll = more.subList(words.size(), more.size()).equals(behind);
    return new Rerun(more, isWhole && isAll);
  }

  /** For a shell, in one text that says what was left out. */
  public String text() {
    String text = text(Optional.empty(), Optional.empty());
    return isWhole ? text : text + "  (" + MISSING + ")";
  }

  /** For a shell; of several lines, if a word is. */
  public String text(Optional<String> inputFile, Optional<String> outputFile) {
    StringBuilder text = new StringBuilder();
    for (String word : words) {
      text.append(text.isEmpty() ? "" : " ").append(typed(word));
    }
    inputFile.ifPresent(file -> text.append(" < ").append(typed(file)));
    outputFile.ifPresent(file -> text.append(" > ").append(typed(file)));
    return text.toString();
  }

  /* A word that can be shown, and typed into a shell: what would be escaped when it is shown stands there by its bytes. */
  private static String typed(String word) {
    StringBuilder text = new StringBuilder();
    for (int point : quoted(word).codePoints().toArray()) {
      if (point == '\n' || point == '\t' || !Visible.isSteering(point)) {
        text.appendCodePoint(point);
      } else {
        text.append("'\"$(printf '");
        for (byte each : ByteText.bytes(Character.toString(point))) {
          text.append(String.format(Locale.ROOT, "\\%03o", each & 0xff));
        }
        text.append("')\"'");
      }
    }
    return text.toString();
  }

  /** A word as a shell takes it. */
  public static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
