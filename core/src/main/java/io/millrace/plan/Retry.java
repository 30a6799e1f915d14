package io.millrace.plan;

import io.millrace.base.Require;
import io.millrace.base.Shown;
import io.millrace.base.Suppressing;
import io.millrace.signal.Dialect;
import io.millrace.signal.HttpReply;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Which failures and results of an attempt to repeat, and how often. Immutable, but for the {@link RetryBudget}
 * that it may hold.
 *
 * <p>{@code ofAttempts(4)} is four calls in all; {@code ofRetries(3)} is the same. By default a policy repeats every
 * {@link Exception} (an {@link Error} never), accepts every result, and waits 100 ms, doubling to 30 s, with
 * full jitter.
 *
 * @param attempts calls in all, at least 1
 * @param backoff how long to wait between them
 * @param types an error is repeated only if it is an instance of one of these
 * @param onError and only if this returns true for the item and the error; if it throws, the error is not
 *     repeated, and what it threw is suppressed in the error
 * @param onResult a result is repeated if this returns true for the item and the result; if it throws, the
 *     item fails with that
 * @param serverWait how long the server asks to stay away; the wait is never shorter than the backoff, and the
 *     rate limiter pauses for everybody who shares it
 * @param maxServerWait a longer server wait is cut to this
 * @param budget how many retries there may be in all, whatever the attempts of each item; shared by all policies
 *     that hold it, such as the copies of this one
 * @param fatalErrors an error for which this returns true ends the run: see {@link #endRunWhen(Predicate)}
 * @param fatalResults the same for a result: see {@link #endRunWhenResult(Predicate)}
 */
public record Retry(
    int attempts,
    Backoff backoff,
    List<Class<? extends Throwable>> types,
    BiPredicate<@Nullable Object, ? super Throwable> onError,
    BiPredicate<@Nullable Object, @Nullable Object> onResult,
    ServerWait serverWait,
    Duration maxServerWait,
    RetryBudget budget,
    BiPredicate<@Nullable Object, ? super Throwable> fatalErrors,
    BiPredicate<@Nullable Object, @Nullable Object> fatalResults) {
  private static final Backoff DEFAULT_BACKOFF = Backoff.exponential(Duration.ofMillis(100));
  private static final Duration DEFAULT_MAX_SERVER_WAIT = Duration.ofMinutes(5);
  private static final BiPredicate<@Nullable Object, Throwable> EVERY_ERROR = (item, error) -> true;
  private static final BiPredicate<@Nullable Object, @Nullable Object> NO_RESULT =
      (item, result) -> false;
  private static final BiPredicate<@Nullable Object, Throwable> NO_ERROR = (item, error) -> false;
  private static final ServerWait NO_SERVER_WAIT = (result, error, now) -> Optional.empty();
  private static final int DEFAULT_HTTP_ATTEMPTS = 4;
  private static final double DEFAULT_HTTP_SHARE = 0.1;
  private static final List<String> ALL_SHOWN = List.of(Exception.class.getSimpleName());

  /** Checks the arguments. */
  public Retry {
    Require.atLeast("attempts", attempts, 1);
    Objects.requireNonNull(backoff, "backoff");
    types = List.copyOf(types);
    Objects.requireNonNull(onError, "onError");
    Objects.requireNonNull(onResult, "onResult");
    Objects.requireNonNull(serverWait, "serverWait");
    Require.notNegative("maxServerWait", maxServerWait);
    Objects.requireNonNull(budget, "budget");
    Objects.requireNonNull(fatalErrors, "fatalErrors");
    Objects.requireNonNull(fatalResults, "fatalResults");
  }

  /** One attempt: nothing is repeated. */
  public static Retry none() {
    return ofAttempts(1);
  }

  /** At most {@code attempts} calls in all. */
  public static Retry ofAttempts(int attempts) {
    return new Retry(
        attempts,
        DEFAULT_BACKOFF,
        List.of(Exception.class),
        EVERY_ERROR,
        NO_RESULT,
        NO_SERVER_WAIT,
        DEFAULT_MAX_SERVER_WAIT,
        RetryBudget.unlimited(),
        NO_ERROR,
        NO_RESULT);
  }

  /** At most {@code retries} calls after the first one. */
  public static Retry ofRetries(int retries) {
    return none().retries(retries);
  }

  /**
   * For HTTP: 4 attempts, for replies with status 408, 429, 500, 502, 503 or 504, which curl repeats as well, 520 to
   * 524 or 529, {@link IOException}s and timeouts. Obeys what the server says about coming back, in any of the dialects that {@link Dialect#known}
   * lists: {@code Retry-After} is one. So a reply that says "never" is not repeated, one that says "once more"
   * is, and so is one with status 403 that says when. A reply is an {@link java.net.http.HttpResponse} or an
   * {@link HttpReply}, such as {@link HttpStatusException}, returned or thrown.
   *
   * <p>A request that may have been processed is repeated only if that does no harm: if its method is GET,
   * HEAD, OPTIONS, TRACE, PUT or DELETE, or if it has an {@code Idempotency-Key}. Any other request is repeated only
   * if the server did not take it: the connection was refused, or the reply has status 429, or 403, 503 or 529
   * and says how long to wait, as with {@code Retry-After}. The request
   * is the item, if it is an {@link java.net.http.HttpRequest}, or that of the response. If neither is known,
   * as where an item of another type, or a task of an executor, got no response, the request counts as one that may be
   * repeated: {@link #when(BiPredicate)} can say otherwise.
   *
   * <p>Each call makes a {@link RetryBudget} of its own: 10 % of the calls, and 100 in 10 s. Retries that the
   * server asks for take nothing of it: see {@link #mayRepeat}.
   *
   * <p>Rejected credentials end the run: a request with credentials (a header {@code Authorization},
   * {@code X-Api-Key}, {@code Api-Key} or {@code X-Goog-Api-Key}) to which the server itself answers with status 401,
   * or with one from 400 to 499 and a body that names a reason such as {@code "insufficient_quota"}. Where the
   * request is not known, only the reason counts; a status that is to be repeated does not. A request without
   * credentials ends nothing, so a run over strangers' hosts goes on. {@link #endRunWhen(Predicate)} and
   * {@link #endRunWhenResult(Predicate)} replace this.
   */
  public static Retry http() {
    return http(Dialect.known());
  }

  /**
   * As {@link #http()}, but reads replies in these dialects, the first of which takes precedence: for example one of
   * your own, and those of {@link Dialect#known}.
   */
  public static Retry http(List<? extends Dialect> dialects) {
    return http(new HttpRepeats(dialects));
  }

  /**
   * As {@link #http()}, but only for replies with these statuses, and with 429, with which servers ask to slow down.
   *
   * @param statuses from 100 to 999
   */
  public static Retry http(int... statuses) {
    return http(new HttpRepeats(statuses));
  }

  private static Retry http(HttpRepeats repeated) {
    return ofAttempts(DEFAULT_HTTP_ATTEMPTS)
        .when(repeated.errors)
        .whenResult(repeated.results)
        .serverWait(repeated)
        .budget(RetryBudget.of(DEFAULT_HTTP_SHARE))
        .endRunWhen(repeated.fatalErrors)
        .endRunWhenResult(repeated.fatalResults);
  }

  /* A copy, while one of its components gets another value; the constructor checks that. */
  private static final class Copy {
    int attempts;
    Backoff backoff;
    List<Class<? extends Throwable>> types;
    BiPredicate<@Nullable Object, ? super Throwable> onError;
    BiPredicate<@Nullable Object, @Nullable Object> onResult;
    ServerWait serverWait;
    Duration maxServerWait;
    RetryBudget budget;
    BiPredicate<@Nullable Object, ? super Throwable> fatalErrors;
    BiPredicate<@Nullable Object, @Nullable Object> fatalResults;

    Copy(Retry of) {
      attempts = of.attempts;
      backoff = of.backoff;
      types = of.types;
      onError = of.onError;
      onResult = of.onResult;
      serverWait = of.serverWait;
      maxServerWait = of.maxServerWait;
      budget = of.budget;
      fatalErrors = of.fatalErrors;
      fatalResults = of.fatalResults;
    }
  }

  private Retry with(Consumer<Copy> change) {
    Copy copy = new Copy(this);
    change.accept(copy);
    return new Retry(
        copy.attempts,
        copy.backoff,
        copy.types,
        copy.onError,
        copy.onResult,
        copy.serverWait,
        copy.maxServerWait,
        copy.budget,
        copy.fatalErrors,
        copy.fatalResults);
  }

  /** A copy with this many calls in all. */
  public Retry attempts(int attempts) {
    return with(copy -> copy.attempts = attempts);
  }

  /** A copy with this many calls after the first one; from {@link Integer#MAX_VALUE} - 1 on, as many as there can be. */
  public Retry retries(int retries) {
    Require.atLeast("retries", retries, 0);
    return attempts(retries == Integer.MAX_VALUE ? retries : retries + 1);
  }

  /** A copy with another backoff. */
  public Retry backoff(Backoff backoff) {
    return with(copy -> copy.backoff = backoff);
  }

  /** A copy that repeats only errors of these types (and only those {@link #when} accepts). */
  @SafeVarargs
  @SuppressWarnings("varargs")
  public final Retry on(Class<? extends Throwable>... types) {
    return with(copy -> copy.types = List.of(types));
  }

  /** A copy that repeats only errors that this accepts (and only those of the {@link #on} types). */
  public Retry when(Predicate<? super Throwable> onError) {
    Objects.requireNonNull(onError, "onError");
    return when((item, error) -> onError.test(error));
  }

  /**
   * As {@link #when(Predicate)}, but also looks at the item. Name the types, {@code (URI url, Throwable
   * error) -> ...}: a policy does not know yet what the items will be.
   *
   * @param onError gets the item and what the attempt threw; a task of an executor has no item, so it
   *     gets null there
   */
  @SuppressWarnings("unchecked")
  public <T extends @Nullable Object> Retry when(
      BiPredicate<? super T, ? super Throwable> onError) {
    return with(copy -> copy.onError = (BiPredicate<@Nullable Object, ? super Throwable>) onError);
  }

  /**
   * A copy that also repeats results that this accepts. When the attempts are used up, the item fails
   * with a {@code RejectedResultException} that has the last one.
   *
   * @param onResult gets what the action returned; its type must fit the action's
   */
  public <R extends @Nullable Object> Retry whenResult(Predicate<? super R> onResult) {
    Objects.requireNonNull(onResult, "onResult");
    return this.<@Nullable Object, R>whenResult((item, result) -> onResult.test(result));
  }

  /**
   * As {@link #whenResult(Predicate)}, but also looks at the item.
   *
   * @param onResult gets the item, or null for a task of an executor, and what the action returned
   */
  @SuppressWarnings("unchecked")
  public <T extends @Nullable Object, R extends @Nullable Object> Retry whenResult(
      BiPredicate<? super T, ? super R> onResult) {
    return with(copy -> copy.onResult = (BiPredicate<@Nullable Object, @Nullable Object>) onResult);
  }

  /** A copy that reads from an answer how long the server asks to stay away. */
  public Retry serverWait(ServerWait serverWait) {
    return with(copy -> copy.serverWait = serverWait);
  }

  /** A copy with another longest server wait; the default is 5 minutes. */
  public Retry maxServerWait(Duration maxServerWait) {
    return with(copy -> copy.maxServerWait = maxServerWait);
  }

  /**
   * A copy that repeats no more than this allows. An item that is refused a retry fails with its last error, in
   * which a {@link io.millrace.outcome.RetryRefusedException} is suppressed.
   */
  public Retry budget(RetryBudget budget) {
    return with(copy -> copy.budget = budget);
  }

  /**
   * A copy in which an error for which this returns true ends the run, as {@code FATAL_ERROR}: its item fails with
   * it, at once and without a value in its place; nothing new starts, retries included; what runs finishes, and the
   * rest is not run. So an invalid API key costs at most the calls that are under way. Asked for each attempt that
   * throws, before anything else; replaces what was asked before. If it throws, the answer is no, and what it threw
   * is suppressed in the error. An executor ends as a run does.
   */
  public Retry endRunWhen(Predicate<? super Throwable> fatalErrors) {
    Objects.requireNonNull(fatalErrors, "fatalErrors");
    return endRunWhen((item, error) -> fatalErrors.test(error));
  }

  /**
   * As {@link #endRunWhen(Predicate)}, but also looks at the item.
   *
   * @param fatalErrors gets the item, or null for a task of an executor, and what the attempt threw
   */
  @SuppressWarnings("unchecked")
  public <T extends @Nullable Object> Retry endRunWhen(
      BiPredicate<? super T, ? super Throwable> fatalErrors) {
    return with(
        copy -> copy.fatalErrors = (BiPredicate<@Nullable Object, ? super Throwable>) fatalErrors);
  }

  /**
   * The same for results: the item fails with a {@code RejectedResultException} that has the result.
   *
   * @param fatalResults gets what the action returned; its type must fit the action's. If it throws, the item fails
   *     with that
   */
  public <R extends @Nullable Object> Retry endRunWhenResult(Predicate<? super R> fatalResults) {
    Objects.requireNonNull(fatalResults, "fatalResults");
    return this.<@Nullable Object, R>endRunWhenResult((item, result) -> fatalResults.test(result));
  }

  /**
   * As {@link #endRunWhenResult(Predicate)}, but also looks at the item.
   *
   * @param fatalResults gets the item, or null for a task of an executor, and what the action returned
   */
  @SuppressWarnings("unchecked")
  public <T extends @Nullable Object, R extends @Nullable Object> Retry endRunWhenResult(
      BiPredicate<? super T, ? super R> fatalResults) {
    return with(
        copy -> copy.fatalResults = (BiPredicate<@Nullable Object, @Nullable Object>) fatalResults);
  }

  /** Whether an error ends the run. Never throws: if the predicate does, that is suppressed in {@code error}. */
  public boolean isFatal(@Nullable Object item, Throwable error) {
    try {
      return fatalErrors.test(item, error);
    } catch (Throwable broken) {
      Suppressing.add(error, broken);
      return false;
    }
  }

  /** Whether a result ends the run. */
  public boolean isFatalResult(@Nullable Object item, @Nullable Object result) {
    return fatalResults != NO_RESULT && fatalResults.test(item, result);
  }

  /**
   * Whether an error is of those to repeat, whatever the number of attempts so far. Never throws: if
   * the predicate does, the answer is no, and what it threw is suppressed in {@code error}.
   */
  public boolean repeats(@Nullable Object item, Throwable error) {
    try {
      return types.stream().anyMatch(type -> type.isInstance(error)) && onError.test(item, error);
    } catch (Throwable broken) {
      Suppressing.add(error, broken);
      return false;
    }
  }

  /** Whether a result is of those to repeat, whatever the number of attempts so far. */
  public boolean rejects(@Nullable Object item, @Nullable Object result) {
    return onResult != NO_RESULT && onResult.test(item, result);
  }

  /** Whether any result can be rejected, or end the run. */
  public boolean looksAtResults() {
    return onResult != NO_RESULT || fatalResults != NO_RESULT;
  }

  /** Whether any answer can ask to stay away. */
  public boolean obeysServer() {
    return serverWait != NO_SERVER_WAIT;
  }

  /** How {@link #http} reads answers, for limits that learn from them; empty for other policies. */
  public Optional<AnswerReader> answerReader() {
    return serverWait instanceof HttpRepeats http ? Optional.of(http.reader()) : Optional.empty();
  }

  /**
   * How long to wait before a retry. Without a server's wait, that is the backoff. With one, it is what
   * the server asks for and, unless the backoff has no jitter, a random part of the backoff more, so that
   * those whom it told the same time do not come back together; but never less than the backoff, so that
   * a server that always says "at once" is not hammered.
   *
   * @param retry which retry, from 1
   * @param serverWait how long the server asks to stay away
   * @param random where chance comes from
   * @return nanoseconds, at least 0; {@link Long#MAX_VALUE} is never
   */
  public long delayNanos(int retry, Optional<Duration> serverWait, RandomGenerator random) {
    long backoffNanos = backoff.delayNanos(retry, random);
    if (serverWait.isEmpty()) {
      return backoffNanos;
    }
    long serverNanos = Math.max(0, Require.nanos(serverWait.get()));
    long laterNanos = serverNanos + backoff.spreadNanos(retry, random);
    return laterNanos < 0 ? Long.MAX_VALUE : Math.max(laterNanos, backoffNanos);
  }

  /**
   * How long the server asks to stay away, at most {@link #maxServerWait}. Never throws: an answer
   * that cannot be read asks for nothing.
   */
  public Optional<Duration> serverWait(
      @Nullable Object result, @Nullable Throwable error, Instant now) {
    try {
      return serverWait
          .of(result, error, now)
          .filter(wait -> !wait.isNegative())
          .map(wait -> wait.compareTo(maxServerWait) > 0 ? maxServerWait : wait);
    } catch (Throwable unreadable) {
      return Optional.empty();
    }
  }

  /**
   * Whether the {@link #budget} lets an attempt be repeated; this takes a retry of it. One that the server asked for
   * takes nothing: if it said when to come back, if it said "once more", or if it refused with status 429. Such a
   * server works, and paces its callers itself. The last two are known to {@link #http} only.
   *
   * @param result what the attempt returned; null if it threw
   * @param error what the attempt threw; null if it returned
   * @param serverWait what {@link #serverWait(Object, Throwable, Instant)} has read from that
   * @param now what the run's clock says, in nanoseconds
   */
  public boolean mayRepeat(
      @Nullable Object result, @Nullable Throwable error, Optional<Duration> serverWait, long now) {
    return !budget.isLimited()
        || serverWait.isPresent()
        || (this.serverWait instanceof HttpRepeats http && http.asksForRetry(result, error))
        || budget.tryTake(now);
  }

  /** The attempts, and what else differs from the defaults. */
  @Override
  public String toString() {
    HttpRepeats http = serverWait instanceof HttpRepeats repeats ? repeats : null;
    Shown shown =
        new Shown("Retry")
            .option("attempts", attempts, null)
            .option("on", types.stream().map(Class::getSimpleName).toList(), ALL_SHOWN)
            .given("when", onError != EVERY_ERROR && (http == null || onError != http.errors))
            .given(
                "whenResult", onResult != NO_RESULT && (http == null || onResult != http.results))
            .option("backoff", backoff, DEFAULT_BACKOFF);
    if (http != null) {
      shown.part(http);
    }
    return shown
        .given("serverWait", obeysServer() && http == null)
        .option("maxServerWait", maxServerWait, DEFAULT_MAX_SERVER_WAIT)
        .option("budget", budget.toString(), usualBudget(http).toString())
        .given(
            "endRunWhen",
            fatalErrors != NO_ERROR && (http == null || fatalErrors != http.fatalErrors))
        .given(
            "endRunWhenResult",
            fatalResults != NO_RESULT && (http == null || fatalResults != http.fatalResults))
        .toString();
  }

  private static RetryBudget usualBudget(@Nullable HttpRepeats http) {
    return http == null ? RetryBudget.unlimited() : RetryBudget.of(DEFAULT_HTTP_SHARE);
  }
}
