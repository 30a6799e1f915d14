package io.millrace.signal;

import io.millrace.base.Require;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an answer says about coming back. Immutable.
 *
 * @param repeat whether to send the request again
 * @param delay how long to stay away before that, if the answer says so
 * @param limits the limits that the answer declares
 */
public record Signals(Repeat repeat, Optional<Duration> delay, List<DeclaredLimit> limits) {
  /** Whether a server wants a request once more. */
  public enum Repeat {
    /** It does not say. */
    UNSAID,
    /** It does. */
    YES,
    /** It does not: the same request will never succeed. */
    NO
  }

  /** An answer that says nothing. */
  public static final Signals NONE = new Signals(Repeat.UNSAID, Optional.empty(), List.of());

  /** No answer can ask for more; a longer delay is cut to this. */
  public static final Duration LONGEST_WAIT = Duration.ofDays(31);

  /** Checks the arguments, and cuts the delay to {@link #LONGEST_WAIT}. */
  public Signals {
    Objects.requireNonNull(repeat, "repeat");
    delay = delay.map(asked -> cut(Require.notNegative("delay", asked)));
    limits = List.copyOf(limits);
  }

  static Duration cut(Duration asked) {
    return asked.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : asked;
  }

  /** An answer that asks to stay away for so long. */
  public static Signals waitFor(Duration delay) {
    return new Signals(Repeat.UNSAID, Optional.of(delay), List.of());
  }

  /** An answer that asks to send the request again. */
  public static Signals again() {
    return new Signals(Repeat.YES, Optional.empty(), List.of());
  }

  /** An answer that asks never to send the request again. */
  public static Signals never() {
    return new Signals(Repeat.NO, Optional.empty(), List.of());
  }

  /** An answer that declares limits. */
  public static Signals declaring(List<DeclaredLimit> limits) {
    return limits.isEmpty() ? NONE : new Signals(Repeat.UNSAID, Optional.empty(), limits);
  }

  /** These signals, and those of others about which these say nothing. */
  public Signals or(Signals others) {
    if (others.equals(NONE)) {
      return this;
    }
    List<DeclaredLimit> all = new ArrayList<>(limits);
    others.limits.stream()
        .filter(other -> limits.stream().noneMatch(own -> own.name().equals(other.name())))
        .forEach(all::add);
    return new Signals(
        repeat == Repeat.UNSAID ? others.repeat : repeat, delay.or(() -> others.delay), all);
  }

  /** Reads an answer in all dialects that the library knows. */
  public static Signals in(HttpReply reply, Instant now) {
    return in(reply, now, Dialect.known());
  }

  /**
   * Reads an answer in some dialects; what an earlier one has read takes precedence. If a server refuses with status
   * 403, 429 or 503 and does not say how long to wait, the wait lasts until those of its limits that are used up are
   * reset.
   */
  public static Signals in(HttpReply reply, Instant now, List<? extends Dialect> dialects) {
    Signals all = NONE;
    for (Dialect dialect : dialects) {
      all = all.or(read(dialect, reply, now));
    }
    return KnownDialects.usedUp(reply, all);
  }

  private static Signals read(Dialect dialect, HttpReply reply, Instant now) {
    try {
      @Nullable Signals said = dialect.read(reply, now);
      return said == null ? NONE : said;
    } catch (Throwable unreadable) {
      return NONE;
    }
  }
}
