package io.millrace.engine.claim;

/**
 * The parts of a claim's word: the end (16 bits), the cell being worked on (16 bits), the state and why
 * the owner was interrupted (4 bits each), how many items wait (12 bits), and the phase of the cell's item
 * (12 bits, which wrap around). Pure.
 */
@SuppressWarnings("EnumOrdinal") // packed here, nowhere else
final class ClaimWord {
  /** Added to a word, it moves on to the next cell. */
  static final long POSITION_ONE = 1L << 16;

  /** Added to a word, it counts a further item that its owner has left waiting. */
  static final long WAITING_ONE = 1L << 40;

  private static final long PHASE_ONE = 1L << 52;
  private static final int STATE_SHIFT = 32;
  private static final int REASON_SHIFT = 36;
  private static final int WAITING_SHIFT = 40;
  private static final int PHASE_SHIFT = 52;
  private static final long PART = 0xFFFF;
  private static final long NIBBLE = 0xF;
  private static final long WAITING = 0xFFF;
  private static final long STATE_AND_REASON = 0xFFL << STATE_SHIFT;
  private static final State[] STATES = State.values();
  private static final Interruption[] REASONS = Interruption.values();

  /** The state of a claim; its class has the drawing. */
  enum State {
    RUNNING,
    LOADING,
    SEALED,
    INTERRUPTING,
    INTERRUPTED,
    /** Abandoned before its interrupt was sent: the owner waits for that. */
    ABANDONING,
    ABANDONED
  }

  private ClaimWord() {}

  static long word(long position, long end, State state) {
    return ((long) state.ordinal() << STATE_SHIFT) | (position << 16) | end;
  }

  static int position(long word) {
    return (int) (word >>> 16 & PART);
  }

  static int end(long word) {
    return (int) (word & PART);
  }

  static State state(long word) {
    return STATES[(int) (word >>> STATE_SHIFT & NIBBLE)];
  }

  /** How many items before the position wait, and have no outcome yet. */
  static int waiting(long word) {
    return (int) (word >>> WAITING_SHIFT & WAITING);
  }

  /** Why the owner was interrupted; only in a word that comes from {@link #interrupting}. */
  static Interruption reason(long word) {
    return REASONS[(int) (word >>> REASON_SHIFT & NIBBLE)];
  }

  /** The same word in another state; whoever was interrupted keeps the reason. */
  static long with(State state, long word) {
    return (word & ~(NIBBLE << STATE_SHIFT)) | ((long) state.ordinal() << STATE_SHIFT);
  }

  static long withEnd(long end, long word) {
    return (word & ~PART) | end;
  }

  static long withPosition(long position, long word) {
    return (word & ~(PART << 16)) | (position << 16);
  }

  static long interrupting(long word, Interruption why) {
    return (word & ~STATE_AND_REASON)
        | ((long) State.INTERRUPTING.ordinal() << STATE_SHIFT)
        | ((long) why.ordinal() << REASON_SHIFT);
  }

  /** The same cell, RUNNING, in a phase that the cell was not in before. */
  static long nextPhase(long word) {
    return (word & ~STATE_AND_REASON) + PHASE_ONE;
  }

  /** Whether two words are about the same phase of the same cell. */
  static boolean isSameWork(long one, long other) {
    return position(one) == position(other) && one >>> PHASE_SHIFT == other >>> PHASE_SHIFT;
  }
}
