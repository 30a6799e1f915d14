package io.millrace.cluster;

import java.time.Duration;
import java.util.Objects;

/**
 * Keeps limits that several JVMs share. SPI: {@link PostgresPermits} is one, {@link RedisPermits} another, and {@link MemoryPermits} one for tests. Thread-safe.
 */
public interface PermitStore {
  /**
   * Opens a limit, which is made if there is none of its name.
   *
   * @return closed by the caller
   * @throws PermitStoreException if the store cannot be used, or keeps another limit under this name that is in use
   */
  Session open(SharedLimit limit);

  /**
   * One JVM's access to one limit. Its methods block, for a bounded time. They are called by one thread at a time, except
   * {@link #close}. After a {@link PermitStoreException} the next call is made as usual, over a new connection where there is one.
   */
  interface Session extends AutoCloseable {
    /**
     * Takes permits, which come evenly, at the pace of the limit. Whoever asks first gets the earlier ones, so this
     * never has to be repeated. During a pause nothing is taken.
     *
     * @param permits at least 1
     */
    Reservation reserve(long permits);

    /**
     * Gives permits back that were reserved, have come, and were not used. As many are kept as the burst allows.
     *
     * @param permits at least 1
     */
    Standing giveBack(long permits);

    /**
     * Takes permits that are there, and at most so many: they were used while the store was lost, and are not to be used once more, as a burst.
     * Nobody waits for that. By default nothing is taken.
     *
     * @param permits at least 1
     */
    default Standing debit(long permits) {
      return look();
    }

    /**
     * Pauses the limit: nobody may start for this long. Of several pauses, the one that ends last counts.
     *
     * @param duration longer than zero
     */
    Standing pause(Duration duration);

    /** Whether there is a pause. Changes nothing. */
    Standing look();

    /** Gives the connection up: a call that is under way fails soon. Returns at once; further calls do nothing. */
    @Override
    void close();
  }

  /**
   * Permits that were reserved.
   *
   * @param lastIn how long until the last of them has come, not negative
   * @param number how many reservations of the limit there have been, by all JVMs, this one included
   * @param standing of the limit
   */
  record Reservation(Duration lastIn, long number, Standing standing) {
    /** Checks the arguments. */
    public Reservation {
      Objects.requireNonNull(standing, "standing");
      requireNotNegative("lastIn", lastIn);
    }
  }

  /**
   * Whether the limit is paused.
   *
   * @param pauses grows whenever a pause begins or is prolonged
   * @param pausedFor how long the pause still goes on; zero if there is none
   */
  record Standing(long pauses, Duration pausedFor) {
    /** Checks the arguments. */
    public Standing {
      requireNotNegative("pausedFor", pausedFor);
    }
  }

  private static void requireNotNegative(String name, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(name + " must not be negative, and is " + value);
    }
  }
}
