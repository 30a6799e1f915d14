package io.millrace.cli.run;

import io.millrace.cli.text.LineEnd;
import java.util.Optional;

/** Makes items of lines. Used by one thread at a time. */
interface ItemParser {
  /**
   * Takes the next line.
   *
   * @param number of the item that it would be
   * @return empty if there is no item in it
   */
  Optional<Item> parse(long number, byte[] line);

  /** The item for a line that was not kept, as it is longer than so many bytes. */
  default Item tooLong(long number, int limit) {
    return Item.malformed(
        number, new byte[0], "it is longer than " + limit + " bytes: see --max-line");
  }

  /** Another input begins. */
  default void begin(String name) {}

  /** Where the lines of an input end. */
  default LineEnd lineEnd(byte delimiter) {
    return LineEnd.of(delimiter);
  }

  /** Each line is an item, an empty one too. */
  static ItemParser lines() {
    return (number, line) -> Optional.of(Item.of(number, line));
  }
}
