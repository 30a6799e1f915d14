package io.millrace.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.plan.Action;
import io.millrace.plan.Backoff;
import io.millrace.plan.Http;
import io.millrace.plan.HttpStatusException;
import io.millrace.plan.Retry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests as items, with a server on loopback. The path of a request is the status it gets. */
@Timeout(60)
class HttpTest {
  private static final Retry AT_ONCE = Retry.http().backoff(Backoff.none());

  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicInteger calls = new AtomicInteger();
  private final Queue<String> bodies = new ConcurrentLinkedQueue<>();
  private IntUnaryOperator statusOf = asked -> asked;
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          calls.incrementAndGet();
          bodies.add(new String(exchange.getRequestBody().readAllBytes()));
          String path = exchange.getRequestURI().getPath();
          byte[] body = ("body of " + path).getBytes();
          int status = statusOf.applyAsInt(Integer.parseInt(path.substring(1)));
          exchange.getResponseHeaders().add("X-Seen", path);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    client.shutdownNow();
    server.stop(0);
  }

  private URI uri(Object path) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/" + path);
  }

  private HttpRequest get(Object path) {
    return HttpRequest.newBuilder(uri(path)).build();
  }

  @Test
  @DisplayName("L1: status 400 and above is a failure, with an exception that has the response")
  void errorStatusesAreFailures() {
    List<HttpRequest> requests =
        List.of(get(200), get(399), get(400), get(404), get("500?key=secret"));
    Results<HttpRequest, HttpResponse<String>> results =
        Parallel.of(2).map(requests, Http.sending(client, BodyHandlers.ofString()));
    assertEquals(
        List.of("body of /200", "body of /399"),
        results.okValues().stream().map(HttpResponse::body).toList());
    assertEquals(
        List.of(400, 404, 500),
        results.failures().stream()
            .map(failure -> ((HttpStatusException) failure.error()).statusCode())
            .toList());
    var last = assertInstanceOf(HttpStatusException.class, results.failures().getLast().error());
    HttpResponse<?> response = last.response();
    assertNotNull(response);
    assertEquals("body of /500", response.body());
    assertEquals("/500", last.header("x-seen").orElseThrow());
    assertEquals("status 500 for GET " + uri(500), last.getMessage());
    assertThrows(Exception.class, results::values);
  }

  @Test
  @DisplayName("L1, PY15: an error status that is worth it is repeated, another one is not")
  void whatIsWorthItIsRepeated() {
    statusOf = asked -> asked == 503 && calls.get() == 1 ? 503 : asked == 404 ? 404 : 200;
    Parallel parallel = Parallel.of(1).retry(AT_ONCE);
    var results =
        parallel.map(List.of(get(503), get(404)), Http.sending(client, BodyHandlers.ofString()));
    assertEquals(List.of(2, 1), results.outcomes().stream().map(o -> o.attempts()).toList());
    assertTrue(results.outcomes().getFirst().isSuccess());
    assertFalse(results.outcomes().getLast().isSuccess());
  }

  @Test
  @DisplayName("H7: a POST that a server may have processed is not sent again; with a key it is")
  void aPostIsSentOnce() {
    HttpRequest.Builder post =
        HttpRequest.newBuilder(uri(500)).POST(BodyPublishers.ofString("once"));
    Action<HttpRequest, HttpResponse<String>> sending =
        Http.sending(client, BodyHandlers.ofString());
    Parallel parallel = Parallel.of(1).retry(AT_ONCE);
    assertEquals(1, parallel.map(List.of(post.build()), sending).outcomes().getFirst().attempts());
    HttpRequest withKey = post.header("Idempotency-Key", "1").build();
    assertEquals(4, parallel.map(List.of(withKey), sending).outcomes().getFirst().attempts());
    assertEquals(List.of("once", "once", "once", "once", "once"), List.copyOf(bodies));
  }

  @Test
  @DisplayName(
      "L1: with fail fast, the exception is thrown as itself and can be caught by its type")
  void failFast() {
    Parallel parallel = Parallel.of(1).failFast();
    try {
      parallel.map(List.of(get(410)), Http.sending(client, BodyHandlers.ofString()));
    } catch (HttpStatusException refused) {
      assertEquals(410, refused.statusCode());
      return;
    }
    throw new AssertionError("nothing was thrown");
  }

  @Test
  @DisplayName(
      "L1: a body that is a stream is closed if the status is an error, so that its connection is free")
  void streamsOfErrorsAreClosed() {
    var streams =
        Parallel.of(1).map(List.of(get(500)), Http.sending(client, BodyHandlers.ofInputStream()));
    var error = (HttpStatusException) streams.failures().getFirst().error();
    InputStream body = (InputStream) error.response().body();
    assertThrows(IOException.class, body::read);
  }

  @Test
  @DisplayName("L1: a body that is a publisher is cancelled if the status is an error")
  void publishersOfErrorsAreCancelled() {
    var published =
        Parallel.of(1).map(List.of(get(500)), Http.sending(client, BodyHandlers.ofPublisher()));
    var error = (HttpStatusException) published.failures().getFirst().error();
    Flow.Publisher<?> body = (Flow.Publisher<?>) error.response().body();
    var second = new AtomicInteger();
    body.subscribe(
        new Flow.Subscriber<Object>() {
          @Override
          public void onSubscribe(Flow.Subscription subscription) {
            subscription.cancel();
          }

          @Override
          public void onNext(Object item) {}

          @Override
          public void onError(Throwable alreadyTaken) {
            second.incrementAndGet();
          }

          @Override
          public void onComplete() {}
        });
    assertEquals(1, second.get(), "nobody had subscribed before");
  }

  @Test
  @DisplayName("L1: the exception keeps its message and status when it is serialized")
  void serialized() throws Exception {
    var results =
        Parallel.of(1).map(List.of(get(500)), Http.sending(client, BodyHandlers.ofString()));
    var bytes = new ByteArrayOutputStream();
    try (var out = new ObjectOutputStream(bytes)) {
      out.writeObject(results.failures().getFirst().error());
    }
    try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      var copy = (HttpStatusException) in.readObject();
      assertEquals(500, copy.statusCode());
      assertEquals("status 500 for GET " + uri(500), copy.getMessage());
      assertTrue(copy.header("x-seen").isEmpty());
    }
  }
}
