package io.millrace.cluster;

/**
 * How many permits a JVM leases at a time. Arithmetic without lock or clock; one thread has it.
 *
 * <p>JVMs that want more than there is take turns. How many they are, each sees by the numbers of its own reservations: between two of
 * them, each of the others has made one. They share a quarter of a second of the limit, or three round trips to the store if these take
 * longer, equally, so that their blocks come to the same size, and a turn comes round in that time. A block is never more than what
 * the limit makes in 50 ms, or in three round trips, and never less than in 5 ms, so that the store has no more than 200 reservations a second
 * however many JVMs there are. It grows to that size by doubling, while somebody waits or the next one is needed
 * within 50 ms; so whoever needs little leases little.
 */
final class LeaseSize {
  private static final double BLOCK_SECONDS = 0.05;
  /* So that all together reserve no more than 200 times a second. */
  private static final double LEAST_SECONDS = 0.005;
  private static final double TURN_SECONDS = 0.25;
  private static final double ROUND_TRIPS = 3;
  private static final double MEMORY = 0.8;
  private static final double MEMORY_OF_OTHERS = 0.5;
  private static final double NANOS = 1e9;

  private final double perSecond;
  private double block;
  private double roundTrip;
  private double sharing;
  private long lastNumber;
  private boolean hasLast;

  LeaseSize(double perSecond) {
    this.perSecond = perSecond;
    this.block = Math.max(1, perSecond * LEAST_SECONDS);
  }

  long block() {
    return (long) block;
  }

  /**
   * When fewer than this are left, the next block is due: a whole one, so that a delay of 50 ms loses nothing. None, if the limit makes
   * one permit in that time at most: then the next one is due when somebody waits for it, and whoever wants no more keeps none from others.
   */
  long least() {
    return block() == 1 && perSecond * BLOCK_SECONDS <= 1 ? 0 : block();
  }

  double gapNanos() {
    return NANOS / perSecond;
  }

  private double target() {
    double delays = ROUND_TRIPS * roundTrip;
    double most = Math.max(BLOCK_SECONDS, delays);
    double part = Math.max(TURN_SECONDS, delays) / Math.max(1, sharing);
    return Math.max(1, perSecond * Math.clamp(part, LEAST_SECONDS, most));
  }

  /**
   * A block was leased.
   *
   * @param sinceLastNanos since the last one was asked for
   * @param tookNanos for how long the store was asked
   * @param number of the reservation
   * @param isShort nothing was left when it came, or somebody waited
   */
  void leased(long sinceLastNanos, long tookNanos, long number, boolean isShort) {
    double took = tookNanos / NANOS;
    roundTrip = roundTrip == 0 ? took : MEMORY * roundTrip + (1 - MEMORY) * took;
    if (hasLast) {
      double others = Math.max(1, number - lastNumber);
      sharing =
          sharing == 0 ? others : MEMORY_OF_OTHERS * sharing + (1 - MEMORY_OF_OTHERS) * others;
    }
    lastNumber = number;
    boolean grows = hasLast && (isShort || sinceLastNanos < BLOCK_SECONDS * NANOS);
    hasLast = true;
    block = Math.min(target(), grows ? 2 * block : block);
  }
}
