package io.millrace.cli.run;

import io.millrace.cli.process.Invocation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What is run for an item.
 *
 * @param words the command
 * @param variables of its environment, by name
 * @param input whether it reads the item, and what stands behind that
 */
record CommandForm(Template words, Map<String, Template> variables, Input input) {

  /** What the command reads. */
  enum Input {
    NOTHING,
    /** The item, and the end of a line. */
    LINE,
    /** The item. */
    ITEM
  }

  /** The fields that items have to have. */
  Set<String> fields() {
    Set<String> all = new TreeSet<>(words.fields());
    variables.values().forEach(value -> all.addAll(value.fields()));
    return all;
  }

  /** Whether the number of the item stands anywhere. */
  boolean hasNumbers() {
    return words.hasNumbers() || variables.values().stream().anyMatch(Template::hasNumbers);
  }

  /** What stands in braces that are text, and so should be the name of no field. */
  Set<String> bracedTexts() {
    Set<String> all = new TreeSet<>(words.bracedTexts());
    variables.values().forEach(value -> all.addAll(value.bracedTexts()));
    return all;
  }

  /**
   * The command for an item.
   *
   * @throws MalformedItemException if none can be made of it
   */
  Invocation invocation(Item item) {
    byte[] input =
        switch (this.input) {
          case NOTHING -> null;
          case ITEM -> item.text();
          case LINE -> withNewline(item.text());
        };
    return new Invocation(words.fill(item), environment(item), input, Long.toString(item.number()));
  }

  private List<byte[]> environment(Item item) {
    List<byte[]> all = new ArrayList<>(variables.size());
    variables.forEach((name, value) -> all.add(joined(name + "=", value.fill(item).getFirst())));
    return all;
  }

  private static byte[] joined(String start, byte[] end) {
    byte[] first = Template.bytes(start);
    byte[] all = Arrays.copyOf(first, first.length + end.length);
    System.arraycopy(end, 0, all, first.length, end.length);
    return all;
  }

  private static byte[] withNewline(byte[] text) {
    byte[] line = Arrays.copyOf(text, text.length + 1);
    line[text.length] = '\n';
    return line;
  }

  /** What somebody could type into a shell to have the same; each byte is a character. */
  String shown(Item item) {
    StringBuilder text = new StringBuilder();
    if (input != Input.NOTHING) {
      String newline = input == Input.LINE ? "\\n" : "";
      text.append("printf '%s").append(newline).append("' ");
      text.append(Shell.quoted(item.text())).append(" | ");
    }
    variables.forEach(
        (name, value) ->
            text.append(name)
                .append('=')
                .append(Shell.quoted(value.fill(item).getFirst()))
                .append(' '));
    text.append(words.fill(item).stream().map(Shell::quoted).collect(Collectors.joining(" ")));
    return text.toString();
  }
}
