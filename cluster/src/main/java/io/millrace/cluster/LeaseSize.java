package io.millrace.cluster;

/**
 * How many permits a JVM leases at a time. Arithmetic without lock or clock; one thread has it.
 *
 * <p>A block is at most what the whole limit makes in 50 ms, or in three round trips to the store if these take longer. While
 * somebody waits, or the next block is needed within 50 ms, they grow, to that size. While it waits for others for more than a quarter of a second, they shrink, so
 * that a turn comes round soon, however many share the limit: by a part of what they are, while they grow by a step that is the
 * same for all. So the blocks of those that need much come to the same size.
 */
final class LeaseSize {
  /* So much of the limit at a time. */
  static final double BLOCK_SECONDS = 0.05;
  private static final double ROUND_TRIPS = 3;
  private static final double LONGEST_TURN_SECONDS = 0.25;
  private static final double ROUND_TRIPS_OF_TURN = 2;
  private static final double STEPS = 20;
  private static final double LEAST_PART = 0.5;
  private static final double MEMORY = 0.8;
  private static final double NANOS = 1e9;

  private final double perSecond;
  private double block = 1;
  private double roundTrip;
  private boolean hasWaited;

  LeaseSize(double perSecond) {
    this.perSecond = perSecond;
  }

  long block() {
    return (long) block;
  }

  /** When fewer than this are left, the next block is due: a whole one, so that a delay of 50 ms loses nothing. */
  long least() {
    return block();
  }

  double gapNanos() {
    return NANOS / perSecond;
  }

  private double most() {
    return Math.max(1, perSecond * Math.max(BLOCK_SECONDS, ROUND_TRIPS * roundTrip));
  }

  /**
   * A block was leased.
   *
   * @param sinceLastNanos since the last one was asked for
   * @param tookNanos for how long the store was asked
   * @param permits of the block
   * @param waitNanos until the last of them comes
   * @param isShort nothing was left when it came, or somebody waited
   */
  void leased(long sinceLastNanos, long tookNanos, long permits, long waitNanos, boolean isShort) {
    double took = tookNanos / NANOS;
    roundTrip = roundTrip == 0 ? took : MEMORY * roundTrip + (1 - MEMORY) * took;
    double turn = Math.max(0, waitNanos / NANOS - permits / perSecond);
    double longestTurn = Math.max(LONGEST_TURN_SECONDS, ROUND_TRIPS_OF_TURN * roundTrip);
    if (turn > longestTurn) {
      hasWaited = true;
      block = Math.max(1, block * Math.max(LEAST_PART, longestTurn / turn));
    } else if (isShort || sinceLastNanos < BLOCK_SECONDS * NANOS) {
      block = hasWaited ? block + Math.max(1, most() / STEPS) : 2 * block;
    }
    block = Math.min(block, most());
  }
}
