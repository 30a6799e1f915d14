package io.millrace.testkit.hostile;

/** What code that is called by a run may do to it. */
public enum Misdeed {
  /** Throws a new {@link RuntimeException}. */
  THROWS_UNCHECKED(Kind.THROWS),

  /** Throws a new checked exception, declared or not. */
  THROWS_CHECKED(Kind.THROWS),

  /** Throws a new {@link StackOverflowError}. */
  OVERFLOWS_THE_STACK(Kind.THROWS),

  /** Throws a new {@link OutOfMemoryError}. */
  EXHAUSTS_THE_MEMORY(Kind.THROWS),

  /** Throws a new {@link AssertionError}. */
  FAILS_AN_ASSERTION(Kind.THROWS),

  /** Throws a new {@link InterruptedException}, though nobody interrupted it. */
  MAKES_UP_AN_INTERRUPT(Kind.THROWS),

  /** Throws the same exception each time. */
  THROWS_A_CONSTANT(Kind.THROWS),

  /** Blocks until it is interrupted or released, and throws its {@link InterruptedException}. */
  BLOCKS(Kind.BLOCKS),

  /** Ignores interrupts for longer than the grace period, and returns. */
  IGNORES_INTERRUPTS(Kind.BLOCKS),

  /** Returns with the interrupt flag of its thread set. */
  LEAVES_ITS_FLAG_SET(Kind.FLAGS),

  /** Starts a run of its own and waits for it. */
  STARTS_A_NESTED_RUN(Kind.CALLS_BACK),

  /** Asks its own run, or a limiter, how things stand. */
  ASKS_FOR_PROGRESS(Kind.CALLS_BACK),

  /** Takes a permit of the limiter that its own run uses. */
  TAKES_A_PERMIT(Kind.CALLS_BACK),

  /** Stops its own run. */
  STOPS_ITS_RUN(Kind.ENDS),

  /** Closes its own run, and so waits for itself. */
  CLOSES_ITS_RUN(Kind.ENDS);

  /** What misdeeds have in common. */
  public enum Kind {
    /** Throws, at once. */
    THROWS,
    /** Takes its time. */
    BLOCKS,
    /** Leaves the thread's interrupt flag set. */
    FLAGS,
    /** Calls the library, which changes nothing about its run. */
    CALLS_BACK,
    /** Ends its run. */
    ENDS
  }

  private final Kind kind;

  Misdeed(Kind kind) {
    this.kind = kind;
  }

  /** What it has in common with others. */
  public Kind kind() {
    return kind;
  }

  /** Whether it is of this kind. */
  public boolean is(Kind kind) {
    return this.kind == kind;
  }
}
