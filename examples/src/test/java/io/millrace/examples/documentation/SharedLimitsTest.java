package io.millrace.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.Parallel;
import io.millrace.cluster.MemoryPermits;
import io.millrace.cluster.PermitStore;
import io.millrace.cluster.PostgresPermits;
import io.millrace.cluster.RedisPermits;
import io.millrace.cluster.SharedLimit;
import io.millrace.cluster.SharedRateLimiter;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code docs/shared-rate-limits.md} shows, and {@code docs/spark.md} of it. */
class SharedLimitsTest {
  // @start region="holder"
  final class Limits {
    static final SharedRateLimiter SHARED =
        SharedRateLimiter.open(
            PostgresPermits.at("jdbc:postgresql://db.example/limits?user=crawler"),
            SharedLimit.of("crawler", RateLimit.perSecond(1_000)));
  }

  // @end

  private final List<URI> urls =
      List.of(URI.create("http://a.example/1"), URI.create("http://b.example/1"));

  private int fetch(URI url) {
    return url.getPath().length();
  }

  private PermitStore database(String password) {
    // @start region="store"
    var store =
        PostgresPermits.at("jdbc:postgresql://db.example/limits?user=crawler")
            .with("password", password);
    // @end
    return store;
  }

  private PermitStore redis(String password) {
    // @start region="redis"
    var store = RedisPermits.at("redis://cache.example").user("crawler").password(password);
    // @end
    return store;
  }

  @Test
  void shares() {
    assertEquals("RedisPermits[redis://cache.example:6379/0]", redis("hidden").toString());
    assertEquals(
        "PostgresPermits[jdbc:postgresql://db.example/limits]", database("hidden").toString());
    PermitStore store = MemoryPermits.create();

    // @start region="shared"
    var limit = SharedLimit.of("crawler", RateLimit.perSecond(1_000));
    try (var shared = SharedRateLimiter.open(store, limit)) {
      var parallel = Parallel.of(200).rateLimit(shared.limiter()).retry(Retry.http());
      parallel.forEach(urls, this::fetch);
    }
    // @end
  }

  @Test
  void standsBesideOthers() {
    PermitStore store = MemoryPermits.create();

    // @start region="beside"
    var limit =
        SharedLimit.of("crawler", RateLimit.perSecond(1_000))
            .beside(RateLimit.adaptive()) // in each JVM on its own
            .onChange(change -> IO.println(change)); // the database was lost, or is back
    // @end

    try (var shared = SharedRateLimiter.open(store, limit)) {
      assertEquals(
          List.of(2, 2),
          Parallel.of(2).rateLimit(shared.limiter()).map(urls, this::fetch).values());
    }
  }
}
