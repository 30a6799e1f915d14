package io.millrace.cli.http;

import io.millrace.Parallel;
import io.millrace.cli.console.Breakdown;
import io.millrace.cli.text.MalformedInputException;
import io.millrace.limit.RateLimiter;
import io.millrace.outcome.Wording;
import io.millrace.plan.Order;
import io.millrace.plan.RateLimit;
import io.millrace.plan.RateLimit.TokenBucket;
import io.millrace.plan.StopToken;
import java.io.Serializable;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Sends the requests of one worker of a cluster: what all of its calls share. One call follows all redirects of a line, and takes a
 * permit for each request.
 */
public final class HttpWorker implements AutoCloseable {
  /* Those that are open, so that the parts of a run that are made apart find the same one. */
  private static final ConcurrentMap<UUID, HttpWorker> OPEN = new ConcurrentHashMap<>();

  private final WorkerOrder order;
  private final Sharing sharing;
  private final ClusterHttpOptions options;
  private final HostRetries retries;
  private final RateLimiter limiter;
  private final Wire wire;
  private final Alarms alarms;
  private final Exchange exchange;

  /** Makes a limiter of the rate that all workers share; closed with the worker. */
  public interface Sharing extends Serializable {
    /**
     * Takes part in the rate.
     *
     * @param rate that of all workers together
     * @param beside what holds on this worker as well
     */
    Shared open(TokenBucket rate, RateLimit beside);
  }

  /**
   * A limiter, and what ends it.
   *
   * @param closing called once
   */
  public record Shared(RateLimiter limiter, Runnable closing) {}

  private final Runnable closing;

  private HttpWorker(WorkerOrder order, Sharing sharing) throws MalformedInputException {
    this.order = order;
    this.sharing = sharing;
    options = ClusterHttpOptions.of(order);
    retries = options.http().hostRetries();
    alarms = new Alarms(new Breakdown("millrace spark", System.err, () -> {}));
    wire = new Wire(options.http().jobs(), options.proxies(), options.tls());
    Optional<TokenBucket> undivided = ClusterHttpOptions.of(order.dividedAmong(1)).http().rate();
    Shared shared =
        sharing instanceof OwnShares || undivided.isEmpty()
            ? new Shared(RateLimiter.of(options.http().limit(new CostOptions())), () -> {})
            : sharing.open(undivided.get(), options.http().byHost());
    limiter = shared.limiter();
    closing = shared.closing();
    exchange =
        new Exchange(
            wire,
            alarms,
            options.answers().contents(null, options.http()::memory),
            retries,
            options.answers().expected(),
            options.answers().picking(Optional.empty()),
            Optional.empty(),
            Optional.empty(),
            options.http().timeout(),
            options.http().itemTimeout(),
            options.maxRedirects(),
            false);
  }

  /** Nothing is kept together: each worker has its share of the rate. */
  public record OwnShares() implements Sharing {
    @Override
    public Shared open(TokenBucket rate, RateLimit beside) {
      throw new IllegalStateException("nothing is kept together");
    }
  }

  /** Opens it, for one run on this worker. */
  public static HttpWorker open(WorkerOrder order, Sharing sharing) throws MalformedInputException {
    HttpWorker worker = new HttpWorker(order, sharing);
    OPEN.put(order.id(), worker);
    return worker;
  }

  /** How the run of this worker goes; where none is open, only to look at. */
  public static Parallel parallel(WorkerOrder order) {
    HttpWorker worker = OPEN.get(order.id());
    if (worker == null) {
      HttpOptions http = ClusterHttpOptions.of(order).http();
      return parallel(http, new HostRetries(RetryShare.USUAL), new BodyMemory(1));
    }
    return parallel(worker.options.http(), worker.retries, worker.exchange.contents().memory())
        .rateLimit(worker.limiter);
  }

  /** How a monitor names lines, their errors, and pauses; it can be sent to workers. */
  public static Wording wording() {
    return new HttpWording();
  }

  private static Parallel parallel(HttpOptions http, HostRetries retries, BodyMemory memory) {
    return http.parallel(StopToken.none(), retries, memory, new CostOptions())
        .order(http.isOrdered() ? Order.INPUT : Order.COMPLETION)
        .onOutcome(
            outcome -> {
              if (outcome.item() instanceof WorkerLine line) {
                line.ended(outcome);
              }
            });
  }

  /** The action: a line with all its redirects. What comes of it is told to the line itself. */
  public Object call(WorkerLine line) throws Exception {
    line.keptIn(exchange.contents().memory());
    try {
      Step step = exchange.apply(line);
      while (step instanceof Step.Redirected to) {
        line.follow(to);
        awaitPermit(line);
        step = exchange.apply(line);
      }
      return step;
    } finally {
      if (line.task().isClosed()) {
        line.free();
      }
    }
  }

  private void awaitPermit(WorkerLine line) throws InterruptedException, TimedOutException {
    Optional<Duration> most = options.http().itemTimeout();
    if (most.isEmpty()) {
      limiter.acquireFor(line);
      return;
    }
    Duration left = most.get().minusNanos(line.history().elapsedNanos(System.nanoTime()));
    if (!left.isPositive() || !limiter.tryAcquireFor(line, left)) {
      throw new TimedOutException(line.call(), TimedOutException.OF_LINE, true);
    }
  }

  @Override
  public void close() {
    OPEN.remove(order.id(), this);
    wire.close();
    alarms.close();
    closing.run();
  }

  @Override
  public String toString() {
    return "HttpWorker[" + order + (sharing instanceof OwnShares ? "" : ", " + sharing) + "]";
  }
}
