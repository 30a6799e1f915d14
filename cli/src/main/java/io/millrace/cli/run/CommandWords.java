package io.millrace.cli.run;

import io.millrace.cli.text.ByteText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The words that stand behind {@code --} on the command line, as bytes, which go through as they are.
 *
 * @param isGiven whether there is {@code --}
 * @param command the words of the command
 * @param items behind {@code :::}, maybe none; empty without it
 */
public record CommandWords(boolean isGiven, List<byte[]> command, Optional<List<byte[]>> items) {
  private static final String SEPARATOR = "--";
  private static final String ITEMS = ":::";

  /** No words. */
  public static CommandWords none() {
    return new CommandWords(false, List.of(), Optional.empty());
  }

  /** As they stand on a command line, with what is in front of them. */
  List<String> shown() {
    List<String> all = new ArrayList<>(shownCommand());
    items.ifPresent(
        given -> {
          all.add(ITEMS);
          given.forEach(item -> all.add(ByteText.of(item)));
        });
    return all;
  }

  /** The same without items. */
  List<String> shownCommand() {
    List<String> all = new ArrayList<>(List.of(SEPARATOR));
    command.forEach(word -> all.add(ByteText.of(word)));
    return all;
  }

  /** How many of the arguments stand before the words. */
  public static int optionsOf(String... arguments) {
    int separator = Arrays.asList(arguments).indexOf(SEPARATOR);
    return separator < 0 ? arguments.length : separator;
  }

  /**
   * The words among the arguments of the command.
   *
   * @param bytes the same arguments
   */
  public static CommandWords of(List<byte[]> bytes, String... arguments) {
    int options = optionsOf(arguments);
    if (options == arguments.length) {
      return none();
    }
    List<byte[]> words = bytes.subList(options + 1, bytes.size());
    int items = Arrays.asList(arguments).subList(options + 1, arguments.length).indexOf(ITEMS);
    return items < 0
        ? new CommandWords(true, words, Optional.empty())
        : new CommandWords(
            true, words.subList(0, items), Optional.of(words.subList(items + 1, words.size())));
  }
}
