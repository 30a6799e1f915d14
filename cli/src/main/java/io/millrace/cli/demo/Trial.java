package io.millrace.cli.demo;

import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;

/**
 * What came of one way.
 *
 * @param startNanos before the first request
 * @param answered items that the client got the right answer for
 */
record Trial(Receipt receipt, long startNanos, int answered, Duration took) {

  /** Tries a way with a server of its own. */
  static Trial of(Way way, Scenario scenario) throws IOException, InterruptedException {
    try (QuotaServer server = QuotaServer.start(scenario);
        HttpClient client = Fetch.newClient()) {
      Fetch fetch = new Fetch(client, server);
      fetch.warmUp();
      long start = System.nanoTime();
      int answered = way.run(fetch, scenario);
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      client.shutdownNow();
      return new Trial(server.receipt(), start, answered, took);
    }
  }
}
