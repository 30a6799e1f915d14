package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.Loopback;
import io.millrace.testkit.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@NoLeaks
class LimitsTest {
  private final Loopback server = Loopback.start();

  @AfterEach
  void stopServer() {
    server.close();
  }

  private String urls(int count) {
    return IntStream.range(0, count)
        .mapToObj(number -> server.url("/" + number))
        .collect(Collectors.joining("\n"));
  }

  @Test
  void neverMoreJobsThanAskedForAndAsMany() {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch four = new CountDownLatch(4);
    server.on(
        "/",
        (exchange, number) -> {
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          four.countDown();
          Loopback.await(four);
          running.decrementAndGet();
          Loopback.send(exchange, 200, "");
        });
    assertEquals(0, Cli.run(urls(40), "http", "--jobs", "4").code());
    assertEquals(4, most.get());
  }

  @Test
  void aBusyHostDoesNotKeepAnotherOneFromItsTurn() {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch otherCame = new CountDownLatch(1);
    server
        .on(
            "/other",
            (exchange, number) -> {
              otherCame.countDown();
              Loopback.send(exchange, 200, "");
            })
        .on(
            "/",
            (exchange, number) -> {
              most.accumulateAndGet(running.incrementAndGet(), Math::max);
              Loopback.await(otherCame);
              running.decrementAndGet();
              Loopback.send(exchange, 200, "");
            });
    String in = urls(6) + "\nhttp://localhost:" + server.port() + "/other\n";
    assertEquals(0, Cli.run(in, "http", "--jobs", "3", "--per-host", "2", "--window", "7").code());
    assertTrue(most.get() <= 2, "at once: " + most.get());
  }

  @Test
  void requestsStartAtTheRateAfterABurst() {
    server.on("/", 200, "");
    long start = System.nanoTime();
    assertEquals(0, Cli.run(urls(13), "http", "--rate", "20/s", "--burst", "3").code());
    List<Long> times = new ArrayList<>();
    server.requests().forEach(request -> times.add(request.nanos() - start));
    times.sort(null);
    for (int number = 3; number < times.size(); number++) {
      assertTrue(
          times.get(number) >= (number - 2) * 50_000_000L, "request " + number + ": " + times);
    }
  }

  @Test
  void aSlowBodyIsCutOffByTheTimeoutAndRepeated() {
    server.on(
        "/",
        (exchange, number) -> {
          exchange.sendResponseHeaders(200, 100);
          exchange.getResponseBody().write('a');
          exchange.getResponseBody().flush();
          server.hang();
        });
    long start = System.nanoTime();
    Cli cli = Cli.run(server.url("/"), "http", "--timeout", "300ms", "--retries", "1");
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertEquals(1, cli.code());
    assertTrue(cli.line().get("error").stringValue().contains("timed out"), cli.out());
    assertEquals(2, cli.line().get("attempts").intValue());
    assertTrue(took.compareTo(Duration.ofSeconds(5)) < 0, took.toString());
  }

  @Test
  void anItemTimeoutCoversAllAttempts() {
    server.on("/", (exchange, number) -> server.hang());
    Cli cli =
        Cli.run(
            server.url("/"),
            "http",
            "--timeout",
            "200ms",
            "--retries",
            "100",
            "--item-timeout",
            "1s");
    assertEquals(1, cli.code());
    assertTrue(cli.line().get("attempts").intValue() < 10, cli.out());
    assertTrue(cli.line().get("error").stringValue().contains("timed out"), cli.out());
  }

  @Test
  void aRunTimeoutEndsTheRunAndSaysWhatWasNotRun() {
    server.on("/0", 200, "").on("/", (exchange, number) -> server.hang());
    Cli cli = Cli.run(urls(100), "http", "--jobs", "2", "--run-timeout", "1s");
    assertEquals(3, cli.code());
    assertEquals(200, cli.line(1).get("status").intValue());
    assertEquals("cut off by --run-timeout", cli.line(2).get("error").stringValue());
    assertEquals(3, cli.lines().size(), "lines of items that were not started");
    assertTrue(cli.err().contains("stopped by --run-timeout: 2 cut off, "), cli.err());
    assertTrue(cli.err().contains("nothing read after line "), cli.err());
  }

  @Test
  void theRunEndsWhenTooManyLinesFail() {
    server.on("/", 404, "");
    Cli cli = Cli.run(urls(100), "http", "--jobs", "1", "--max-failures", "3");
    assertEquals(3, cli.code());
    assertEquals(3, cli.lines().size());
    assertTrue(cli.err().contains("stopped by --max-failures"), cli.err());
  }
}
