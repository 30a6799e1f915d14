package io.millrace.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.Codec;
import io.millrace.checkpoint.jdbc.JdbcStore;
import io.millrace.limit.RateLimiter;
import io.millrace.outcome.Success;
import io.millrace.plan.Http;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmeTest {
  private final AtomicInteger calls = new AtomicInteger();
  private HttpServer server;
  private List<URI> urls;
  private List<HttpRequest> requests;

  /** Answers the first call with 503, all others with 200 and what was sent, else the path. */
  @BeforeEach
  void startServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] sent = exchange.getRequestBody().readAllBytes();
          byte[] body = sent.length > 0 ? sent : exchange.getRequestURI().getPath().getBytes();
          if (calls.incrementAndGet() == 1) {
            exchange.getResponseHeaders().add("Retry-After", "0");
            exchange.sendResponseHeaders(503, -1);
          } else {
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          }
          exchange.close();
        });
    server.start();
    urls =
        IntStream.range(0, 20)
            .mapToObj(
                i -> URI.create("http://localhost:" + server.getAddress().getPort() + "/" + i))
            .toList();
    requests = urls.stream().map(url -> HttpRequest.newBuilder(url).build()).toList();
  }

  @AfterEach
  void stopServer() {
    server.stop(0);
  }

  @Test
  void collected() {
    // @start region="first"
    var client = HttpClient.newHttpClient();
    var parallel =
        Parallel.of(20) // at most 20 at once
            .rateLimit(RateLimit.perMinute(6_000).burst(20))
            .retry(Retry.http()) // 429, 500, 503 and their like; Retry-After pauses everybody
            .attemptTimeout(ofSeconds(5));

    Results<HttpRequest, HttpResponse<String>> pages =
        parallel.map(requests, Http.sending(client, BodyHandlers.ofString()));

    pages.failures().forEach(failure -> log(failure.item(), failure.error())); // a 404 is one
    List<HttpResponse<String>> all = pages.values(); // throws if anything failed
    // @end
    assertEquals(20, all.size());
    assertEquals("/7", pages.get(7).body());
    assertEquals(21, calls.get());
  }

  @Test
  void streamed() {
    var found = new ArrayList<String>();
    // @start region="stream"
    try (var outcomes = Parallel.of(8).stream(urls, this::fetch)) {
      outcomes.limit(5).forEach(outcome -> found.add(outcome.toString()));
    } // leaving early ends the work that is still running
    // @end
    assertEquals(5, found.size());
  }

  @Test
  void oneLimitForEverybody() {
    // @start region="shared"
    var limiter = RateLimiter.of(RateLimit.perSecond(500).burst(10));
    var pages = Parallel.of(20).rateLimit(limiter);
    var images = Parallel.of(5).rateLimit(limiter); // together at most 500 a second
    // @end
    assertTrue(pages.map(urls, this::fetch).size() == 20);
    assertTrue(images.map(urls, this::fetch).size() == 20);
  }

  @Test
  void resumable(@TempDir Path directory) throws IOException {
    var client = HttpClient.newHttpClient();
    var input = directory.resolve("prompts");
    var output = directory.resolve("answers");
    var service = urls.getFirst().resolve("/ask");
    Files.write(input, IntStream.range(0, 6).mapToObj(i -> "why " + i).toList());
    for (int run = 0; run < 2; run++) {
      // @start region="prompts"
      Function<String, HttpRequest> request =
          prompt ->
              HttpRequest.newBuilder(service)
                  .header(
                      "Idempotency-Key", UUID.nameUUIDFromBytes(prompt.getBytes(UTF_8)).toString())
                  .POST(BodyPublishers.ofString(prompt))
                  .build();
      var send = Http.sending(client, BodyHandlers.ofString());
      var state = Path.of(output + ".checkpoint");
      var parallel =
          Parallel.of(8)
              .rateLimit(RateLimit.perSecond(48)) // a little below, because delays differ
              .retry(Retry.http().attempts(6)) // a POST only because it has an Idempotency-Key
              .attemptTimeout(ofSeconds(60))
              .checkpoint(
                  Checkpoint.of(
                      JdbcStore.file(state), CheckpointName.of("ask", "1"), Codec.text()));
      var answers =
          parallel.map(
              Files.readAllLines(input),
              prompt -> send.apply(request.apply(prompt)).body().replaceAll("\\R", " "));
      Files.write(output, answers.values()); // throws if a prompt has no answer yet
      // @end
      assertEquals(
          List.of("why 0", "why 1", "why 2", "why 3", "why 4", "why 5"),
          Files.readAllLines(output));
      assertEquals(7, calls.get(), "all the calls, one of which was refused, after run " + run);
    }
  }

  @Test
  void inAStream() {
    // @start region="gather"
    List<String> bodies =
        urls.stream()
            .gather(Parallel.of(8).gatherer(this::fetch))
            .map(outcome -> outcome instanceof Success(var url, var body, _) ? body : "")
            .toList();
    // @end
    assertEquals(20, bodies.size());
    assertEquals("/19", bodies.get(19));
  }

  private String fetch(URI url) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString())
        .body();
  }

  private static void log(Object item, Throwable error) {
    throw new AssertionError(item + " failed", error);
  }
}
