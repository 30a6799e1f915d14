package io.millrace.spark;

import io.millrace.Parallel;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.Codec;
import io.millrace.checkpoint.jdbc.JdbcStore;
import io.millrace.plan.Backoff;
import io.millrace.plan.Http;
import io.millrace.plan.HttpStatusException;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.RetryBudget;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** What the workers of a cluster run: in a class of its own, because they have no JUnit. */
final class ClusterCalls {
  static final int CONCURRENCY = 100;
  static final int WINDOW = 50;

  private ClusterCalls() {}

  static SparkParallel calling() {
    return SparkParallel.of(
        () ->
            Parallel.of(CONCURRENCY)
                .rateLimit(RateLimit.unlimited()) // the server refuses, and means no rate
                .retry(
                    Retry.http()
                        .budget(RetryBudget.unlimited())
                        .backoff(Backoff.fixed(Duration.ofMillis(20)))));
  }

  /** As {@link #calling}, in the order of the rows. */
  static SparkParallel inOrder() {
    return SparkParallel.of(
        () ->
            Parallel.of(CONCURRENCY)
                .ordered()
                .rateLimit(RateLimit.unlimited())
                .retry(
                    Retry.http()
                        .budget(RetryBudget.unlimited())
                        .backoff(Backoff.fixed(Duration.ofMillis(20)))));
  }

  /** As {@link #calling}, with a checkpoint in PostgreSQL. */
  static SparkParallel storing(String database) {
    return SparkParallel.of(
        () ->
            Parallel.of(CONCURRENCY)
                .window(WINDOW)
                .rateLimit(RateLimit.unlimited())
                .retry(
                    Retry.http()
                        .budget(RetryBudget.unlimited())
                        .backoff(Backoff.fixed(Duration.ofMillis(20))))
                .checkpoint(
                    Checkpoint.of(
                            JdbcStore.url(database).shared(),
                            CheckpointName.of("cluster", "1"),
                            Codec.text())
                        .key((Long item) -> item)
                        .finalFailures(HttpStatusException.class::isInstance)));
  }

  static HttpClient client() {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  static ClientAction<HttpClient, Long, String> get(String server) {
    return (client, item) ->
        Http.sending(client, BodyHandlers.ofString())
            .apply(HttpRequest.newBuilder(URI.create(server + "/" + item)).build())
            .body();
  }
}
