package io.millrace.bench.peer;

import io.millrace.limit.RateLimiter;
import io.millrace.plan.RateLimit;
import java.util.List;
import java.util.function.BooleanSupplier;

/** All that limit a rate. */
public final class Pacers {
  private Pacers() {}

  public static Pacer millrace() {
    return Editions.now().pacer(Contenders.MILLRACE);
  }

  public static List<Pacer> peers() {
    return List.of(FailsafePolicies.pacer(), Resilience4jPolicies.pacer());
  }

  /** Takes a permit from a limiter that has always one. */
  public static BooleanSupplier generous(String name) {
    return switch (name) {
      case "millrace" ->
          RateLimiter.of(RateLimit.perSecond(CallStacks.RATE).burst(CallStacks.RATE))::tryAcquire;
      case "shared" -> SharedLimiters.generous();
      case "bucket4j" -> SharedLimiters.generousBucket();
      case "failsafe" -> FailsafePolicies.generousLimiter();
      case "resilience4j" -> Resilience4jPolicies.generousLimiter();
      default -> throw new IllegalArgumentException("no limiter is named " + name);
    };
  }
}
