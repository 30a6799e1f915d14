package io.millrace.cli.run;

import java.util.Optional;

/** Makes items of lines. Used by one thread. */
interface ItemParser {
  /**
   * Takes the next line.
   *
   * @param number of the item that it would be
   * @return empty if there is no item in it, or not all of it
   */
  Optional<Item> parse(long number, byte[] line);

  /** Takes the end: what began and did not end. */
  default Optional<Item> end(long number) {
    return Optional.empty();
  }

  /** How many bytes of an item that has not ended it keeps. */
  default int pending() {
    return 0;
  }

  /** Each line is an item, an empty one too. */
  static ItemParser lines() {
    return (number, line) -> Optional.of(Item.of(number, line));
  }
}
