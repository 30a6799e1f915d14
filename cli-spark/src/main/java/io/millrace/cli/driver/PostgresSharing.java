package io.millrace.cli.driver;

import io.millrace.cli.http.HttpWorker;
import io.millrace.cli.http.HttpWorker.Shared;
import io.millrace.cluster.PermitStoreException;
import io.millrace.cluster.PostgresPermits;
import io.millrace.cluster.SharedLimit;
import io.millrace.cluster.SharedRateLimiter;
import io.millrace.plan.RateLimit;
import io.millrace.plan.RateLimit.TokenBucket;

/**
 * The rate of all workers, which a database keeps.
 *
 * @param password empty if there is none, or the database's own files have it
 * @param name of the limit
 */
record PostgresSharing(String url, String password, String name) implements HttpWorker.Sharing {

  @Override
  public Shared open(TokenBucket rate, RateLimit beside) {
    SharedRateLimiter limiter =
        SharedRateLimiter.open(permits(), SharedLimit.of(name, rate).beside(beside));
    return new Shared(limiter.limiter(), limiter::close);
  }

  /**
   * Makes what is missing, before there is a worker.
   *
   * @throws PermitStoreException if the database cannot be used
   */
  void check(TokenBucket rate) {
    permits().open(SharedLimit.of(name, rate)).close();
  }

  private PostgresPermits permits() {
    PostgresPermits at = PostgresPermits.at(url);
    return password.isEmpty() ? at : at.with("password", password);
  }

  @Override
  public String toString() {
    return "PostgresSharing[" + name + "]";
  }
}
