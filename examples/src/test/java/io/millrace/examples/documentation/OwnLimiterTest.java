package io.millrace.examples.documentation;

import io.millrace.limit.RateLimiter;
import io.millrace.plan.RateLimit;
import io.millrace.testkit.hostile.OwnLimiterContract;
import java.net.URI;
import java.util.List;

// @start region="own-limiter"
class OwnLimiterTest implements OwnLimiterContract<URI> {
  @Override
  public RateLimiter newLimiter() {
    return RateLimiter.of(RateLimit.perSecond(1000).burst(100).by(URI::getHost));
  }

  @Override
  public List<URI> items() {
    return List.of(URI.create("http://a/1"), URI.create("http://a/2"), URI.create("http://b/1"));
  }
}
// @end
