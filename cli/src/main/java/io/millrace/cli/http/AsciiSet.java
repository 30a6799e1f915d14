package io.millrace.cli.http;

import java.util.function.IntPredicate;

/** Some characters of ASCII, to look whether a text has others. Immutable. */
final class AsciiSet {
  private final boolean[] has = new boolean[0x80];

  private AsciiSet() {}

  /** Those for which this is true. */
  static AsciiSet of(IntPredicate isOne) {
    AsciiSet set = new AsciiSet();
    for (int character = 0; character < set.has.length; character++) {
      set.has[character] = isOne.test(character);
    }
    return set;
  }

  /** Whether a text has no other characters. */
  boolean hasAllOf(String text) {
    for (int index = 0; index < text.length(); index++) {
      char character = text.charAt(index);
      if (character >= has.length || !has[character]) {
        return false;
      }
    }
    return true;
  }
}
