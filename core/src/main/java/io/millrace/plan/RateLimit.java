package io.millrace.plan;

import io.millrace.base.Require;
import io.millrace.base.Shown;
import io.millrace.limit.spi.PermitSource;
import io.millrace.signal.DeclaredLimit.Unit;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongBiFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * How often attempts may start: the specification. {@code RateLimiter} enforces it. Every attempt
 * takes a permit, retries included. Immutable.
 *
 * <p>A call with a specification makes a limiter of its own; to share one between calls, make a {@code RateLimiter}
 * and pass that.
 */
public sealed interface RateLimit {

  /** A token bucket of {@code permits} a second, without bursts. */
  static TokenBucket perSecond(double permits) {
    return per(permits, Duration.ofSeconds(1));
  }

  /** A token bucket of {@code permits} a minute, without bursts. */
  static TokenBucket perMinute(double permits) {
    return per(permits, Duration.ofMinutes(1));
  }

  /** A token bucket of {@code permits} an hour, without bursts. */
  static TokenBucket perHour(double permits) {
    return per(permits, Duration.ofHours(1));
  }

  /** A token bucket of {@code permits} a {@code period}, without bursts. */
  static TokenBucket per(double permits, Duration period) {
    return new TokenBucket(permits, period, 1, Cost.ONE);
  }

  /** Never more than {@code permits} starts in any window of this length, wherever it begins. */
  static SlidingWindow window(int permits, Duration length) {
    return new SlidingWindow(permits, length, Cost.ONE);
  }

  /** At least this much time from one start to the next. */
  static Spacing spacing(Duration gap) {
    return new Spacing(gap);
  }

  /**
   * Several limits at once: an attempt takes its permits from all of them together, or waits. One of them may
   * be per key, for example {@code all(perSecond(100), perSecond(5).by(URI::getHost))}: an item whose key has
   * to wait does not delay the items of other keys, and keys that wait for the common limits take turns.
   */
  static Budget all(RateLimit... limits) {
    return new Budget(Arrays.asList(limits));
  }

  /**
   * An adaptive rate, for servers that refuse what is too much: it follows the pace that the server grants. It starts
   * with 20 attempts a second, and grows until the server refuses some. From then on it stays a little below what was
   * granted, and now and then looks for more. It stays away for as long as a server asks, and then goes on at the
   * pace that it knew. While not all of it is used, it does not grow. A server that has never granted anything gets up to
   * 20 attempts a second. Where grants take much longer than refusals, an attempt that is not refused soon is taken for granted.
   *
   * <p>Refusals that ask for no wait are put down to chance in two cases: while the rate grows at the start, if no more than
   * 2 % of the attempts are refused; and later, if the same share is still refused at 15 % of the pace that was known, and, where
   * it is above 10 %, also at a pace at which a limit that refuses that share would refuse nothing.
   *
   * <p>It learns from each answer: see {@link AnswerReader#http}, and {@link Adaptive#reading}.
   */
  static Adaptive adaptive() {
    return new Adaptive(
        Adaptive.DEFAULT_START,
        Adaptive.DEFAULT_LEAST,
        Double.POSITIVE_INFINITY,
        Adaptive.DEFAULT_LONGEST_WAIT,
        AnswerReader.http(),
        Adaptive.NOBODY);
  }

  /**
   * A rate that follows what the server declares in its answers, for example in {@code X-RateLimit-Remaining}: what
   * remains is spread evenly over the time until the reset. It starts with this rate, evenly. It leaves to others
   * that use the same limit the part that they use. As long as the server declares nothing, the rate is adaptive, as
   * with {@link #adaptive}.
   *
   * <p>It counts requests. For tokens or bytes, say what an attempt takes of them: {@link Declared#costing}. An attempt
   * takes its part of all that is declared together, or waits.
   *
   * {@snippet file="io/millrace/examples/documentation/RateLimitsTest.java" region="declared"}
   *
   * @param perSecond attempts a second until the first answer, above 0; infinite for no limit until then
   */
  static Declared declaredByServer(double perSecond) {
    Adaptive undeclared = adaptive().startingAt(perSecond).longestWait(Declared.LONGEST_WAIT);
    return new Declared(undeclared, Map.of());
  }

  /**
   * A circuit breaker: no limit as long as attempts succeed. When at least this share of the last {@code calls}
   * has failed, it opens: nothing starts for {@code pause}. Then one attempt is let through, the probe: if it
   * succeeds, the breaker closes, and if it fails, or has not ended after a further pause, there is another probe. Mostly
   * per key: {@code breaker(0.5, 20, ofSeconds(10)).by(URI::getHost)}.
   *
   * @param failures above 0, at most 1
   * @param calls at least 1
   * @param pause longer than zero
   */
  static Breaker breaker(double failures, int calls, Duration pause) {
    return new Breaker(failures, calls, pause, Breaker.Open.WAIT, BreakerReader.INSTANCE);
  }

  /**
   * Permits that the library does not make itself: a source adds them, for example one that leases them from a store
   * which several programs share. A limiter of this limit starts without permits. It stands beside other limits in
   * {@link #all}, but cannot be per key.
   *
   * @param source has one limiter only
   * @param most permits that one attempt can take, at least 1
   */
  static Leased leased(PermitSource source, long most) {
    return new Leased(source, most, Cost.ONE);
  }

  /** No limit; it can still be paused. */
  static Unlimited unlimited() {
    return new Unlimited();
  }

  /**
   * This limit for each key on its own: a busy key does not delay the others.
   *
   * @param key what an item counts towards, for example the host of a URI; if it throws or returns null, the
   *     item fails
   */
  default <T extends @Nullable Object> PerKey by(Function<? super T, ?> key) {
    return PerKey.of(this, key);
  }

  /** The part of this limit that is per key; empty if there is none. */
  default Optional<PerKey> perKey() {
    return Optional.empty();
  }

  /**
   * See {@link RateLimit#leased}.
   *
   * @param source adds the permits
   * @param most permits that one attempt can take, at least 1
   * @param cost permits that an attempt takes
   */
  record Leased(PermitSource source, long most, Cost cost) implements RateLimit {
    /** Checks the arguments. */
    public Leased {
      Objects.requireNonNull(source, "source");
      Objects.requireNonNull(cost, "cost");
      if (most < 1) {
        throw new IllegalArgumentException("most must be at least 1, not " + most);
      }
    }

    @Override
    public String toString() {
      return new Shown("Leased")
          .option("source", source, null)
          .option("most", most, null)
          .option("cost", cost, Cost.ONE)
          .toString();
    }
  }

  /** See {@link #unlimited}. */
  record Unlimited() implements RateLimit {}

  /**
   * A bucket that holds at most {@code burst} permits and gets {@code permits} more each {@code period},
   * evenly. In any time {@code t}, at most {@code burst + t * permits / period} start, not counting starts
   * that make up for late ones: {@code RateLimiter} makes up for a lateness of up to 5 ms, or for the time of
   * one permit.
   *
   * @param permits a finite number above 0
   * @param period longer than zero
   * @param burst permits that can be used at once after a quiet time, at least 1; the default is 1
   * @param cost permits that an attempt takes
   */
  record TokenBucket(double permits, Duration period, double burst, Cost cost)
      implements RateLimit {
    /** Checks the arguments. */
    public TokenBucket {
      Require.positive("permits", permits);
      Require.positive("period", period);
      Objects.requireNonNull(cost, "cost");
      if (!(burst >= 1) || Double.isInfinite(burst)) {
        throw new IllegalArgumentException(
            "burst must be a finite number of at least 1, not " + burst);
      }
    }

    @Override
    public String toString() {
      return new Shown("TokenBucket")
          .option("permits", permits, null)
          .option("period", period, null)
          .option("burst", burst, 1.0)
          .option("cost", cost, Cost.ONE)
          .toString();
    }

    /** A copy with another burst. */
    public TokenBucket burst(double burst) {
      return new TokenBucket(permits, period, burst, cost);
    }

    /** A copy in which an attempt takes as many permits as this says of its item. */
    public <T extends @Nullable Object> TokenBucket costing(ToLongFunction<? super T> permits) {
      return new TokenBucket(this.permits, period, burst, cost.estimating(permits));
    }

    /** A copy in which a success settles what its attempt took: see {@link Cost#settling}. */
    public <T extends @Nullable Object, R extends @Nullable Object> TokenBucket settling(
        ToLongBiFunction<? super T, ? super R> permits) {
      return new TokenBucket(this.permits, period, burst, cost.settling(permits));
    }
  }

  /**
   * See {@link RateLimit#window}.
   *
   * @param permits at least 1
   * @param length longer than zero
   * @param cost permits that an attempt takes
   */
  record SlidingWindow(int permits, Duration length, Cost cost) implements RateLimit {
    /** Checks the arguments. */
    public SlidingWindow {
      Require.atLeast("permits", permits, 1);
      Require.positive("length", length);
      Objects.requireNonNull(cost, "cost");
    }

    @Override
    public String toString() {
      return new Shown("SlidingWindow")
          .option("permits", permits, null)
          .option("length", length, null)
          .option("cost", cost, Cost.ONE)
          .toString();
    }

    /** A copy in which an attempt takes as many permits as this says of its item. */
    public <T extends @Nullable Object> SlidingWindow costing(ToLongFunction<? super T> permits) {
      return new SlidingWindow(this.permits, length, cost.estimating(permits));
    }

    /** A copy in which a success settles what its attempt took: see {@link Cost#settling}. */
    public <T extends @Nullable Object, R extends @Nullable Object> SlidingWindow settling(
        ToLongBiFunction<? super T, ? super R> permits) {
      return new SlidingWindow(this.permits, length, cost.settling(permits));
    }
  }

  /**
   * See {@link RateLimit#spacing}.
   *
   * @param gap not negative
   */
  record Spacing(Duration gap) implements RateLimit {
    /** Checks the argument. */
    public Spacing {
      Require.notNegative("gap", gap);
    }

    @Override
    public String toString() {
      return new Shown("Spacing").option("gap", gap, null).toString();
    }
  }

  /**
   * See {@link RateLimit#adaptive}.
   *
   * @param start attempts a second to begin with, above 0; infinite for no limit until something is refused; the
   *     default is 20
   * @param least never fewer a second, above 0; the default is one a minute
   * @param most never more a second, at least {@code least}; the default is infinite
   * @param longestWait a server that asks for a longer wait is obeyed for this long; the default is 5 minutes. A run whose {@link
   *     Retry} obeys servers pauses the limiter besides, for up to {@link Retry#maxServerWait}
   * @param reader reads what an answer says; the default is {@link AnswerReader#http}
   * @param listener is told when the rate moves: without a lock, perhaps by several threads at once; what it
   *     throws is logged
   */
  record Adaptive(
      double start,
      double least,
      double most,
      Duration longestWait,
      AnswerReader reader,
      Consumer<? super RateChange> listener)
      implements RateLimit {
    private static final double DEFAULT_START = 20;
    private static final double DEFAULT_LEAST = 1.0 / 60;
    private static final Duration DEFAULT_LONGEST_WAIT = Duration.ofMinutes(5);
    private static final Consumer<RateChange> NOBODY = change -> {};

    /** Checks the arguments. */
    public Adaptive {
      requireRate("start", start);
      requireRate("least", least);
      requireRate("most", most);
      Require.notNegative("longestWait", longestWait);
      Objects.requireNonNull(reader, "reader");
      Objects.requireNonNull(listener, "listener");
      if (Double.isInfinite(least) || least > most) {
        throw new IllegalArgumentException(
            "least must be finite and at most " + most + ", the most, not " + least);
      }
    }

    private static void requireRate(String name, double perSecond) {
      if (!(perSecond > 0)) {
        throw new IllegalArgumentException(name + " must be above 0, not " + perSecond);
      }
    }

    /** A copy that begins with this many attempts a second; infinite for no limit until something is refused. */
    public Adaptive startingAt(double perSecond) {
      return new Adaptive(perSecond, least, most, longestWait, reader, listener);
    }

    /** A copy that stays within these bounds, in attempts a second. */
    public Adaptive between(double least, double most) {
      return new Adaptive(start, least, most, longestWait, reader, listener);
    }

    /**
     * A copy that obeys a server's request to wait for at most this long. For less in a run with {@link Retry#http}, lower its {@link
     * Retry#maxServerWait(Duration)} as well: the pause that it asks of the limiter holds besides.
     */
    public Adaptive longestWait(Duration longestWait) {
      return new Adaptive(start, least, most, longestWait, reader, listener);
    }

    /** A copy that learns what this reads in answers. */
    public Adaptive reading(AnswerReader reader) {
      return new Adaptive(start, least, most, longestWait, reader, listener);
    }

    /** A copy that tells the listener when the rate moves by a tenth or more, or changes its direction, and why. */
    public Adaptive onChange(Consumer<? super RateChange> listener) {
      return new Adaptive(start, least, most, longestWait, reader, listener);
    }

    /** Whether it limits nothing before an attempt is refused. */
    public boolean isUnlimitedAtFirst() {
      return Double.isInfinite(start) && Double.isInfinite(most);
    }

    @Override
    public String toString() {
      return new Shown("Adaptive")
          .option("start", start, DEFAULT_START)
          .option("least", least, DEFAULT_LEAST)
          .option("most", most, Double.POSITIVE_INFINITY)
          .option("longestWait", longestWait, DEFAULT_LONGEST_WAIT)
          .option("reading", reader, AnswerReader.http())
          .given("onChange", listener != NOBODY)
          .toString();
    }
  }

  /**
   * See {@link RateLimit#declaredByServer}.
   *
   * <p>It obeys all limits that are declared. Of several limits of one unit, such as one by the minute and one by the
   * day, the slowest decides. Where nothing remains, nothing starts before the reset. In a window
   * shorter than 5 s, starts are spread evenly if the answer says how long it is; otherwise the server's refusals decide. What
   * is declared holds until its reset; if the answers do not repeat it after that, the rate is adaptive.
   *
   * @param undeclared the rate at the start, and as long as nothing is declared. At all times, its {@code most}
   *     holds, its reader reads the answers, its {@code longestWait} is the longest time without any attempt, and it
   *     learns from the refusals that the declared limits do not explain
   * @param costs what an attempt takes of each unit; of requests, one by default. Declared limits of other units do not
   *     pace attempts, but if nothing remains of tokens or bytes, nothing starts before the reset
   */
  record Declared(Adaptive undeclared, Map<Unit, Cost> costs) implements RateLimit {
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);

    /** Checks and copies the arguments. */
    public Declared {
      Objects.requireNonNull(undeclared, "undeclared");
      Map<Unit, Cost> copy = new EnumMap<>(Unit.class);
      costs.forEach(
          (unit, cost) -> copy.put(requireCountable(unit), Objects.requireNonNull(cost, "cost")));
      costs = Collections.unmodifiableMap(copy);
    }

    private static Unit requireCountable(Unit unit) {
      if (unit == Unit.CONCURRENT_REQUESTS) {
        throw new IllegalArgumentException(
            "unit must not be CONCURRENT_REQUESTS: the concurrency limits how many calls there are at one time");
      }
      return Objects.requireNonNull(unit, "unit");
    }

    /** A copy with never more than this many attempts a second, whatever is declared; infinite by default. */
    public Declared most(double perSecond) {
      Adaptive.requireRate("most", perSecond);
      return undeclared(undeclared.between(Math.min(undeclared.least(), perSecond), perSecond));
    }

    /**
     * A copy that stays away for at most so long, then one attempt finds out whether the server still means it; the
     * default is an hour. A run's retry policy may pause it for longer, as {@link Adaptive#longestWait(Duration)} says.
     */
    public Declared longestWait(Duration longestWait) {
      return undeclared(undeclared.longestWait(longestWait));
    }

    /** A copy that learns what this reads in answers; the default is {@link AnswerReader#http}. */
    public Declared reading(AnswerReader reader) {
      return undeclared(undeclared.reading(reader));
    }

    private Declared undeclared(Adaptive other) {
      return new Declared(other, costs);
    }

    /**
     * A copy in which an attempt takes so much of what the server declares in this unit.
     *
     * @param unit not {@code CONCURRENT_REQUESTS}
     * @param cost what is taken before the attempt; what a success turns out to have taken, if it settles that
     */
    public Declared costing(Unit unit, Cost cost) {
      Map<Unit, Cost> more = new EnumMap<>(Unit.class);
      more.putAll(costs);
      more.put(unit, cost);
      return new Declared(undeclared, more);
    }

    @Override
    public String toString() {
      return new Shown("Declared")
          .option("start", undeclared.start(), null)
          .option("least", undeclared.least(), Adaptive.DEFAULT_LEAST)
          .option("most", undeclared.most(), Double.POSITIVE_INFINITY)
          .option("longestWait", undeclared.longestWait(), LONGEST_WAIT)
          .option("reading", undeclared.reader(), AnswerReader.http())
          .option("costs", costs, Map.of())
          .given("onChange", undeclared.listener() != Adaptive.NOBODY)
          .toString();
    }
  }

  /**
   * See {@link RateLimit#breaker}.
   *
   * <p>What came of a call is known when the call has ended; calls that have begun go on when the breaker opens. Only
   * calls since it last closed count. If a key is forgotten, its breaker is closed again.
   *
   * @param failures the share of the last calls, above 0 and at most 1, whose failure opens it
   * @param calls how many of the last calls count, at least 1; as long as fewer have ended, it stays closed
   * @param pause how long nothing starts before each probe, longer than zero
   * @param whenOpen what becomes of attempts meanwhile; the default is {@link Open#WAIT}
   * @param reader which calls have failed: those whose answer is {@code FAILED}. One that is {@code UNKNOWN} or {@code
   *     REFUSED} does not count; a probe that is refused closes the breaker, because the server works. By
   *     default an attempt has failed if it threw an exception, or got an HTTP reply, returned or thrown, with status 408
   *     or from 500; with 429 it was refused, and every other one has succeeded
   */
  record Breaker(double failures, int calls, Duration pause, Open whenOpen, AnswerReader reader)
      implements RateLimit {
    /** What becomes of attempts that an open breaker does not let through. */
    public enum Open {
      /** They wait, as at any limit, until it lets them through. The default. */
      WAIT,
      /**
       * Their items fail, with a {@link io.millrace.outcome.BreakerOpenException}, and are not repeated. They give
       * back what they took from limits beside the breaker.
       */
      FAIL
    }

    /** Checks the arguments. */
    public Breaker {
      if (!(failures > 0 && failures <= 1)) {
        throw new IllegalArgumentException(
            "failures must be above 0 and at most 1, not " + failures + ": 50 % is 0.5");
      }
      Require.atLeast("calls", calls, 1);
      Require.positive("pause", pause);
      Objects.requireNonNull(whenOpen, "whenOpen");
      Objects.requireNonNull(reader, "reader");
    }

    /** A copy in which items fail while it is open. */
    public Breaker failing() {
      return new Breaker(failures, calls, pause, Open.FAIL, reader);
    }

    /** A copy that learns from another reader which calls have failed. */
    public Breaker reading(AnswerReader reader) {
      return new Breaker(failures, calls, pause, whenOpen, reader);
    }

    @Override
    public String toString() {
      return new Shown("Breaker")
          .option("failures", failures, null)
          .option("calls", calls, null)
          .option("pause", pause, null)
          .option("whenOpen", whenOpen, Open.WAIT)
          .given("reader", reader != BreakerReader.INSTANCE)
          .toString();
    }
  }

  /**
   * See {@link RateLimit#all}.
   *
   * @param limits at least one; at most one of them per key
   */
  record Budget(List<RateLimit> limits) implements RateLimit {
    /** Checks the argument. */
    public Budget {
      limits = List.copyOf(limits);
      Require.atLeast("number of limits", limits.size(), 1);
      long keyed = limits.stream().filter(limit -> limit.perKey().isPresent()).count();
      if (keyed > 1) {
        throw new IllegalArgumentException(
            "RateLimit.all can hold one limit per key, not "
                + keyed
                + ": if the key is the same, write RateLimit.all(...).by(key) for these");
      }
      LeasedParts.requireAtMostOne(limits);
    }

    @Override
    public Optional<PerKey> perKey() {
      return limits.stream().flatMap(limit -> limit.perKey().stream()).findFirst();
    }
  }

  /**
   * See {@link RateLimit#by}.
   *
   * @param limit what holds for each key; not itself per key
   * @param key what an item counts towards
   * @param idleKeys keys that are remembered although nothing waits or counts for them any more, at least 0; the
   *     default is 1,000
   */
  record PerKey(RateLimit limit, Function<@Nullable Object, ?> key, int idleKeys)
      implements RateLimit {
    private static final int DEFAULT_IDLE_KEYS = 1_000;

    /** Checks the arguments. */
    public PerKey {
      Objects.requireNonNull(limit, "limit");
      Objects.requireNonNull(key, "key");
      Require.atLeast("idleKeys", idleKeys, 0);
      if (limit.perKey().isPresent()) {
        throw new IllegalArgumentException("a limit can be made per key only once");
      }
      LeasedParts.refusePerKey(limit);
    }

    @SuppressWarnings("unchecked")
    private static <T extends @Nullable Object> PerKey of(
        RateLimit limit, Function<? super T, ?> key) {
      return new PerKey(limit, (Function<@Nullable Object, ?>) key, DEFAULT_IDLE_KEYS);
    }

    @Override
    public String toString() {
      return new Shown("PerKey")
          .part(limit)
          .option("idleKeys", idleKeys, DEFAULT_IDLE_KEYS)
          .toString();
    }

    @Override
    public Optional<PerKey> perKey() {
      return Optional.of(this);
    }

    /** A copy with another number of idle keys. */
    public PerKey idleKeys(int idleKeys) {
      return new PerKey(limit, key, idleKeys);
    }
  }
}
