package io.millrace.cli.run;

import io.millrace.cli.console.Streams;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The words that stand behind {@code --} on the command line, as bytes: the JVM makes texts of them, and loses what is
 * nothing in the encoding of the locale.
 *
 * @param isGiven whether there is {@code --}
 * @param command the words of the command
 * @param items behind {@code :::}, maybe none; empty without it
 */
public record CommandWords(boolean isGiven, List<byte[]> command, Optional<List<byte[]>> items) {
  private static final String SEPARATOR = "--";
  private static final String ITEMS = ":::";
  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

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
          given.forEach(item -> all.add(new String(item, StandardCharsets.UTF_8)));
        });
    return all;
  }

  /** The same without items. */
  List<String> shownCommand() {
    List<String> all = new ArrayList<>(List.of(SEPARATOR));
    command.forEach(word -> all.add(new String(word, StandardCharsets.UTF_8)));
    return all;
  }

  /** How many of the arguments stand before the words. */
  public static int optionsOf(String... arguments) {
    int separator = Arrays.asList(arguments).indexOf(SEPARATOR);
    return separator < 0 ? arguments.length : separator;
  }

  /** The words in the arguments of the command. */
  public static CommandWords of(Streams streams, String... arguments) {
    int options = optionsOf(arguments);
    if (options == arguments.length) {
      return none();
    }
    List<String> texts = Arrays.asList(arguments).subList(options + 1, arguments.length);
    List<byte[]> words = streams.isProcess() ? asGiven(texts) : encoded(texts);
    int items = texts.indexOf(ITEMS);
    return items < 0
        ? new CommandWords(true, words, Optional.empty())
        : new CommandWords(
            true, words.subList(0, items), Optional.of(words.subList(items + 1, words.size())));
  }

  private static List<byte[]> encoded(List<String> texts) {
    return texts.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
  }

  private static List<byte[]> asGiven(List<String> texts) {
    List<byte[]> all = commandLine();
    int start = all.size() - texts.size();
    if (start < 0) {
      return encoded(texts);
    }
    List<byte[]> words = all.subList(start, all.size());
    for (int index = 0; index < words.size(); index++) {
      String text = texts.get(index);
      boolean isPlain = text.chars().allMatch(each -> each > 0 && each < 0x80);
      if (isPlain && !Arrays.equals(words.get(index), text.getBytes(StandardCharsets.US_ASCII))) {
        return encoded(texts); // that is not the same command line
      }
    }
    return words;
  }

  private static List<byte[]> commandLine() {
    List<byte[]> words = new ArrayList<>();
    try {
      byte[] all = Files.readAllBytes(COMMAND_LINE);
      int from = 0;
      for (int at = 0; at < all.length; at++) {
        if (all[at] == 0) {
          words.add(Arrays.copyOfRange(all, from, at));
          from = at + 1;
        }
      }
    } catch (IOException notThere) {
      // another system: then what the JVM has made of them has to do
    }
    return words;
  }
}
