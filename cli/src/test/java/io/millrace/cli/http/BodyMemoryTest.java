package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.RawServer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
    memory.take(1, 100);
    CountDownLatch waits = new CountDownLatch(1);
    FutureTask<Long> waiting =
        new FutureTask<>(
            () -> {
              waits.countDown();
              memory.take(2, 50);
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
}
