package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.RawServer;
import io.millrace.cli.console.Breakdown;
import io.millrace.cli.text.MalformedInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hc.core5.http.message.BasicHeader;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BodyMemoryTest {
  @DisplayName("H8: bodies have room together, and the oldest line always has some")
  @Test
  void bodiesHaveRoomTogether() {
    BodyMemory memory = new BodyMemory(100);
    assertTrue(memory.tryTake(3, 60));
    assertFalse(memory.tryTake(4, 60));
    assertTrue(memory.tryTake(4, 40));
    assertTrue(memory.tryTake(3, 1_000), "the oldest one waits for nobody");
    memory.free(3);
    assertEquals(40, memory.used());
    memory.free(4);
    memory.free(4);
    assertEquals(0, memory.used());
  }

  @DisplayName("H8: who waits goes on when there is room")
  @Test
  void whoWaitsGoesOn() throws Exception {
    BodyMemory memory = new BodyMemory(100);
    memory.take(1, "a", 100);
    CountDownLatch waits = new CountDownLatch(1);
    FutureTask<Long> waiting =
        new FutureTask<>(
            () -> {
              waits.countDown();
              memory.take(2, "a", 50);
              return memory.used();
            });
    Thread.ofVirtual().start(waiting);
    waits.await();
    memory.free(1);
    assertEquals(50, waiting.get());
  }

  @DisplayName("H8: answers of any number and order fit into the memory that they have")
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void answersFitIntoTheirMemory(boolean isOrdered) {
    String body = "x".repeat(300_000);
    try (RawServer server =
        RawServer.start(
            (request, number, answer) -> {
              if (number % 2 == 0) {
                answer.send(200, body);
              } else {
                answer.write("HTTP/1.1 200 OK\r\n\r\n" + body).close();
              }
            })) {
      String in =
          IntStream.range(0, 60)
              .mapToObj(number -> server.url("/" + number))
              .collect(Collectors.joining("\n"));
      String order = isOrdered ? "--ordered" : "--quiet";
      Cli cli = Cli.run(in, "http", order, "--max-memory", "400k", "--jobs", "30");
      assertEquals(0, cli.code(), cli.err());
      assertEquals(
          60,
          cli.lines().stream().filter(line -> line.get("body").stringValue().equals(body)).count());
    }
  }

  private static CountDownLatch taken(BodyMemory memory, long line, String host, long bytes) {
    CountDownLatch taken = new CountDownLatch(1);
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                memory.take(line, host, bytes);
                taken.countDown();
              } catch (InterruptedException over) {
                Thread.currentThread().interrupt();
              }
            });
    return taken;
  }

  @DisplayName(
      "H8: in order, the oldest line that waits goes on where those that wait have all slots")
  @Test
  void oneOfThoseInAllSlotsGoesOn() throws Exception {
    BodyMemory memory = BodyMemory.ordered(100, 2, Integer.MAX_VALUE);
    memory.take(1, "a", 100);
    assertFalse(memory.hasRoomForMore());
    CountDownLatch third = taken(memory, 3, "b", 50);
    CountDownLatch second = taken(memory, 2, "a", 50);
    second.await();
    assertEquals(150, memory.used());
    assertEquals(1, third.getCount());
    memory.free(1);
    memory.free(2);
    third.await();
    assertTrue(memory.hasRoomForMore());
  }

  @DisplayName("H8: in order, the same holds for all slots of the host of a line that is repeated")
  @Test
  void oneOfThoseInAllSlotsOfAHostGoesOn() throws Exception {
    BodyMemory memory = BodyMemory.ordered(100, 9, 1);
    memory.take(1, "a", 100);
    CountDownLatch elsewhere = taken(memory, 2, "a", 50);
    CountDownLatch there = taken(memory, 3, "b", 50);
    memory.stepsAside(0, "c");
    memory.waitsForNoSlot(0);
    memory.stepsAside(0, "b");
    there.await();
    assertEquals(150, memory.used());
    assertEquals(1, elsewhere.getCount());
    memory.free(1);
    elsewhere.await();
  }

  @DisplayName(
      "H8: in order, the oldest line is repeated or redirected, whatever the others wait for")
  @ParameterizedTest
  @CsvSource({
    "302, --jobs 2",
    "503, --jobs 2",
    "302, --jobs 4 --per-host 2",
    "503, --jobs 4 --per-host 2",
  })
  void theOldestLineFindsASlot(int status, String limits) {
    String body = "x".repeat(300_000);
    CountDownLatch others = new CountDownLatch(2);
    AtomicBoolean isRepeated = new AtomicBoolean();
    try (RawServer server =
        RawServer.start(
            (request, number, answer) -> {
              if (!request.target().equals("/0")) {
                others.countDown();
              }
              if (request.target().equals("/0") && isRepeated.compareAndSet(false, true)) {
                await(others);
                answer.send(status, "", "Location: /again");
              } else {
                answer.send(200, body);
              }
            })) {
      String in =
          IntStream.range(0, 12)
              .mapToObj(number -> server.url("/" + number))
              .collect(Collectors.joining("\n"));
      List<String> all = new ArrayList<>(List.of("http", "--ordered", "--max-memory", "400k"));
      all.addAll(List.of(limits.split(" ")));
      all.addAll(List.of("--run-timeout", "20s"));
      Cli cli = Cli.run(in, all.toArray(String[]::new));
      assertEquals(0, cli.code(), cli.err());
      assertEquals(12, cli.lines().size());
    }
  }

  @DisplayName(
      "H8: in order, a line that the end of the run keeps from its next request keeps no other one from its answer")
  @Test
  void whatIsUnderWayFinishesInOrder() {
    String body = "x".repeat(300_000);
    CountDownLatch underWay = new CountDownLatch(7);
    CountDownLatch never = new CountDownLatch(1);
    try (RawServer server =
        RawServer.start(
            (request, number, answer) -> {
              underWay.countDown();
              await(underWay);
              switch (request.target()) {
                case "/0" -> {
                  passes(never); // so the failure comes first
                  answer.send(302, "", "Location: /again");
                }
                case "/again" -> answer.send(200, "");
                case "/6" -> answer.send(404, "");
                default -> answer.send(200, body);
              }
            })) {
      String in =
          IntStream.range(0, 7)
              .mapToObj(number -> server.url("/" + number))
              .collect(Collectors.joining("\n"));
      String options =
          "http --ordered --max-memory 400k --jobs 7 --max-failures 1 --run-timeout 30s";
      Cli cli = Cli.run(in, options.split(" "));
      assertEquals(3, cli.code(), cli.err());
      assertEquals(5, cli.lines().stream().filter(each -> each.toString().contains(body)).count());
      assertTrue(cli.err().contains("--max-failures"), cli.err());
    }
  }

  @DisplayName("H8: in order, a line of an earlier run needs no slot: nobody goes on for it")
  @Test
  void whatIsRestoredNeedsNoSlot(@TempDir Path folder) {
    String body = "x".repeat(300_000);
    CountDownLatch never = new CountDownLatch(1);
    AtomicInteger before = new AtomicInteger();
    try (RawServer busy = RawServer.start((request, number, answer) -> answer.send(200, body));
        RawServer slow =
            RawServer.start(
                (request, number, answer) -> {
                  passes(never);
                  before.set(busy.requests().size());
                  answer.send(200, "");
                })) {
      String options = "http --ordered --max-memory 400k --jobs 4 --per-host 2 --window 20";
      List<String> all = new ArrayList<>(List.of(options.split(" ")));
      all.addAll(List.of("--checkpoint", folder.resolve("done").toString()));
      String restored = busy.url("/restored") + "\n";
      assertEquals(0, Cli.run(restored, all.toArray(String[]::new)).code());
      String in =
          IntStream.range(0, 12)
              .mapToObj(number -> busy.url("/" + number))
              .collect(Collectors.joining("\n", slow.url("/") + "\n" + restored, ""));
      Cli cli = Cli.run(in, all.toArray(String[]::new));
      assertEquals(0, cli.code(), cli.err());
      assertEquals(14, cli.lines().size());
      assertTrue(before.get() <= 1 + 4, before + " requests");
    }
  }

  private static void passes(CountDownLatch never) throws IOException {
    try {
      assertFalse(never.await(500, TimeUnit.MILLISECONDS));
    } catch (InterruptedException over) {
      throw new IOException(over);
    }
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException over) {
      throw new IOException(over);
    }
  }

  private static BasicHeader[] came(int count, int length) {
    return IntStream.range(0, count)
        .mapToObj(number -> new BasicHeader("X-" + number % 2, "v".repeat(length)))
        .toArray(BasicHeader[]::new);
  }

  @DisplayName("H8: of an answer's headers those are kept that are written or read, once")
  @Test
  void headersThatNobodyReadsAreNotKept() {
    BasicHeader[] came =
        Stream.of("Location", "X-A", "Retry-After", "location", "x-a", "Content-Type", "Vary")
            .map(name -> new BasicHeader(name, "v"))
            .toArray(BasicHeader[]::new);
    assertEquals(
        List.of("Location", "Retry-After", "Content-Type"), names(new KeptHeaders(Set.of()), came));
    assertEquals(
        List.of("Location", "X-A", "Retry-After", "x-a", "Content-Type"),
        names(new KeptHeaders(Set.of("x-a")), came));
    assertEquals(7, names(new KeptHeaders(Set.of("*")), came).size());
  }

  private static List<String> names(KeptHeaders kept, BasicHeader... came) {
    return kept.of(came).stream().map(Header::name).toList();
  }

  @DisplayName("H8: large headers that are kept find room like bodies")
  @Test
  void largeHeadersFindRoomLikeBodies() throws InterruptedException {
    BodyMemory memory = new BodyMemory(1_000_000);
    InputLine.Call call =
        new InputLine.Call(
            InputLine.Label.of(1),
            new LineHistory(0),
            new Request("GET", url(), List.of(), List.of(), Optional.empty()));
    try (Alarms alarms = new Alarms(new Breakdown("test", System.err, () -> {}));
        Attempt attempt = Attempt.start(call, alarms, Duration.ofMinutes(1))) {
      reader(Set.of(), memory).headers(attempt, came(100, 1_000));
      assertEquals(0, memory.used());
      reader(Set.of("x-1"), memory).headers(attempt, came(100, 1_000));
      assertEquals(50 * 1_003, memory.used());
    }
  }

  private static ContentReader reader(Set<String> included, BodyMemory memory) {
    return new ContentReader(new KeptHeaders(included), 10, false, memory, Optional.empty(), 10);
  }

  private static Url url() {
    try {
      return Url.parse("http://h/");
    } catch (MalformedInputException never) {
      throw new AssertionError(never);
    }
  }

  @DisplayName("H8: all headers of an answer together have a bound")
  @Test
  void allHeadersOfAnAnswerHaveABound() {
    try (RawServer server =
        RawServer.start(
            (request, number, answer) -> {
              String header = "X: " + "v".repeat(50_000);
              int count = request.target().equals("/large") ? 5 : 7;
              answer.send(
                  200, "", Stream.generate(() -> header).limit(count).toArray(String[]::new));
            })) {
      assertEquals(0, Cli.run(server.url("/large"), "http").code());
      Cli cli = Cli.run(server.url("/larger"), "http", "--retries", "0");
      assertEquals(
          "the headers of the answer are too many or too long",
          cli.line().get("error").stringValue());
    }
  }
}
