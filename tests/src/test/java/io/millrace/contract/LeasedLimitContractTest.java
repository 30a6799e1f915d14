package io.millrace.contract;

import io.millrace.limit.PacedSource;
import io.millrace.limit.RateLimiter;
import io.millrace.plan.RateLimit.TokenBucket;
import io.millrace.testkit.contract.EntryPoint;
import io.millrace.testkit.contract.LimitContract;
import io.millrace.time.TimeSource;
import java.util.List;

/** A limiter whose permits come from elsewhere keeps the promises of limits at every entry point. */
class LeasedLimitContractTest implements LimitContract {
  @Override
  public List<EntryPoint> entryPoints() {
    return CoreEntryPoints.all();
  }

  @Override
  public RateLimiter shared(TokenBucket limit, TimeSource clock) {
    return PacedSource.limiter(limit, clock);
  }
}
