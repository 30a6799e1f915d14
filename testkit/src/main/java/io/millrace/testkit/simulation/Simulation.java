package io.millrace.testkit.simulation;

import io.millrace.limit.RateLimiter;
import io.millrace.limit.spi.Demand;
import io.millrace.limit.spi.RateQueue;
import io.millrace.limit.spi.Waiter;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Clients that send as many requests to one server as their limits let them, with at most so many at once.
 *
 * @param server what they send to; it is new, and for this simulation only
 * @param limit what each of them goes by
 * @param clients how many there are, each with a limiter of its own
 * @param inFlight most requests of a client at once
 * @param roundTripNanos the way there and back, without what the server needs; each way varies by 10 %
 * @param seconds how long it goes on
 * @param seed where all chance comes from
 */
public record Simulation(
    SimulatedServer server,
    RateLimit limit,
    int clients,
    int inFlight,
    long roundTripNanos,
    int seconds,
    long seed) {
  private static final double JITTER = 0.1;

  /** How many requests a client has in flight. */
  public interface Concurrency {
    /** How many at once from now on, at least 1. */
    int most();

    /** How long the next request waits once its limit lets it go; asked once for each. Not at all by default. */
    default long delayNanos(long now) {
      return 0;
    }

    /** A request was answered. */
    void answered(long sentAt, long now, SimulatedReply reply);
  }

  /** One client, 64 requests at once, 50 ms there and back, 180 s. */
  public static Simulation of(SimulatedServer server, RateLimit limit, long seed) {
    return new Simulation(server, limit, 1, 64, 50_000_000, 180, seed);
  }

  /** A copy with so many clients. */
  public Simulation clients(int clients) {
    return new Simulation(server, limit, clients, inFlight, roundTripNanos, seconds, seed);
  }

  /** A copy with another round trip. */
  public Simulation roundTripNanos(long roundTripNanos) {
    return new Simulation(server, limit, clients, inFlight, roundTripNanos, seconds, seed);
  }

  /** A copy that goes on for so long. */
  public Simulation seconds(int seconds) {
    return new Simulation(server, limit, clients, inFlight, roundTripNanos, seconds, seed);
  }

  /** Runs it, in no time. */
  public Report run() {
    return run(() -> new Fixed(inFlight));
  }

  private record Fixed(int most) implements Concurrency {
    @Override
    public void answered(long sentAt, long now, SimulatedReply reply) {}
  }

  /** As {@link #run()}, where each client has as many requests in flight as this says. */
  public Report run(Supplier<? extends Concurrency> concurrency) {
    SplittableRandom random = new SplittableRandom(seed);
    SimulatedClock clock = new SimulatedClock(random);
    Report report = new Report(server, clients, seconds);
    List<Client> all = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      all.add(new Client(i, this, clock, random, report, concurrency.get()));
    }
    for (Client client : all) {
      clock.after(random.nextLong(roundTripNanos), client::start);
    }
    clock.runUntil(seconds * 1_000_000_000L);
    return report;
  }

  private static final class Client {
    private final int number;
    private final Simulation of;
    private final SimulatedClock clock;
    private final SplittableRandom random;
    private final Report report;
    private final RateLimiter limiter;
    private final RateQueue queue;
    private final Retry retry = Retry.http();
    private final Concurrency concurrency;
    private int inside;

    Client(
        int number,
        Simulation of,
        SimulatedClock clock,
        SplittableRandom random,
        Report report,
        Concurrency concurrency) {
      this.concurrency = concurrency;
      this.number = number;
      this.of = of;
      this.clock = clock;
      this.random = random;
      this.report = report;
      this.limiter = RateLimiter.of(of.limit, clock);
      this.queue = limiter.queue();
    }

    void start() {
      while (inside < concurrency.most()) {
        inside++;
        next();
      }
    }

    private void next() {
      SimulatedRequest request = of.server.next(random);
      var demand = queue.demand(request);
      if (queue.tryTake(demand)) {
        sendSoon(demand, request);
        return;
      }
      queue.enqueue(
          demand,
          new Waiter() {
            @Override
            public Answer claim() {
              return Answer.TAKE;
            }

            @Override
            public void granted() {
              sendSoon(demand, request);
            }

            @Override
            public void declined() {}
          });
    }

    private void sendSoon(Demand demand, SimulatedRequest request) {
      clock.after(concurrency.delayNanos(clock.elapsed()), () -> send(demand, request));
    }

    private void send(Demand demand, SimulatedRequest request) {
      long sentAt = clock.elapsed();
      clock.after(
          way(),
          () -> {
            SimulatedReply reply = of.server.arrive(clock.elapsed(), request, random);
            clock.after(
                reply.serviceNanos(),
                () -> {
                  of.server.left();
                  clock.after(way(), () -> answered(demand, request, reply, sentAt));
                });
          });
    }

    private void answered(
        Demand demand, SimulatedRequest request, SimulatedReply reply, long sentAt) {
      report.add(number, clock.elapsed(), sentAt, reply);
      queue.answered(demand, reply, null);
      if (reply.statusCode() == 200) {
        queue.settle(demand, request, reply);
      }
      retry
          .serverWait(reply, null, clock.now())
          .ifPresent(wait -> limiter.pause((Object) null, wait));
      concurrency.answered(sentAt, clock.elapsed(), reply);
      inside--;
      start();
    }

    private long way() {
      return (long) (of.roundTripNanos / 2.0 * (1 - JITTER + 2 * JITTER * random.nextDouble()));
    }
  }
}
