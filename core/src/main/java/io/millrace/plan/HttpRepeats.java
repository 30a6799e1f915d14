package io.millrace.plan;

import io.millrace.signal.Dialect;
import io.millrace.signal.HttpReply;
import io.millrace.signal.Signals;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** Which requests {@link Retry#http} sends again: the rules of RFC 9110, section 9.2.2. */
final class HttpRepeats implements ServerWait {
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int FORBIDDEN = 403;

  /** Not for now: the second one is no standard, but widely used. */
  private static final Set<Integer> OVERLOADED = Set.of(503, 529);

  /** What curl takes for transient, and what of Cloudflare and of overloaded services means the same. */
  private static final int[] TRANSIENT = {
    408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529
  };

  private static final Set<String> IDEMPOTENT =
      Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");

  private final Set<Integer> statuses = new TreeSet<>();

  final BiPredicate<@Nullable Object, Throwable> errors = this::repeatsError;
  final BiPredicate<@Nullable Object, @Nullable Object> results = this::repeatsResult;

  final BiPredicate<@Nullable Object, Throwable> fatalErrors = this::isFatalError;
  final BiPredicate<@Nullable Object, @Nullable Object> fatalResults = this::isFatalResult;

  /* Whether the server may ask for more than these. */
  private final boolean obeysServer;

  private final List<Dialect> dialects;

  /** Repeats what is taken for transient, and what the server asks for in one of these dialects. */
  HttpRepeats(List<? extends Dialect> dialects) {
    this(true, dialects, TRANSIENT);
  }

  /** Repeats replies with these statuses, and with 429. */
  HttpRepeats(int... statuses) {
    this(false, Dialect.known(), statuses);
  }

  private HttpRepeats(boolean obeysServer, List<? extends Dialect> dialects, int... statuses) {
    this.obeysServer = obeysServer;
    this.dialects = List.copyOf(dialects);
    this.statuses.add(TOO_MANY_REQUESTS);
    Arrays.stream(statuses).map(HttpRepeats::checked).forEach(this.statuses::add);
  }

  private static int checked(int status) {
    if (status < 100 || status > 999) {
      throw new IllegalArgumentException("status must be from 100 to 999, not " + status);
    }
    return status;
  }

  private boolean repeatsError(@Nullable Object item, Throwable error) {
    Optional<HttpReply> reply = HttpAnswers.in(null, error);
    if (reply.isPresent()) {
      return repeats(item, reply.get());
    }
    boolean isTransient = error instanceof IOException || error instanceof TimeoutException;
    return isTransient && (wasNotSent(error) || mayBeSentTwice(requestIn(item, null)));
  }

  private boolean repeatsResult(@Nullable Object item, @Nullable Object result) {
    return HttpAnswers.in(result, null).filter(reply -> repeats(item, reply)).isPresent();
  }

  private boolean isFatalError(@Nullable Object item, Throwable error) {
    return HttpAnswers.in(null, error).filter(reply -> isFatal(item, reply)).isPresent();
  }

  private boolean isFatalResult(@Nullable Object item, @Nullable Object result) {
    return HttpAnswers.in(result, null).filter(reply -> isFatal(item, reply)).isPresent();
  }

  private boolean isFatal(@Nullable Object item, HttpReply reply) {
    return RejectedCredentials.isSaidBy(reply, requestIn(item, reply), statuses);
  }

  private boolean repeats(@Nullable Object item, HttpReply reply) {
    Signals signals = Signals.in(reply, Instant.now(), dialects);
    return isToBeRepeated(reply, signals)
        && (wasNotProcessed(reply, signals) || mayBeSentTwice(requestIn(item, reply)));
  }

  /* Whether the server's own word counts for statuses that were not named: only if none were. */
  private boolean isToBeRepeated(HttpReply reply, Signals signals) {
    return switch (signals.repeat()) {
      case NO -> false;
      case YES -> obeysServer || statuses.contains(reply.statusCode());
      case UNSAID ->
          statuses.contains(reply.statusCode()) || (obeysServer && isLimited(reply, signals));
    };
  }

  /** Some servers refuse with 403 for a while, and say for how long. */
  private static boolean isLimited(HttpReply reply, Signals signals) {
    return reply.statusCode() == FORBIDDEN && signals.delay().isPresent();
  }

  private static boolean wasNotSent(Throwable error) {
    return error instanceof ConnectException
        || error instanceof HttpConnectTimeoutException
        || error instanceof NoRouteToHostException
        || error instanceof UnknownHostException;
  }

  private static boolean wasNotProcessed(HttpReply reply, Signals signals) {
    return reply.statusCode() == TOO_MANY_REQUESTS
        || (OVERLOADED.contains(reply.statusCode()) && signals.delay().isPresent())
        || isLimited(reply, signals);
  }

  /* What is sent again is the item, not what redirects have made of it. */
  private static @Nullable HttpRequest requestIn(@Nullable Object item, @Nullable HttpReply reply) {
    return item instanceof HttpRequest request ? request : HttpAnswers.firstRequest(reply);
  }

  private static boolean mayBeSentTwice(@Nullable HttpRequest request) {
    return request == null
        || IDEMPOTENT.contains(request.method())
        || request.headers().firstValue("idempotency-key").isPresent();
  }

  /** Whether the server wants the request again, now or later, whatever it says of the time. */
  boolean asksForRetry(@Nullable Object result, @Nullable Throwable error) {
    return HttpAnswers.in(result, error).filter(this::asksForRetry).isPresent();
  }

  private boolean asksForRetry(HttpReply reply) {
    return reply.statusCode() == TOO_MANY_REQUESTS
        || Signals.in(reply, Instant.now(), dialects).repeat() == Signals.Repeat.YES;
  }

  AnswerReader reader() {
    return AnswerReader.http(dialects);
  }

  @Override
  public Optional<Duration> of(@Nullable Object result, @Nullable Throwable error, Instant now) {
    return HttpAnswers.in(result, error)
        .flatMap(reply -> patience(reply, Signals.in(reply, now, dialects)));
  }

  /* A reply that is repeated is repeated when the server wants it, whatever its status. */
  private Optional<Duration> patience(HttpReply reply, Signals signals) {
    int status = reply.statusCode();
    boolean asks =
        statuses.contains(status)
            || OVERLOADED.contains(status)
            || (obeysServer && status == FORBIDDEN)
            || isToBeRepeated(reply, signals);
    return asks ? signals.delay() : Optional.empty();
  }

  @Override
  public String toString() {
    return "http" + statuses;
  }
}
