package io.millrace.cli.http;

import io.millrace.limit.RateLimiter;
import io.millrace.limit.Waiter;
import io.millrace.limit.Waiting;
import io.millrace.plan.RateLimit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * The rate of all requests together. It stands behind the limits of their hosts, so a request that waits here
 * has passed those; if its host asks to stay away meanwhile, it leaves without a permit.
 */
record TotalRate(RateLimiter limiter, HostPauses pauses) {

  TotalRate(RateLimit limit, HostPauses pauses) {
    this(RateLimiter.of(limit), pauses);
  }

  /** Waits for a permit; false if the host asks to stay away. */
  boolean enter(String host) throws InterruptedException {
    if (limiter.tryAcquire()) {
      return true;
    }
    Turn turn = new Turn(host, pauses);
    Waiting waiting = limiter.enqueue(limiter.demand(null), turn);
    try {
      return turn.answer.get();
    } catch (InterruptedException interrupted) {
      waiting.cancel();
      throw interrupted;
    } catch (ExecutionException never) {
      throw new IllegalStateException(never);
    }
  }

  private record Turn(String host, HostPauses pauses, CompletableFuture<Boolean> answer)
      implements Waiter {
    Turn(String host, HostPauses pauses) {
      this(host, pauses, new CompletableFuture<>());
    }

    @Override
    public Answer claim() {
      return pauses.isPaused(host) ? Answer.LEAVE : Answer.TAKE;
    }

    @Override
    public void granted() {
      answer.complete(true);
    }

    @Override
    public void declined() {
      answer.complete(false);
    }
  }
}
