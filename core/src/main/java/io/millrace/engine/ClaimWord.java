package io.millrace.engine;

/**
 * The parts of a claim's word: the cell being worked on (16 bits), the end (16 bits), the state. Pure.
 */
@SuppressWarnings("EnumOrdinal") // packed here, nowhere else
final class ClaimWord {
  /** Added to a word, it moves on to the next cell. */
  static final long POSITION_ONE = 1L << 16;

  private static final long PART = 0xFFFF;
  private static final int STATE_SHIFT = 32;
  private static final State[] STATES = State.values();

  /** The state of a claim; its class has the drawing. */
  enum State {
    RUNNING,
    LOADING,
    SEALED,
    INTERRUPTING,
    INTERRUPTED,
    ABANDONED
  }

  private ClaimWord() {}

  static long word(long position, long end, State state) {
    return ((long) state.ordinal() << STATE_SHIFT) | position << 16 | end;
  }

  static int position(long word) {
    return (int) (word >>> 16 & PART);
  }

  static int end(long word) {
    return (int) (word & PART);
  }

  static State state(long word) {
    return STATES[(int) (word >>> STATE_SHIFT)];
  }

  static long with(State state, long word) {
    return word(position(word), end(word), state);
  }
}
