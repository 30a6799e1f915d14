package io.millrace.testkit.simulation;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongToDoubleFunction;
import java.util.function.ToDoubleFunction;

/** Kinds of servers. */
public final class SimulatedServers {
  private static final double SECOND = 1e9;
  private static final SimulatedReply OK = SimulatedReply.ok();

  private SimulatedServers() {}

  private static SimulatedReply refusal(long retryAfter) {
    return refusal(429, retryAfter);
  }

  private static SimulatedReply refusal(int statusCode, long retryAfter) {
    return new SimulatedReply(
        statusCode,
        0,
        retryAfter == 0 ? Map.of() : Map.of("retry-after", Long.toString(retryAfter)));
  }

  /**
   * A token bucket.
   *
   * @param rate permits a second, by the time
   * @param retryAfter seconds; 0 to say nothing
   */
  public static SimulatedServer bucket(LongToDoubleFunction rate, double burst, long retryAfter) {
    return new Bucket(rate, now -> 0, random -> 1, burst, retryAfter);
  }

  /** A token bucket with this many permits a second. */
  public static SimulatedServer bucket(double rate, double burst, long retryAfter) {
    return bucket(now -> rate, burst, retryAfter);
  }

  /** A bucket of 500/s, then half of that at 60 s, and all of it again at 120 s. */
  public static SimulatedServer halvesAndDoubles(long retryAfter) {
    return bucket(now -> now >= 60e9 && now < 120e9 ? 250 : 500, 20, retryAfter);
  }

  /** A bucket of 500/s that others use as well, each 10 s another part of it. */
  public static SimulatedServer neighbours(long retryAfter, long seed) {
    LongToDoubleFunction others =
        now -> 50 + 300 * new SplittableRandom(seed * 7919 + now / 10_000_000_000L).nextDouble();
    return new Bucket(now -> 500, others, random -> 1, 20, retryAfter);
  }

  /** A limit of 500,000 tokens a second, of which a request takes 200 to 1,800. */
  public static SimulatedServer tokens(long retryAfter) {
    return new Bucket(
        now -> 500, now -> 0, random -> 0.2 + 1.6 * random.nextDouble(), 20, retryAfter);
  }

  /** Windows one after the other. */
  public static SimulatedServer window(int permits, double seconds, long retryAfter) {
    return new Windows(permits, (long) (seconds * SECOND), retryAfter);
  }

  /**
   * Windows one after the other, of which each answer says what is left, in the way that most servers have: whole seconds,
   * rounded down.
   */
  public static SimulatedServer declaredWindow(int permits, double seconds) {
    return declaring(
        DeclaringServer::plain,
        new Meter.Window("requests", permits, seconds, _ -> 1, 1, seconds / 3));
  }

  /** Two windows at once, of which each answer says what is left in the RateLimit fields of the IETF's draft. */
  public static SimulatedServer declaredWindows(
      int permits, double seconds, int permitsOfLonger, double secondsOfLonger) {
    return declaring(
        DeclaringServer::fields,
        new Meter.Window("short", permits, seconds, _ -> 1, 1, seconds / 3),
        new Meter.Window("long", permitsOfLonger, secondsOfLonger, _ -> 1, 1, 0));
  }

  /** A token bucket of so many requests a minute, of which each answer says what is left, as OpenAI does. */
  public static SimulatedServer declaredBucket(int perMinute) {
    return declaring(
        DeclaringServer::durations, new Meter.Level("requests", perMinute, 60, _ -> 1, 1));
  }

  /**
   * A language model that limits requests and tokens a minute, and says what is left as OpenAI does. Requests have 200
   * to 1,800 tokens, and take 500 for an answer that turns out to have 250.
   */
  public static SimulatedServer declaredTokens(int requestsPerMinute, int tokensPerMinute) {
    return new DeclaringServer(
        List.of(
            new Meter.Level("requests", requestsPerMinute, 60, _ -> 1, 1),
            new Meter.Level("tokens", tokensPerMinute, 60, SimulatedRequest::mostTokens, 1_250)),
        DeclaringServer::durations,
        SimulatedServers::prompt);
  }

  /**
   * A language model that limits requests, and tokens of prompts and of answers apart, in windows of a minute, and says what
   * is left as Anthropic does. Requests are as in {@link #declaredTokens}.
   */
  public static SimulatedServer declaredInputAndOutput(
      int requestsPerMinute, int inputPerMinute, int outputPerMinute) {
    return new DeclaringServer(
        List.of(
            new Meter.Window("requests", requestsPerMinute, 60, _ -> 1, 1, 20),
            new Meter.Window(
                "input-tokens", inputPerMinute, 60, SimulatedRequest::inputTokens, 1_000, 20),
            new Meter.Window(
                "output-tokens", outputPerMinute, 60, SimulatedRequest::mostOutputTokens, 250, 20)),
        DeclaringServer::dates,
        SimulatedServers::prompt);
  }

  private static SimulatedRequest prompt(SplittableRandom random) {
    return new SimulatedRequest(random.nextLong(200, 1_801), 500, random.nextLong(100, 401));
  }

  private static SimulatedServer declaring(
      DeclaringServer.Declaration declaration, Meter... meters) {
    return new DeclaringServer(List.of(meters), declaration, _ -> SimulatedRequest.PLAIN);
  }

  /** No refusals: requests take longer when more than so many are there. */
  public static SimulatedServer slowAbove(int most) {
    return new Slow(most);
  }

  /** No refusals: requests queue up. */
  public static SimulatedServer queue(double rate) {
    return queue(now -> rate);
  }

  /** As {@link #queue(double)}, with a rate that depends on the time. */
  public static SimulatedServer queue(LongToDoubleFunction rate) {
    return new Queue(rate);
  }

  /**
   * No refusals: a server that works on all requests at once, and needs so long for each as long as there are not more
   * than so many. All beyond that share what it can do.
   *
   * @param most requests at once, by the time
   * @param serviceNanos what a request needs then on average, by the time; it varies by 20 %
   */
  public static SimulatedServer shared(
      LongToDoubleFunction most, LongToDoubleFunction serviceNanos) {
    return new Shared(most, serviceNanos, random -> 0.8 + 0.4 * random.nextDouble());
  }

  /** As {@link #shared}, with times that vary as those of an exponential distribution. */
  public static SimulatedServer sharedVarying(double most, double serviceNanos) {
    return new Shared(_ -> most, _ -> serviceNanos, random -> -Math.log(1 - random.nextDouble()));
  }

  /** A bucket of 500/s that is broken from 60 to 80 s. */
  public static SimulatedServer outage(long retryAfter) {
    SimulatedServer sound = bucket(500, 20, retryAfter);
    return new SimulatedServer() {
      @Override
      public SimulatedReply arrive(long now, SplittableRandom random) {
        return isBroken(now) ? new SimulatedReply(500, 0, Map.of()) : sound.arrive(now, random);
      }

      @Override
      public double allowed(long now) {
        return isBroken(now) ? 0 : 500;
      }

      private static boolean isBroken(long now) {
        return now >= 60e9 && now < 80e9;
      }
    };
  }

  /** No limit: all that come are granted at once. An oracle gets what 64 requests at once and 50 ms there and back allow. */
  public static SimulatedServer open() {
    return new SimulatedServer() {
      @Override
      public SimulatedReply arrive(long now, SplittableRandom random) {
        return OK;
      }

      @Override
      public double allowed(long now) {
        return 64 / 0.05;
      }
    };
  }

  /**
   * A server in front of which a part of the requests is refused by chance, however many there are. They do not count
   * for the server's own limit. An oracle keeps to that limit, and stays away when it is told to.
   *
   * @param share of the requests, from 0 to 1
   * @param statusCode with which they are refused
   * @param retryAfter seconds; 0 to say nothing
   */
  public static SimulatedServer byChance(
      SimulatedServer server, double share, int statusCode, long retryAfter) {
    return new ByChance(server, share, refusal(statusCode, retryAfter), retryAfter);
  }

  private static final class ByChance implements SimulatedServer {
    private final SimulatedServer server;
    private final double share;
    private final SimulatedReply refusal;
    private final long retryAfter;
    /* Refused, so not at the server; their replies are about to be sent. */
    private int refused;

    ByChance(SimulatedServer server, double share, SimulatedReply refusal, long retryAfter) {
      this.server = server;
      this.share = share;
      this.refusal = refusal;
      this.retryAfter = retryAfter;
    }

    @Override
    public SimulatedReply arrive(long now, SplittableRandom random) {
      return arrive(now, SimulatedRequest.PLAIN, random);
    }

    @Override
    public SimulatedReply arrive(long now, SimulatedRequest request, SplittableRandom random) {
      if (random.nextDouble() < share) {
        refused++;
        return refusal;
      }
      return server.arrive(now, request, random);
    }

    @Override
    public SimulatedRequest next(SplittableRandom random) {
      return server.next(random);
    }

    @Override
    public void left() {
      if (refused > 0) {
        refused--;
      } else {
        server.left();
      }
    }

    @Override
    public double allowed(long now) {
      double sent = server.allowed(now) * (retryAfter == 0 ? 1 / (1 - share) : 1);
      double most = Math.min(sent, 64 / 0.05);
      if (retryAfter == 0) {
        return (1 - share) * most;
      }
      // until the first refusal, and for the round trip until it is known, requests are sent;
      // then none
      double requests = 1 / share + most * 0.05;
      return (1 - share) * requests / (requests / most + retryAfter);
    }
  }

  private static final class Bucket implements SimulatedServer {
    private final LongToDoubleFunction rate;
    private final LongToDoubleFunction others;
    private final ToDoubleFunction<SplittableRandom> cost;
    private final double burst;
    private final SimulatedReply refusal;
    private double level;
    private long levelAt;

    Bucket(
        LongToDoubleFunction rate,
        LongToDoubleFunction others,
        ToDoubleFunction<SplittableRandom> cost,
        double burst,
        long retryAfter) {
      this.rate = rate;
      this.others = others;
      this.cost = cost;
      this.burst = burst;
      this.refusal = refusal(retryAfter);
      this.level = burst;
    }

    @Override
    public SimulatedReply arrive(long now, SplittableRandom random) {
      level = Math.min(burst, level + allowed(now) * (now - levelAt) / SECOND);
      levelAt = now;
      double taken = cost.applyAsDouble(random);
      if (level < taken - 1e-9) {
        return refusal;
      }
      level -= taken;
      return OK;
    }

    @Override
    public double allowed(long now) {
      return rate.applyAsDouble(now) - others.applyAsDouble(now);
    }
  }

  private static final class Windows implements SimulatedServer {
    private final int permits;
    private final long length;
    private final long retryAfter;
    private long window = -1;
    private int taken;

    Windows(int permits, long length, long retryAfter) {
      this.permits = permits;
      this.length = length;
      this.retryAfter = retryAfter;
    }

    @Override
    public SimulatedReply arrive(long now, SplittableRandom random) {
      if (now / length != window) {
        window = now / length;
        taken = 0;
      }
      if (taken == permits) {
        long rest = (long) Math.ceil(((window + 1) * length - now) / SECOND);
        return refusal(retryAfter == 0 ? 0 : Math.max(1, rest));
      }
      taken++;
      return OK;
    }

    @Override
    public double allowed(long now) {
      return permits * SECOND / length;
    }
  }

  private static final class Slow implements SimulatedServer {
    private final int most;
    private int inside;

    Slow(int most) {
      this.most = most;
    }

    @Override
    public SimulatedReply arrive(long now, SplittableRandom random) {
      inside++;
      double slowness = Math.max(0, (double) inside / most - 1);
      return new SimulatedReply(200, (long) (slowness * 0.2 * SECOND), Map.of());
    }

    @Override
    public void left() {
      inside--;
    }

    @Override
    public double allowed(long now) {
      return most / 0.05;
    }
  }

  private static final class Queue implements SimulatedServer {
    private final LongToDoubleFunction rate;
    private double freeAt;

    Queue(LongToDoubleFunction rate) {
      this.rate = rate;
    }

    @Override
    public SimulatedReply arrive(long now, SplittableRandom random) {
      freeAt = Math.max(freeAt, now * 1.0) + SECOND / allowed(now);
      return new SimulatedReply(200, Math.round(freeAt - now), Map.of());
    }

    @Override
    public double allowed(long now) {
      return rate.applyAsDouble(now);
    }
  }

  private static final class Shared implements SimulatedServer {
    private final LongToDoubleFunction most;
    private final LongToDoubleFunction serviceNanos;
    private final ToDoubleFunction<SplittableRandom> variation;
    private int inside;

    Shared(
        LongToDoubleFunction most,
        LongToDoubleFunction serviceNanos,
        ToDoubleFunction<SplittableRandom> variation) {
      this.variation = variation;
      this.most = most;
      this.serviceNanos = serviceNanos;
    }

    @Override
    public SimulatedReply arrive(long now, SplittableRandom random) {
      inside++;
      double slowness = Math.max(1, inside / most.applyAsDouble(now));
      double needed = serviceNanos.applyAsDouble(now) * variation.applyAsDouble(random);
      return new SimulatedReply(200, (long) (slowness * needed), Map.of());
    }

    @Override
    public void left() {
      inside--;
    }

    @Override
    public double allowed(long now) {
      return most.applyAsDouble(now) * SECOND / serviceNanos.applyAsDouble(now);
    }
  }
}
