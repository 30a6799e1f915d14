package io.millrace.cli.manual;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * An option as shells offer it.
 *
 * @param names shorter ones first
 * @param label what its value is called
 * @param summary what it does, in a few words
 */
record Offer(List<String> names, Value value, String label, String summary, boolean isRepeatable) {
  private static final int LONGEST_SUMMARY = 76;

  /** What completes the value of an option. */
  enum Value {
    /** There is no value. */
    NONE,
    FILE,
    DIRECTORY,
    /** Only people know it. */
    ANY
  }

  /** All options of a command. */
  static List<Offer> of(CommandSpec spec) {
    return spec.options().stream().map(Offer::of).toList();
  }

  private static Offer of(OptionSpec option) {
    List<String> names = Arrays.stream(option.names()).sorted(Offer::shorterFirst).toList();
    return new Offer(
        names,
        value(option),
        option.paramLabel(),
        summary(ManualPage.description(option)),
        option.isMultiValue());
  }

  private static int shorterFirst(String name, String other) {
    return Integer.compare(name.length(), other.length());
  }

  private static Value value(ArgSpec argument) {
    if (argument.arity().max() == 0) {
      return Value.NONE;
    }
    String label = argument.paramLabel().toUpperCase(Locale.ROOT);
    if (label.startsWith("DIR")) {
      return Value.DIRECTORY;
    }
    boolean isFile = label.startsWith("FILE") || label.equals("CHECKPOINT");
    return isFile || argument.type() == Path.class ? Value.FILE : Value.ANY;
  }

  /** Whether words that belong to no option may be files. */
  static boolean takesFiles(CommandSpec spec) {
    return spec.positionalParameters().stream().anyMatch(each -> value(each) == Value.FILE);
  }

  /** The first sentence, as far as it fits into a line of a list. */
  static String summary(String text) {
    String sentence = text.split("\\.(\\s|$)|;\\s|\\s\\(", 2)[0];
    if (sentence.length() <= LONGEST_SUMMARY) {
      return sentence;
    }
    int end = sentence.lastIndexOf(' ', LONGEST_SUMMARY - " ...".length());
    return sentence.substring(0, end).replaceFirst(",$", "") + " ...";
  }

  /** A text as one word of a shell. */
  static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
