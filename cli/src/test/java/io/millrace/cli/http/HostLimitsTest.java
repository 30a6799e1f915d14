package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.Loopback;
import io.millrace.testkit.NoLeaks;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What holds for each host on its own. */
@NoLeaks
class HostLimitsTest {
  private final Loopback server = Loopback.start();

  @AfterEach
  void stopServer() {
    server.close();
  }

  private String other(String path) {
    return "http://localhost:" + server.port() + path;
  }

  private List<Long> millis(String path) {
    long start = server.requests().getFirst().nanos();
    return server.requests().stream()
        .filter(request -> request.path().startsWith(path))
        .map(request -> (request.nanos() - start) / 1_000_000)
        .sorted()
        .toList();
  }

  /* When the last request to a path came. */
  private long lastMillis(String path, long begin) {
    return server.requests().stream()
        .filter(request -> request.path().startsWith(path))
        .mapToLong(request -> (request.nanos() - begin) / 1_000_000)
        .max()
        .orElseThrow();
  }

  @DisplayName("H13: with --rate, too, a pause is for the host that asked")
  @Test
  void withARateAPauseIsForTheHostThatAsked() {
    server
        .on(
            "/busy",
            (exchange, number) -> {
              exchange.getResponseHeaders().set("Retry-After", "2");
              Loopback.send(exchange, server.requests().size() == 1 ? 429 : 200, "");
            })
        .on("/free", 200, "");
    String in =
        server.url("/busy0")
            + "\n"
            + IntStream.range(1, 6)
                .mapToObj(i -> server.url("/busy" + i) + "\n")
                .collect(Collectors.joining())
            + IntStream.range(0, 20)
                .mapToObj(i -> other("/free" + i) + "\n")
                .collect(Collectors.joining());
    Cli cli = Cli.run(in, "http", "--rate", "40/s", "--jobs", "8", "--window", "40");
    assertEquals(0, cli.code(), cli.out());
    assertTrue(millis("/free").getLast() < 1_800, "held up by another host: " + millis("/free"));
    List<Long> busy = millis("/busy");
    assertEquals(7, busy.size());
    assertTrue(
        busy.stream().filter(at -> at < 1_900).count() <= 4,
        "not left alone for two seconds: " + busy);
  }

  @DisplayName("H13: the summary says which host refused, what rate was found, and what sets it")
  @Test
  void ratesThatWereFoundAreTold() {
    server.on(
        "/",
        (exchange, number) ->
            Loopback.send(exchange, server.requests().size() <= 2 ? 429 : 200, ""));
    String lines =
        IntStream.range(0, 8)
            .mapToObj(i -> server.url("/" + i) + "\n")
            .collect(Collectors.joining());
    Cli cli = Cli.run(lines, "http", "--rate", "500/s", "--jobs", "1");
    assertEquals(0, cli.code(), cli.out());
    String line =
        "  127\\.0\\.0\\.1:%d: [\\d.]+/s of the 500/s asked for, an adaptive rate after 2 refusals; --rate-per-host sets it"
            .formatted(server.port());
    assertEquals(1, cli.err().lines().filter(each -> each.matches(line)).count(), cli.err());
    Cli free = Cli.run(server.url("/x"), "http");
    assertFalse(free.err().contains("adaptive rate"), free.err());
  }

  @DisplayName("H13: nothing is said of rates that were given; the display names who takes what")
  @Test
  void ratesThatWereGivenAreNotTold() {
    server.on(
        "/",
        (exchange, number) ->
            Loopback.send(exchange, server.requests().size() == 1 ? 429 : 200, ""));
    Cli cli = Cli.run(server.url("/x"), "http", "--rate-per-host", "500/s");
    assertEquals(0, cli.code(), cli.out());
    assertFalse(cli.err().contains("adaptive rate"), cli.err());
    HostPaces paces = HostPaces.of(Optional.empty());
    paces.taken("a", 0);
    assertEquals(Optional.empty(), paces.shown());
    paces.refused("a", 0);
    paces.refused("b", 0);
    paces.refused("b", 0);
    for (int second = 1; second <= 10; second++) {
      paces.taken("b", second * 1_000_000_000L);
    }
    assertEquals(Optional.of("b takes 1.0/s"), paces.shown());
    assertEquals(
        List.of(
            "  b: 1.0/s, an adaptive rate after 2 refusals; --rate-per-host sets it",
            "  a: 0.0/s, an adaptive rate after a refusal; --rate-per-host sets it"),
        paces.lines());
  }

  @DisplayName("H13: --rate-per-host holds for each host, and --rate for all together")
  @Test
  void ratesHoldForEachHostAndForAll() {
    server.on("/", 200, "");
    String in =
        IntStream.range(0, 8)
            .mapToObj(i -> server.url("/one" + i) + "\n" + other("/two" + i) + "\n")
            .collect(Collectors.joining());
    // counted from the beginning of the command: the first request may come late
    long begin = System.nanoTime();
    assertEquals(0, Cli.run(in, "http", "--rate-per-host", "20/s", "--window", "20").code());
    for (String path : List.of("/one", "/two")) {
      long last = lastMillis(path, begin);
      assertTrue(last >= 350, () -> "8 requests at 20 a second: " + last + " ms");
    }
    long next = System.nanoTime();
    Cli.run(in, "http", "--rate-per-host", "1000/s", "--rate", "40/s", "--window", "20");
    long last = lastMillis("/", next);
    assertTrue(last >= 375, () -> "16 requests at 40 a second: " + last + " ms");
  }

  @DisplayName("H13: two servers on one machine are two hosts")
  @Test
  void otherPortsAreOtherHosts() {
    var called = new CountDownLatch(1);
    server.on(
        "/", (exchange, number) -> Loopback.send(exchange, isCalledSoon(called) ? 200 : 404, ""));
    try (Loopback neighbour = Loopback.start()) {
      neighbour.on(
          "/",
          (exchange, number) -> {
            called.countDown();
            Loopback.send(exchange, 200, "");
          });
      String in = server.url("/") + "\n" + neighbour.url("/") + "\n";
      Cli cli = Cli.run(in, "http", "--per-host", "1");
      assertEquals(0, cli.code(), cli.out());
    }
  }

  private static boolean isCalledSoon(CountDownLatch called) {
    try {
      return called.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException closing) {
      return false;
    }
  }

  @Test
  void aBurstNeedsOneOfTheRates() {
    assertEquals(0, Cli.run("", "http", "--rate-per-host", "5/s", "--burst", "2").code());
  }

  @DisplayName("H13: waiting for the rate does not count for --timeout or --item-timeout")
  @Test
  void waitingForTheRateDoesNotCount() {
    server.on("/", 200, "");
    String in =
        IntStream.range(0, 8).mapToObj(i -> server.url("/" + i)).collect(Collectors.joining("\n"));
    Cli cli = Cli.run(in, "http", "--rate", "4/s", "--timeout", "1s", "--item-timeout", "1200ms");
    assertEquals(0, cli.code(), cli.out());
  }
}
