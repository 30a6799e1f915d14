package io.millrace.cli.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.cli.Cli;
import io.millrace.cli.LeftOut;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.Truncation;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Limits that learn, at servers that do not know of us. A few seconds in each build, with bounds that hold on a busy machine; {@code ./mvnw -pl cli -am verify -P limits} takes 20 s
 * for each server and client, and prints the rows of docs/adaptive-results.md.
 */
@Timeout(300)
class RealLimitsTest {
  private static final int PER_SECOND = 500;
  private static final int JOBS = 64;
  private static final int SECONDS = 6;
  private static final int SHORT_FROM = 3;
  private static final int LONG_FROM = 10;
  private static final int LONG = 20;

  @TempDir Path folder;

  /** Something that sends requests for so many seconds, as fast as it is let. */
  private enum Client {
    /** Nobody has asked for a rate. */
    COMMAND {
      @Override
      void run(IntFunction<String> urls, int seconds) {
        String in =
            IntStream.range(0, most(seconds))
                .mapToObj(n -> urls.apply(n) + "\n")
                .collect(Collectors.joining());
        Cli cli = Cli.run(in, "http", "--jobs", JOBS + "", "--run-timeout", seconds + "s");
        assertEquals(3, cli.code(), cli.err());
        assertTrue(cli.err().contains("an adaptive rate"), cli.err());
      }
    },
    /** Nor has anybody here. */
    LIBRARY {
      @Override
      void run(IntFunction<String> urls, int seconds) throws Exception {
        call(Parallel.of(JOBS), urls, seconds);
      }
    },
    ADAPTIVE {
      @Override
      void run(IntFunction<String> urls, int seconds) throws Exception {
        call(Parallel.of(JOBS).rateLimit(RateLimit.adaptive()), urls, seconds);
      }
    },
    DECLARED {
      @Override
      void run(IntFunction<String> urls, int seconds) throws Exception {
        call(Parallel.of(JOBS).rateLimit(RateLimit.declaredByServer(20)), urls, seconds);
      }
    };

    abstract void run(IntFunction<String> urls, int seconds) throws Exception;

    private static int most(int seconds) {
      return 2 * PER_SECOND * seconds;
    }

    private static void call(Parallel parallel, IntFunction<String> urls, int seconds)
        throws Exception {
      try (HttpClient client = HttpClient.newHttpClient();
          Run<URI, HttpResponse<String>> run =
              parallel
                  .retry(Retry.http())
                  .runTimeout(Duration.ofSeconds(seconds))
                  .truncation(Truncation.SILENT)
                  .start(
                      IntStream.range(0, most(seconds)).mapToObj(urls).map(URI::create),
                      uri ->
                          client.send(
                              HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()))) {
        while (run.take().isPresent()) {
          // the server knows what came of it
        }
      }
    }
  }

  private ServerLog nginx(Client client, int seconds, String limit, boolean retryAfter)
      throws Exception {
    String program =
        LeftOut.withoutProgram("nginx", "the tests of limits that learn at a real server");
    try (Nginx nginx = Nginx.start(program, folder, PER_SECOND, limit, retryAfter)) {
      client.run(nginx::url, seconds);
      return nginx.log();
    }
  }

  @DisplayName("An adaptive rate gets most of what nginx grants, and is refused little")
  @ParameterizedTest
  @EnumSource(names = {"COMMAND", "LIBRARY"})
  void nginx(Client client) throws Exception {
    ServerLog log = nginx(client, SECONDS, "burst=20 nodelay", false);
    ServerLog found = log.between(SHORT_FROM, SECONDS);
    double rate = found.granted() / (double) (SECONDS - SHORT_FROM);
    // a cold client on a busy machine takes its time to grow, but is not refused
    assertTrue(rate >= 0.2 * PER_SECOND, rate + "/s:" + log.bySecond(SECONDS));
    assertTrue(found.refused() < 0.03, found.refused() + ":" + log.bySecond(SECONDS));
  }

  @DisplayName("A quota that the server declares is kept, and nearly all of it is used")
  @Test
  void declared() throws Exception {
    try (QuotaServer server = new QuotaServer(600, SECONDS, QuotaServer.Form.FIELDS)) {
      Client.DECLARED.run(server::url, SECONDS);
      ServerLog log = server.log();
      ServerLog found = log.between(SHORT_FROM, SECONDS);
      assertTrue(found.granted() >= 0.6 * 100 * (SECONDS - SHORT_FROM), log.bySecond(SECONDS));
      assertTrue(log.refused() < 0.02, log.refused() + ":" + log.bySecond(SECONDS));
    }
  }

  @DisplayName(
      "After 10 s it gets at least 450 of 500/s, with under 2 % refused: the rows of the page")
  @Test
  @Timeout(3_000)
  @EnabledIfSystemProperty(named = "millrace.limits", matches = "true")
  void results() throws Exception {
    for (Client client : List.of(Client.COMMAND, Client.LIBRARY, Client.ADAPTIVE)) {
      for (boolean retryAfter : new boolean[] {false, true}) {
        ServerLog log = row(client, "burst=20 nodelay", retryAfter);
        ServerLog found = log.between(LONG_FROM, LONG);
        assertTrue(found.granted() >= 450 * (LONG - LONG_FROM), log.bySecond(LONG));
        assertTrue(found.refused() < 0.02, log.bySecond(LONG));
      }
    }
    row(Client.COMMAND, "burst=20", false);
    row(Client.COMMAND, "", false);
    for (QuotaServer.Form form : QuotaServer.Form.values()) {
      for (int window : new int[] {10, 1}) {
        try (QuotaServer server = new QuotaServer(100 * window, window, form)) {
          Client.DECLARED.run(server::url, LONG);
          row("declared | " + 100 * window + " in " + window + " s, " + form, server.log());
        }
      }
    }
  }

  private ServerLog row(Client client, String limit, boolean retryAfter) throws Exception {
    ServerLog log = nginx(client, LONG, limit, retryAfter);
    String server = "500/s, " + (limit.isEmpty() ? "no burst" : limit);
    row(
        client.name().toLowerCase(Locale.ROOT)
            + " | "
            + server
            + (retryAfter ? ", Retry-After 1" : ""),
        log);
    return log;
  }

  private static void row(String name, ServerLog log) {
    ServerLog found = log.between(LONG_FROM, LONG);
    System.out.printf(
        Locale.ROOT,
        "| %s | %.0f | %.2f | %.2f |%n   %s%n",
        name,
        found.granted() / (double) (LONG - LONG_FROM),
        100 * found.refused(),
        100 * log.refused(),
        log.bySecond(LONG));
  }
}
